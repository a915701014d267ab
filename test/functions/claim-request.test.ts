import { describe, expect, vi } from 'vitest';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { MAX_MEDIA_BYTES } from '../../shared/domain/media.ts';
import { policyVersionOf } from '../../shared/domain/policy.ts';
import { freeMedia } from '../../shared/ledger/holds.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { CONSENT, call, claiming, drop, drops, JPEG, OURS, THEIRS, test } from '../support/claim-request.ts';
import { BUCKET, callOf, dropOf, errorOf, executionOf, newRevalidationId, thrownBy } from '../support/journal.ts';
import { jpeg, mp4 } from '../support/media.ts';

const MP4 = mp4();

/** The event of an object that was copied onto itself. */
const copied = (put: { key: string; etag: string; versionId: string }) => {
  const { event } = dropOf(put);
  return { kind: 'drop', event: { ...event, detail: { ...event.detail, reason: 'CopyObject' } } };
};

const idOf = ({ key, versionId, accountId }: { key: string; versionId: string; accountId: string }) =>
  revalidationIdOf({ accountId, bucket: BUCKET, key, version: versionId });

describe('a drop', () => {
  test('claims a drop with the fields of its key and its metadata', async ({ aws }) => {
    const options = { threshold: 0.8, timeoutSeconds: 60, resultMode: 'poll' };
    const { request, accountId, enrollmentId, ...put } = await drop(aws, {
      ...CONSENT,
      reference: 'case 7',
      options: JSON.stringify(options),
    });
    const claim = await claiming(request);
    expect(claim).toEqual({
      revalidationId: revalidationIdOf({ accountId, bucket: BUCKET, key: put.key, version: put.versionId }),
      accountId,
      enrollmentId,
      userAuthorized: true,
      media: { bucket: BUCKET, ...put, bytes: JPEG.length, type: 'image/jpeg' },
      requested: { threshold: 0.8, timeoutSeconds: 60, subvalidations: ['similarity'] },
      resultMode: 'poll',
      purpose: 'default',
      policyVersion: policyVersionOf({ minimumThreshold: 0.65 }),
      reference: 'case 7',
      claimedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    const record = await aws.item(`RUN#${claim.revalidationId}`);
    expect(record).toMatchObject({ ...claim, phase: 'claimed', owner: OURS });
  });

  test('fills in the defaults of the deployment for a drop without options', async ({ aws }) => {
    const { request } = await drop(aws);
    expect(await claiming(request)).toMatchObject({
      requested: { threshold: 0.65, subvalidations: ['similarity'] },
      resultMode: 'callback',
    });
    expect(await claiming(request)).not.toHaveProperty('reference');
  });

  test('takes the type of a drop from its bytes, not from its name', async ({ aws }) => {
    const { request } = await drop(aws, CONSENT, { bytes: MP4, name: 'selfie.jpg' });
    expect(await claiming(request)).toMatchObject({ media: { type: 'video/mp4' } });
  });

  test('claims the version of the event when a newer one exists', async ({ aws }) => {
    const { request, key, versionId, etag } = await drop(aws);
    await aws.put(key, MP4, CONSENT);
    expect(await claiming(request)).toMatchObject({ media: { versionId, etag, type: 'image/jpeg' } });
  });

  test('claims a new case for a drop that was overwritten', async ({ aws }) => {
    const first = await drop(aws);
    const second = dropOf(await aws.put(first.key, MP4, CONSENT));
    const [one, two] = [await claiming(first.request), await claiming(second, THEIRS)];
    expect(one.revalidationId).not.toBe(two.revalidationId);
  });

  test('joins a copy to its original when only metadata or encryption was edited', async ({ aws }) => {
    const first = await drop(aws);
    const { revalidationId } = await claiming(first.request);
    const copy = await aws.put(first.key, JPEG, { ...CONSENT, 'last-edited': 'today' });
    expect(await thrownBy(claiming(copied(copy), THEIRS))).toEqual({
      name: 'ClaimedElsewhereError',
      reason: 'claimed_elsewhere',
    });
    expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({ copies: new Set([copy.versionId]) });
    const outcome = { revalidationId, status: 'approved', decidedBy: 'workflow', decidedAt: new Date().toISOString() };
    await recordOutcome(aws.ledger, outcome as never, OURS);
    expect(await thrownBy(claiming(copied(copy), THEIRS))).toMatchObject({ reason: 'already_decided' });
  });

  test('joins an original to its copy when the copy is claimed first', async ({ aws }) => {
    const first = await drop(aws);
    const copy = await aws.put(first.key, JPEG, CONSENT);
    const { revalidationId } = await claiming(copied(copy));
    expect(revalidationId).toBe(idOf(first));
    expect(await thrownBy(claiming(first.request, THEIRS))).toMatchObject({ reason: 'claimed_elsewhere' });
  });

  test.for<[string, Uint8Array, Record<string, string>]>([
    ['other bytes', Buffer.concat([JPEG, Buffer.from('!')]), CONSENT],
    ['other bytes of the same length', jpeg({ data: 'SELFIE' }), CONSENT],
    ['another reference', JPEG, { ...CONSENT, reference: 'r2' }],
    ['other options', JPEG, { ...CONSENT, options: '{"threshold":0.9}' }],
  ])('claims a new case for a drop that was copied over with %s', async ([_, bytes, metadata], { aws }) => {
    const first = await drop(aws);
    await claiming(first.request);
    const second = await aws.put(first.key, bytes, metadata);
    expect((await claiming(copied(second), THEIRS)).revalidationId).not.toBe(idOf(first));
  });

  test('claims a new case for a drop that was put again without a copy', async ({ aws }) => {
    const first = await drop(aws);
    await claiming(first.request);
    const { event } = dropOf(await aws.put(first.key, JPEG, CONSENT));
    const put = { kind: 'drop', event: { ...event, detail: { ...event.detail, reason: 'PutObject' } } };
    expect((await claiming(put, THEIRS)).revalidationId).not.toBe(idOf(first));
  });

  test('claims a copy of a drop that was refused before its claim', async ({ aws }) => {
    const first = await drop(aws, {});
    expect(await thrownBy(claiming(first.request))).toMatchObject({ reason: 'consent_missing' });
    const second = await aws.put(first.key, JPEG, CONSENT);
    expect((await claiming(copied(second))).media?.versionId).toBe(second.versionId);
  });

  test('refuses a drop whose media is being deleted, and holds nothing', async ({ aws }) => {
    const { request, key, versionId } = await drop(aws);
    await freeMedia(aws.ledger, { bucket: BUCKET, key, versionId }, newRevalidationId());
    expect(await thrownBy(claiming(request))).toEqual({ name: 'MediaGoneError', reason: 'media_gone' });
  });

  test('holds the media of a drop from the claim on', async ({ aws }) => {
    const { request, key, versionId } = await drop(aws);
    await claiming(request);
    expect(await freeMedia(aws.ledger, { bucket: BUCKET, key, versionId }, newRevalidationId())).toBe(false);
  });

  test.for<[string, Buffer]>([
    ['media_incomplete', jpeg().subarray(0, -2)],
    ['media_too_small', jpeg({ width: 30, height: 30 })],
    ['media_without_video', mp4({ handlers: ['soun'] })],
    ['media_too_long', mp4({ seconds: 90 })],
  ])('refuses a drop as %s before anything is paid for', async ([reason, bytes], { aws }) => {
    const { request } = await drop(aws, CONSENT, { bytes });
    expect(await thrownBy(claiming(request))).toEqual({ name: 'MediaUnacceptableError', reason });
  });

  test.for(['a"b.jpg', '%2B+.jpg', 'ü \u{1f600}.jpg', "'; drop table.jpg", '$(x) $x {x}.jpg', '..jpg.jpg'])(
    'claims a drop under the name %j',
    async (name, { aws }) => {
      const { request, key } = await drop(aws, CONSENT, { name });
      expect((await claiming(request)).media?.key).toBe(key);
    },
  );
});

describe('a call', () => {
  test('claims a call with its fields and the newest version of its media', async ({ aws }) => {
    const { request, key } = await call(aws, { options: { threshold: 0.9, resultMode: 'poll' }, reference: 'r' });
    const newest = await aws.put(key, MP4);
    const claim = await claiming(request);
    expect(claim).toMatchObject({
      accountId: request.accountId,
      enrollmentId: request.enrollmentId,
      media: { ...newest, type: 'video/mp4' },
      requested: { threshold: 0.9 },
      resultMode: 'poll',
      reference: 'r',
    });
  });

  test('claims the version that a call names', async ({ aws }) => {
    const { request, key, versionId } = await call(aws);
    await aws.put(key, MP4);
    expect(await claiming({ ...request, media: { key, versionId } })).toMatchObject({ media: { versionId } });
  });

  test('takes the consent of a call from the call, not from the metadata', async ({ aws }) => {
    const { request } = await call(aws);
    expect(await claiming(request)).toMatchObject({ userAuthorized: true });
  });

  test('gives a call the case of the drop with the same person and media', async ({ aws }) => {
    const { request, accountId, enrollmentId, key, versionId } = await drop(aws);
    const { revalidationId } = await claiming(request);
    const same = callOf({ accountId, enrollmentId, media: { key, versionId } });
    expect(await claiming(same)).toMatchObject({ revalidationId });
    expect(await thrownBy(claiming(same, THEIRS))).toMatchObject({ name: 'ClaimedElsewhereError' });
  });
});

describe('a repeat', () => {
  test('returns the first claim to the same execution, and writes nothing more', async ({ aws }) => {
    const { request } = await drop(aws);
    const first = await claiming(request);
    const record = await aws.item(`RUN#${first.revalidationId}`);
    expect(await claiming(request)).toEqual(first);
    expect(await aws.item(`RUN#${first.revalidationId}`)).toEqual(record);
  });

  test.for(['lost', 'answer lost'] as const)(
    'returns a claim after a crash: the write was %s',
    async (delivery, { aws }) => {
      const { request } = await drop(aws);
      aws.setWriteDelivery(1, delivery);
      expect(await thrownBy(claiming(request))).toMatchObject({ name: 'LostOnTheWay' });
      const claim = await claiming(request);
      expect(await claiming(request)).toEqual(claim);
    },
  );

  test('tells another execution to wait', async ({ aws }) => {
    const { request } = await drop(aws);
    await claiming(request);
    expect(await thrownBy(claiming(request, THEIRS))).toEqual({
      name: 'ClaimedElsewhereError',
      reason: 'claimed_elsewhere',
    });
  });

  test('returns the id of a decided case to any execution', async ({ aws }) => {
    const { request } = await drop(aws);
    const { revalidationId } = await claiming(request);
    const outcome = { revalidationId, status: 'failed', decidedBy: 'workflow', decidedAt: new Date().toISOString() };
    await recordOutcome(aws.ledger, outcome as Parameters<typeof recordOutcome>[1], OURS);
    for (const execution of [OURS, THEIRS]) {
      expect(await errorOf(claiming(request, execution))).toMatchObject({
        name: 'AlreadyDecidedError',
        message: `already_decided: ${revalidationId}`,
      });
    }
  });

  test('returns the same case under an idempotency key when its media has a new version', async ({ aws }) => {
    const { request, key } = await call(aws, { idempotencyKey: `key-${drops}` });
    const first = await claiming(request);
    await aws.put(key, MP4);
    expect(await claiming(request)).toEqual(first);
    expect(await thrownBy(claiming(request, THEIRS))).toMatchObject({ name: 'ClaimedElsewhereError' });
  });

  test('returns the same case under an idempotency key for any order of the fields', async ({ aws }) => {
    const { request } = await call(aws, {
      idempotencyKey: `key-${drops}`,
      reference: 'r',
      options: { threshold: 0.75 },
    });
    const first = await claiming(request);
    expect(await claiming(Object.fromEntries(Object.entries(request).toReversed()))).toEqual(first);
  });
});

describe('a drop that comes late', () => {
  /** What the function says when the given hours have gone by. */
  const hoursLater = async <Result>(hours: number, run: () => Promise<Result>): Promise<Result> => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    try {
      return await run();
    } finally {
      vi.useRealTimers();
    }
  };
  const tooOld = { name: 'MediaUnacceptableError', reason: 'media_too_old' };

  test('claims a late drop within the hours that media is kept, and refuses it after them', async ({ aws }) => {
    const { request } = await drop(aws);
    expect(await hoursLater(25, () => thrownBy(claiming(request)))).toEqual(tooOld);
    expect(aws.writes()).toEqual([]);
    expect(await hoursLater(23, () => claiming(request))).toMatchObject({ userAuthorized: true });
  });

  test('treats a late drop as a repeat when it was claimed in time', async ({ aws }) => {
    const { request } = await drop(aws);
    const claim = await claiming(request);
    expect(await hoursLater(25, () => claiming(request))).toEqual(claim);
    expect(await hoursLater(25, () => thrownBy(claiming(request, THEIRS)))).toMatchObject({
      name: 'ClaimedElsewhereError',
    });
  });

  test('accepts a call about media of any age', async ({ aws }) => {
    const { request } = await call(aws);
    expect(await hoursLater(25, () => claiming(request))).toMatchObject({ userAuthorized: true });
  });
});

test('claims media of exactly the largest size', async ({ aws }) => {
  const bytes = Buffer.concat([JPEG, Buffer.alloc(MAX_MEDIA_BYTES - JPEG.length)]);
  const { request } = await drop(aws, CONSENT, { bytes });
  expect(await claiming(request)).toMatchObject({ media: { bytes: MAX_MEDIA_BYTES } });
});

test('lets exactly one of many executions of the same drop claim it', async ({ aws }) => {
  const { request } = await drop(aws);
  const executions = Array.from({ length: 8 }, (_, n) => executionOf(`racer-${n}`));
  const runs = await Promise.allSettled(executions.map((execution) => claiming(request, execution)));
  const lost = runs.flatMap((run) => (run.status === 'rejected' ? [run.reason.name] : []));
  expect(lost).toEqual(Array(7).fill('ClaimedElsewhereError'));
});
