import { randomBytes } from 'node:crypto';
import { describe, expect } from 'vitest';
import { MAX_MEDIA_BYTES } from '../../shared/domain/media.ts';
import { errorOf, sha256, thrownBy } from '../support/journal.ts';
import {
  arrivedOf,
  created,
  FACE,
  moving,
  recordOf,
  SPENT,
  standingBefore,
  test,
  UNCERTAIN,
} from '../support/move-media.ts';

describe('an upload', () => {
  test('uploads the bytes unchanged, and records their hash and length', async ({ aws }) => {
    const one = await created(aws);
    const receipt = await moving(one);
    expect(receipt).toEqual({
      bytes: FACE.length,
      sha256: sha256(FACE),
      movedAt: expect.stringMatching(/Z$/),
    });
    expect(arrivedOf(aws, one)).toEqual({ bytes: FACE.length, sha256: sha256(FACE), contentType: 'image/jpeg' });
    expect(await recordOf(aws, one)).toMatchObject({ phase: 'moved', receipt });
  });

  test.for(['video/mp4', 'image/webp', 'video/quicktime'] as const)(
    'sends the content type %s that the bytes have',
    async (type, { aws }) => {
      const one = await created(aws, '', FACE, type);
      await moving(one);
      expect(arrivedOf(aws, one)?.contentType).toBe(type);
    },
  );

  test('streams the largest allowed file', async ({ aws }) => {
    const bytes = randomBytes(MAX_MEDIA_BYTES);
    const one = await created(aws, '', bytes);
    expect(await moving(one)).toMatchObject({ bytes: MAX_MEDIA_BYTES, sha256: sha256(bytes) });
    expect(arrivedOf(aws, one)).toMatchObject({ bytes: MAX_MEDIA_BYTES, sha256: sha256(bytes) });
  });

  test('uploads the claimed version when a newer one exists', async ({ aws }) => {
    const one = await created(aws);
    await aws.put(one.claim.media.key, 'another face');
    expect(await moving(one)).toMatchObject({ sha256: sha256(FACE) });
    expect(arrivedOf(aws, one)?.sha256).toBe(sha256(FACE));
  });

  test('uploads the claimed version under a delete marker', async ({ aws }) => {
    const one = await created(aws);
    await aws.remove(one.claim.media.key);
    await moving(one);
    expect(arrivedOf(aws, one)?.sha256).toBe(sha256(FACE));
  });

  test('sends no key of ours and no header of AWS', async ({ aws }) => {
    const one = await standingBefore(aws, { status: 200 });
    await moving(one);
    const headers = Object.keys(one.asked[0]?.headers ?? {}).toSorted();
    expect(headers).toEqual(['accept-encoding', 'connection', 'content-length', 'content-type', 'host']);
    expect(aws.calls.filter(({ operation }) => operation === 'GetSecretValue')).toEqual([]);
  });
});

describe('a repeat', () => {
  test('finds the receipt and uploads nothing', async ({ aws }) => {
    const one = await created(aws);
    const first = await moving(one);
    const { uploads } = aws.sandbox.counts();
    const record = await recordOf(aws, one);
    aws.calls.length = 0;
    expect(await moving(one)).toEqual(first);
    expect(aws.sandbox.counts().uploads).toBe(uploads);
    expect(aws.writes()).toEqual([]);
    expect(await recordOf(aws, one)).toEqual(record);
  });

  test('finds the receipt when media and link are gone', async ({ aws }) => {
    const one = await created(aws);
    const first = await moving(one);
    await aws.remove(one.claim.media.key, one.claim.media.versionId);
    expect(await moving(one)).toEqual(first);
  });

  test('finds the link spent after a crash before the receipt, so that Truora must say what arrived', async ({
    aws,
  }) => {
    const one = await created(aws);
    aws.setWriteDelivery(1, 'lost');
    expect(await thrownBy(moving(one))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    expect(await thrownBy(moving(one))).toEqual(SPENT);
    expect(arrivedOf(aws, one)?.sha256).toBe(sha256(FACE));
    expect(await recordOf(aws, one)).toMatchObject({ phase: 'created' });
  });

  test('finds the receipt after a crash directly after it', async ({ aws }) => {
    const one = await created(aws);
    aws.setWriteDelivery(1, 'answer lost');
    expect(await thrownBy(moving(one))).toMatchObject({ name: 'LostOnTheWay' });
    expect(await moving(one)).toEqual((await recordOf(aws, one))?.receipt);
  });

  test('starts at the first byte of the same link after a broken connection', async ({ aws }) => {
    const one = await created(aws, '-upload-reset', Buffer.concat([FACE, randomBytes(2_000_000)]));
    expect(await thrownBy(moving(one))).toEqual(UNCERTAIN);
    const receipt = await moving(one);
    expect(arrivedOf(aws, one)).toMatchObject({ bytes: receipt.bytes, sha256: receipt.sha256 });
  });

  test('finds the link spent after a lost answer', async ({ aws }) => {
    const one = await created(aws, '-upload-lost');
    expect(await thrownBy(moving(one))).toEqual(UNCERTAIN);
    expect(await thrownBy(moving(one))).toEqual(SPENT);
    expect(arrivedOf(aws, one)?.sha256).toBe(sha256(FACE));
  });

  test('succeeds after two 503 of the store', async ({ aws }) => {
    const one = await created(aws, '-down-2');
    expect(await thrownBy(moving(one))).toEqual(UNCERTAIN);
    expect(await thrownBy(moving(one))).toEqual(UNCERTAIN);
    expect(await moving(one)).toMatchObject({ sha256: sha256(FACE) });
  });
});

test('keeps the link out of errors and log, for any failure', async ({ aws }) => {
  const one = await standingBefore(aws, { status: 500, body: 'canary7f3a' });
  const { message, stack } = await errorOf(moving(one));
  const said = `${message} ${stack} ${aws.lines.join()}`;
  expect(said).not.toContain('canary7f3a');
  expect(said).not.toContain('/u/x');
  expect(said).not.toContain(new URL(one.link).host);
});
