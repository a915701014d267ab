import { describe, expect, test } from 'vitest';
import { executionNameOf, Place, readInboxKey, ticketIdIn } from '../../shared/domain/drop.ts';

const id = `RVL${'0123456789abcdef'.repeat(2)}`;

describe('the ticket of a key', () => {
  test.each(['jpg', 'mp4', 'anything else'])('takes its name from the key without the extension %s', (extension) => {
    expect(ticketIdIn(`inbox/person/ENR1/${id}.${extension}`)).toBe(id);
  });

  test.each([
    `inbox/person/ENR1/${id}`,
    `inbox/person/ENR1/${id}.a.jpg`,
    `inbox/person/ENR1/x${id}.jpg`,
    'inbox/person/ENR1/selfie.jpg',
    `media/person/ENR1/${id}.jpg`,
    `${id}.jpg`,
    '',
  ])('does not exist in %s', (key) => {
    expect(ticketIdIn(key)).toBeUndefined();
  });
});

test.each(['a.b.', 'a..', 'undefined'])('reads no name of an inbox key that ends without an extension: %s', (name) => {
  expect(readInboxKey(`inbox/person/ENR1/${name}`)).toBeUndefined();
});

test('reads a place in the list with or without the time of a delete marker, and no place without a version', () => {
  const place = { key: 'inbox/a', versionId: 'v1' };
  expect(Place.parse(place)).toEqual(place);
  expect(Place.parse({ ...place, deletedAt: 7 })).toEqual({ ...place, deletedAt: 7 });
  expect(Place.safeParse({ key: 'inbox/a' }).success).toBe(false);
  expect(Place.safeParse({ versionId: 'v1' }).success).toBe(false);
  expect(Place.safeParse({ ...place, deletedAt: 'now' }).success).toBe(false);
});

test('changes the name of an execution with each whole hour of the drop', () => {
  const dropped = { key: 'inbox/a', versionId: 'v1', etag: 'e', putAt: new Date('2026-11-25T12:00:00Z') };
  const nameAfter = (ms: number) => executionNameOf(id, dropped, new Date(dropped.putAt.getTime() + ms));
  expect(nameAfter(3_599_999)).toBe(`sweep-${id}-0`);
  expect(nameAfter(3_600_000)).toBe(`sweep-${id}-1`);
  expect(nameAfter(36_000_000)).toBe(`sweep-${id}-10`);
});
