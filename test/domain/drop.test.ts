import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_UPLOADS, type Ticket } from '../../shared/domain/api.ts';
import { idOfDropped, revalidationIdOf, unclaimedCaseOf } from '../../shared/domain/case-id.ts';
import { executionNameOf, isKnown, requestOfDropped } from '../../shared/domain/drop.ts';
import { readIntake } from '../../shared/domain/intake.ts';
import { RevalidationRequest } from '../../shared/domain/request.ts';
import { anyCharacter } from '../support/any-text.ts';

const dropped = {
  key: 'inbox/person/ENR1/selfie.jpg',
  versionId: 'version-1',
  etag: 'd41d8cd98f00b204e9800998ecf8427e',
  putAt: new Date('2026-11-25T12:00:00Z'),
};

describe('the request of a drop whose event never came', () => {
  test('passes ClaimRequest, with the case id of the lost event', () => {
    const event = {
      version: '0',
      id: '17793124-05d4-b198-2fde-7ededc63b103',
      'detail-type': 'Object Created',
      source: 'aws.s3',
      detail: {
        version: '0',
        bucket: { name: 'faces' },
        object: { key: dropped.key, size: 4, etag: dropped.etag, 'version-id': dropped.versionId, sequencer: '0' },
        reason: 'PutObject',
      },
    };
    const swept = requestOfDropped('faces', dropped);
    // What is not read of an event falls away when it is parsed. A list does not say what made a version.
    const { reason: _, ...detail } = event.detail;
    expect(RevalidationRequest.parse(swept)).toEqual(
      RevalidationRequest.parse({ kind: 'drop', event: { ...event, detail } }),
    );
    const intake = readIntake({ kind: 'drop', event }, { bucket: 'faces', executionId: 'x' });
    expect(idOfDropped('faces', dropped)).toBe(unclaimedCaseOf(intake).revalidationId);
    expect(idOfDropped('faces', dropped)).toBe(
      revalidationIdOf({ accountId: 'person', bucket: 'faces', key: dropped.key, version: dropped.versionId }),
    );
  });

  test('stays the same for any form of its key, and differs for another version', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200, unit: anyCharacter }), (name) => {
        const of = { ...dropped, key: `inbox/${name}` };
        expect(RevalidationRequest.safeParse(requestOfDropped('faces', of)).success).toBe(true);
        expect(idOfDropped('faces', of)).toMatch(/^RVL[0-9a-f]{32}$/);
        expect(idOfDropped('faces', of)).not.toBe(idOfDropped('faces', { ...of, versionId: 'version-2' }));
      }),
    );
  });
});

describe('a drop', () => {
  const ownId = 'RVL00000000000000000000000000000000';
  const ticketId = 'RVL11111111111111111111111111111111';
  const ticket = (more: Partial<Ticket>) => ({ revalidationId: ticketId, ...more }) as Ticket;
  const first = ticket({ droppedAs: 'version-1', uploads: new Set(['version-1', 'version-2']) });
  const later = ticket({ droppedAs: 'version-0', uploads: new Set(['version-0', 'version-1']) });
  const other = ticket({ droppedAs: 'version-0', uploads: new Set(['version-0']) });

  const full = ticket({
    droppedAs: 'version-0',
    uploads: new Set(Array.from({ length: MOST_UPLOADS }, (_, n) => `other-${n}`)),
  });

  test.each<[string, Ticket | undefined, string[], boolean]>([
    ['has no record', undefined, [], false],
    ['is a copy of one that has a record', undefined, ['version-1'], true],
    ['has a record', undefined, [ownId], true],
    ['has a ticket that nothing came under', ticket({}), [], false],
    ['came first under a ticket and was never claimed', first, [], false],
    ['came first under a ticket and was claimed', first, [ticketId], true],
    ['came later under a ticket', later, [], true],
    ['came later under a ticket that was claimed', later, [ticketId], true],
    ['came later and was never entered', other, [ticketId], false],
    ['came when the ticket was full', full, [ticketId], true],
    ['came when the ticket was full, and the ticket has no claim yet', full, [], true],
    ['failed before it was entered', other, [ticketId, ownId], true],
  ])('counts as known, or not, when it %s', (_, of, recorded, known) => {
    expect(isKnown(dropped, { ownId, ticket: of, recorded: new Set(recorded) })).toBe(known);
  });
});

describe('the name of its execution', () => {
  const name = (minutes: number) =>
    executionNameOf(idOfDropped('faces', dropped), dropped, new Date(dropped.putAt.getTime() + minutes * 60_000));

  test('stays the same for every sweep within an hour, and changes in the next', () => {
    expect(name(15)).toBe(name(59));
    expect(name(60)).not.toBe(name(59));
    expect(name(15)).toMatch(/^sweep-RVL[0-9a-f]{32}-0$/);
  });

  test('fits the rules of AWS for names', () => {
    expect(name(60 * 24 * 365)).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });
});
