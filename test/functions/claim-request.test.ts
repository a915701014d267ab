import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/claim-request.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { MAX_MEDIA_BYTES } from '../../shared/domain/media.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { freeMedia } from '../../shared/ledger/holds.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import {
  BUCKET,
  callOf,
  context,
  dropOf,
  errorOf,
  eventOf,
  executionOf,
  newPerson,
  newRevalidationId,
  thrownBy,
} from '../support/journal.ts';
import { type LocalAws, openLocalAws } from '../support/local-aws.ts';
import { jpeg, mp4 } from '../support/media.ts';
import { CALLER } from '../support/routes.ts';

const JPEG = jpeg();

const MP4 = mp4();

const CONSENT = { 'user-authorized': 'true' };

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

let aws: LocalAws;

beforeAll(async () => {
  aws = await openLocalAws('ClaimRequest', { media: true });
});

afterAll(() => aws.close());

beforeEach(() => {
  aws.setDelivery();
  aws.calls.length = 0;
});

const claiming = (request: unknown, executionId = OURS): Promise<Claim> =>
  handler(eventOf('ClaimRequest', { request }, { executionId }), context);

let drops = 0;

const drop = async (
  metadata: Record<string, string> = CONSENT,
  { bytes = JPEG as Uint8Array, person = newPerson(), name = `selfie-${drops}.jpg` } = {},
) => {
  drops += 1;
  const put = await aws.put(`inbox/${person.accountId}/${person.enrollmentId}/${name}`, bytes, metadata);
  return { ...put, ...person, request: dropOf(put) };
};

/** Media that another system left, and a call about it. */
const call = async (more: Parameters<typeof callOf>[0] = {}, bytes: Uint8Array = JPEG) => {
  drops += 1;
  const put = await aws.put(`media/${drops}`, bytes);
  return { ...put, request: callOf({ media: { key: put.key }, ...more }) };
};

/** The event of an object that was copied onto itself. */
const copied = (put: { key: string; etag: string; versionId: string }) => {
  const { event } = dropOf(put);
  return { kind: 'drop', event: { ...event, detail: { ...event.detail, reason: 'CopyObject' } } };
};

const idOf = ({ key, versionId, accountId }: { key: string; versionId: string; accountId: string }) =>
  revalidationIdOf({ accountId, bucket: BUCKET, key, version: versionId });

describe('a drop', () => {
  test('claims a drop with the fields of its key and its metadata', async () => {
    const options = { threshold: 0.8, timeoutSeconds: 60, resultMode: 'poll' };
    const { request, accountId, enrollmentId, ...put } = await drop({
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
      reference: 'case 7',
      claimedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    const record = await aws.item(`RUN#${claim.revalidationId}`);
    expect(record).toMatchObject({ ...claim, phase: 'claimed', owner: OURS });
  });

  test('fills in the defaults of the deployment for a drop without options', async () => {
    const { request } = await drop();
    expect(await claiming(request)).toMatchObject({
      requested: { threshold: 0.65, subvalidations: ['similarity'] },
      resultMode: 'callback',
    });
    expect(await claiming(request)).not.toHaveProperty('reference');
  });

  test('takes the type of a drop from its bytes, not from its name', async () => {
    const { request } = await drop(CONSENT, { bytes: MP4, name: 'selfie.jpg' });
    expect(await claiming(request)).toMatchObject({ media: { type: 'video/mp4' } });
  });

  test('claims the version of the event when a newer one exists', async () => {
    const { request, key, versionId, etag } = await drop();
    await aws.put(key, MP4, CONSENT);
    expect(await claiming(request)).toMatchObject({ media: { versionId, etag, type: 'image/jpeg' } });
  });

  test('claims a new case for a drop that was overwritten', async () => {
    const first = await drop();
    const second = dropOf(await aws.put(first.key, MP4, CONSENT));
    const [one, two] = [await claiming(first.request), await claiming(second, THEIRS)];
    expect(one.revalidationId).not.toBe(two.revalidationId);
  });

  test('joins a copy to its original when only metadata or encryption was edited', async () => {
    const first = await drop();
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

  test('joins an original to its copy when the copy is claimed first', async () => {
    const first = await drop();
    const copy = await aws.put(first.key, JPEG, CONSENT);
    const { revalidationId } = await claiming(copied(copy));
    expect(revalidationId).toBe(idOf(first));
    expect(await thrownBy(claiming(first.request, THEIRS))).toMatchObject({ reason: 'claimed_elsewhere' });
  });

  test.each<[string, Uint8Array, Record<string, string>]>([
    ['other bytes', Buffer.concat([JPEG, Buffer.from('!')]), CONSENT],
    ['other bytes of the same length', jpeg({ data: 'SELFIE' }), CONSENT],
    ['another reference', JPEG, { ...CONSENT, reference: 'r2' }],
    ['other options', JPEG, { ...CONSENT, options: '{"threshold":0.9}' }],
  ])('claims a new case for a drop that was copied over with %s', async (_, bytes, metadata) => {
    const first = await drop();
    await claiming(first.request);
    const second = await aws.put(first.key, bytes, metadata);
    expect((await claiming(copied(second), THEIRS)).revalidationId).not.toBe(idOf(first));
  });

  test('claims a new case for a drop that was put again without a copy', async () => {
    const first = await drop();
    await claiming(first.request);
    const { event } = dropOf(await aws.put(first.key, JPEG, CONSENT));
    const put = { kind: 'drop', event: { ...event, detail: { ...event.detail, reason: 'PutObject' } } };
    expect((await claiming(put, THEIRS)).revalidationId).not.toBe(idOf(first));
  });

  test('claims a copy of a drop that was refused before its claim', async () => {
    const first = await drop({});
    expect(await thrownBy(claiming(first.request))).toMatchObject({ reason: 'consent_missing' });
    const second = await aws.put(first.key, JPEG, CONSENT);
    expect((await claiming(copied(second))).media.versionId).toBe(second.versionId);
  });

  test('refuses a drop whose media is being deleted, and holds nothing', async () => {
    const { request, key, versionId } = await drop();
    await freeMedia(aws.ledger, { bucket: BUCKET, key, versionId }, newRevalidationId());
    expect(await thrownBy(claiming(request))).toEqual({ name: 'MediaGoneError', reason: 'media_gone' });
  });

  test('holds the media of a drop from the claim on', async () => {
    const { request, key, versionId } = await drop();
    await claiming(request);
    expect(await freeMedia(aws.ledger, { bucket: BUCKET, key, versionId }, newRevalidationId())).toBe(false);
  });

  test.each([
    ['media_incomplete', jpeg().subarray(0, -2)],
    ['media_too_small', jpeg({ width: 30, height: 30 })],
    ['media_without_video', mp4({ handlers: ['soun'] })],
    ['media_too_long', mp4({ seconds: 90 })],
  ])('refuses a drop as %s before anything is paid for', async (reason, bytes) => {
    const { request } = await drop(CONSENT, { bytes });
    expect(await thrownBy(claiming(request))).toEqual({ name: 'MediaUnacceptableError', reason });
  });

  test.each(['a"b.jpg', '%2B+.jpg', 'ü \u{1f600}.jpg', "'; drop table.jpg", '$(x) $x {x}.jpg', '..jpg.jpg'])(
    'claims a drop under the name %j',
    async (name) => {
      const { request, key } = await drop(CONSENT, { name });
      expect((await claiming(request)).media.key).toBe(key);
    },
  );
});

describe('a call', () => {
  test('claims a call with its fields and the newest version of its media', async () => {
    const { request, key } = await call({ options: { threshold: 0.9, resultMode: 'poll' }, reference: 'r' });
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

  test('claims the version that a call names', async () => {
    const { request, key, versionId } = await call();
    await aws.put(key, MP4);
    expect(await claiming({ ...request, media: { key, versionId } })).toMatchObject({ media: { versionId } });
  });

  test('takes the consent of a call from the call, not from the metadata', async () => {
    const { request } = await call();
    expect(await claiming(request)).toMatchObject({ userAuthorized: true });
  });

  test('gives a call the case of the drop with the same person and media', async () => {
    const { request, accountId, enrollmentId, key, versionId } = await drop();
    const { revalidationId } = await claiming(request);
    const same = callOf({ accountId, enrollmentId, media: { key, versionId } });
    expect(await claiming(same)).toMatchObject({ revalidationId });
    expect(await thrownBy(claiming(same, THEIRS))).toMatchObject({ name: 'ClaimedElsewhereError' });
  });
});

describe('a drop under a ticket', () => {
  const ticketed = async (more: object = {}) => {
    const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const }, ...more };
    const ticket = uploadTicket(body, newRevalidationId(), CALLER);
    await issueTicket(aws.ledger, ticket);
    const key = ticket.upload?.key ?? '';
    return { ticket, key, drop: async (bytes: Uint8Array = JPEG) => aws.put(key, bytes) };
  };

  test('claims a drop under the promised id, with the fields of its ticket', async () => {
    const { ticket, drop: upload } = await ticketed({
      options: { threshold: 0.9, resultMode: 'poll' },
      reference: 'r',
    });
    expect(await claiming(dropOf(await upload()))).toMatchObject({
      revalidationId: ticket.revalidationId,
      accountId: ticket.accountId,
      userAuthorized: true,
      requested: { threshold: 0.9 },
      resultMode: 'poll',
      reference: 'r',
      calledBy: CALLER,
    });
  });

  test('claims the first version under a ticket, and treats every later one as a repeat', async () => {
    const { ticket, drop: upload } = await ticketed();
    const [first, second] = [dropOf(await upload()), dropOf(await upload(Buffer.from('%PDF')))];
    const claim = await claiming(first);
    expect(await thrownBy(claiming(second, THEIRS))).toMatchObject({ name: 'ClaimedElsewhereError' });
    expect(await claiming(first)).toEqual(claim);
    const { revalidationId } = ticket;
    const outcome = {
      revalidationId,
      status: 'failed',
      decidedBy: 'workflow',
      decidedAt: new Date().toISOString(),
    } as const;
    await recordOutcome(aws.ledger, outcome, OURS);
    expect(await thrownBy(claiming(second, THEIRS))).toMatchObject({ name: 'AlreadyDecidedError' });
  });

  test('gives a call about the media of a ticket, for its person, the case of the ticket', async () => {
    const { ticket, drop: upload } = await ticketed();
    const put = await upload();
    await claiming(dropOf(put));
    const { accountId, enrollmentId } = ticket;
    const about = { media: { key: put.key, versionId: put.versionId }, enrollmentId };
    expect(await thrownBy(claiming(callOf({ ...about, accountId }), THEIRS))).toMatchObject({
      name: 'ClaimedElsewhereError',
    });
    const other = await claiming(callOf(about), THEIRS);
    expect(other.revalidationId).not.toBe(ticket.revalidationId);
  });

  test('gives a call that comes before the event of an upload the case of the ticket', async () => {
    const { ticket, drop: upload } = await ticketed({ options: { threshold: 0.9 } });
    const put = await upload();
    const { accountId, enrollmentId, revalidationId } = ticket;
    const options = { threshold: 0.9 };
    const call = callOf({ accountId, enrollmentId, media: { key: put.key }, options });
    expect(await claiming(call, THEIRS)).toMatchObject({ revalidationId });
    expect(await thrownBy(claiming(dropOf(put)))).toMatchObject({ name: 'ClaimedElsewhereError' });
    // A later upload is a repeat of the first, which the call has entered.
    expect(await thrownBy(claiming(dropOf(await upload())))).toMatchObject({ name: 'ClaimedElsewhereError' });
    const records = (await aws.items()).filter(
      (item) => item.pk === `RUN#${revalidationId}` || item.accountId === accountId,
    );
    expect(records.filter(({ pk }) => String(pk).startsWith('RUN#'))).toHaveLength(1);
  });

  test('refuses a call with other options before the event of an upload, and leaves the ticket unused', async () => {
    const { ticket, drop: upload } = await ticketed({ options: { threshold: 0.9 } });
    const put = await upload();
    const { accountId, enrollmentId, revalidationId } = ticket;
    const others = [
      { options: { threshold: 0.75 }, enrollmentId },
      { options: { threshold: 0.9 }, enrollmentId: 'ENRother' },
    ];
    for (const other of others) {
      const call = callOf({ accountId, media: { key: put.key }, ...other });
      expect(await thrownBy(claiming(call, THEIRS))).toMatchObject({ reason: 'already_asked_otherwise' });
    }
    expect(await aws.item(`TICKET#${revalidationId}`)).not.toHaveProperty('droppedAs');
    expect(await claiming(dropOf(put))).toMatchObject({ revalidationId, requested: { threshold: 0.9 } });
  });

  test('finds the case of a ticket for a call whose media is gone', async () => {
    const { ticket, drop: upload } = await ticketed();
    const put = await upload();
    await claiming(dropOf(put));
    await aws.remove(put.key, put.versionId);
    const { accountId, enrollmentId } = ticket;
    const call = callOf({ accountId, enrollmentId, media: { key: put.key, versionId: put.versionId } });
    expect(await thrownBy(claiming(call, THEIRS))).toMatchObject({ name: 'ClaimedElsewhereError' });
    const stranger = callOf({ media: { key: put.key, versionId: put.versionId } });
    expect(await thrownBy(claiming(stranger, THEIRS))).toMatchObject({ reason: 'media_gone' });
  });

  test('claims a new case for a forced call about the media of a ticket', async () => {
    const { ticket, drop: upload } = await ticketed();
    const { key } = await upload();
    const { accountId, enrollmentId, revalidationId } = ticket;
    const forced = callOf({
      accountId,
      enrollmentId,
      media: { key },
      forceNew: { reason: 'r' },
      idempotencyKey: revalidationId,
    });
    expect((await claiming(forced, THEIRS)).revalidationId).not.toBe(revalidationId);
    expect(await aws.item(`TICKET#${revalidationId}`)).not.toHaveProperty('droppedAs');
  });

  test('refuses a drop under a ticket id that was never promised when it has no consent', async () => {
    const { accountId, enrollmentId } = newPerson();
    const key = `inbox/${accountId}/${enrollmentId}/${newRevalidationId()}.jpg`;
    expect(await thrownBy(claiming(dropOf(await aws.put(key, JPEG))))).toMatchObject({ reason: 'consent_missing' });
  });
});

describe('a repeat', () => {
  test('returns the first claim to the same execution, and writes nothing more', async () => {
    const { request } = await drop();
    const first = await claiming(request);
    const record = await aws.item(`RUN#${first.revalidationId}`);
    expect(await claiming(request)).toEqual(first);
    expect(await aws.item(`RUN#${first.revalidationId}`)).toEqual(record);
  });

  test.each(['lost', 'answer lost'] as const)('returns a claim after a crash: the write was %s', async (delivery) => {
    const { request } = await drop();
    aws.setWriteDelivery(1, delivery);
    expect(await thrownBy(claiming(request))).toMatchObject({ name: 'LostOnTheWay' });
    const claim = await claiming(request);
    expect(await claiming(request)).toEqual(claim);
  });

  test('tells another execution to wait', async () => {
    const { request } = await drop();
    await claiming(request);
    expect(await thrownBy(claiming(request, THEIRS))).toEqual({
      name: 'ClaimedElsewhereError',
      reason: 'claimed_elsewhere',
    });
  });

  test('returns the id of a decided case to any execution', async () => {
    const { request } = await drop();
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

  test('returns the same case under an idempotency key when its media has a new version', async () => {
    const { request, key } = await call({ idempotencyKey: `key-${drops}` });
    const first = await claiming(request);
    await aws.put(key, MP4);
    expect(await claiming(request)).toEqual(first);
    expect(await thrownBy(claiming(request, THEIRS))).toMatchObject({ name: 'ClaimedElsewhereError' });
  });

  test('returns the same case under an idempotency key for any order of the fields', async () => {
    const { request } = await call({ idempotencyKey: `key-${drops}`, reference: 'r', options: { threshold: 0.75 } });
    const first = await claiming(request);
    expect(await claiming(Object.fromEntries(Object.entries(request).toReversed()))).toEqual(first);
  });
});

describe('a request that is not valid', () => {
  const refusals: [string, string, string, () => Promise<unknown>][] = [
    ['of no kind', 'RequestInvalidError', 'request_invalid', async () => ({ kind: 'unknown' })],
    ['that is nothing', 'RequestInvalidError', 'request_invalid', async () => null],
    ['with an unknown field', 'RequestInvalidError', 'request_invalid', async () => ({ ...callOf(), admin: true })],
    ['for only dots', 'RequestInvalidError', 'request_invalid', async () => callOf({ accountId: '..' })],
    [
      'for a drop elsewhere',
      'RequestInvalidError',
      'request_invalid',
      async () => dropOf(await drop(), 'another-bucket'),
    ],
    [
      'for media outside of inbox/ and media/',
      'RequestInvalidError',
      'request_invalid',
      async () => callOf({ media: { key: 'private/selfie.jpg' } }),
    ],
    [
      'for options that are no JSON',
      'RequestInvalidError',
      'request_invalid',
      async () => (await drop({ ...CONSENT, options: '{' })).request,
    ],
    [
      'for more options than 512 bytes',
      'RequestInvalidError',
      'request_invalid',
      async () => (await drop({ ...CONSENT, options: `{"threshold":0.5${' '.repeat(500)}}` })).request,
    ],
    [
      'for an unknown option',
      'RequestInvalidError',
      'request_invalid',
      async () => (await drop({ ...CONSENT, options: '{"free":true}' })).request,
    ],
    [
      'for a reference that is too long',
      'RequestInvalidError',
      'request_invalid',
      async () => (await drop({ ...CONSENT, reference: 'r'.repeat(129) })).request,
    ],
    [
      'for a key that is none of ours',
      'RequestInvalidError',
      'unreadable_key',
      async () => dropOf(await aws.put('inbox/selfie.jpg', JPEG, CONSENT)),
    ],
    ['without consent in the drop', 'RequestInvalidError', 'consent_missing', async () => (await drop({})).request],
    [
      'with a consent that is not exactly that',
      'RequestInvalidError',
      'consent_missing',
      async () => (await drop({ 'user-authorized': 'TRUE' })).request,
    ],
    [
      'without consent in the call',
      'RequestInvalidError',
      'consent_missing',
      async () => ({ ...callOf(), userAuthorized: false }),
    ],
    [
      'for speech that was never asked for',
      'RequestInvalidError',
      'speech_match_needs_live_capture',
      async () => (await call({ options: { subvalidations: ['speech_match'], minimumPrecision: 'high' } })).request,
    ],
    [
      'for media without a byte',
      'MediaUnacceptableError',
      'media_empty',
      async () => (await drop(CONSENT, { bytes: Buffer.alloc(0) })).request,
    ],
    [
      'for media of a byte too many',
      'MediaUnacceptableError',
      'media_too_large',
      async () => (await drop(CONSENT, { bytes: Buffer.concat([JPEG, Buffer.alloc(MAX_MEDIA_BYTES)]) })).request,
    ],
    [
      'for media that only its name calls a photo',
      'MediaUnacceptableError',
      'media_type_not_supported',
      async () => (await drop(CONSENT, { bytes: Buffer.from('GIF89a') })).request,
    ],
    [
      'for a photo that is to prove liveness',
      'MediaUnacceptableError',
      'photo_cannot_prove_liveness',
      async () => (await drop({ ...CONSENT, options: '{"liveness":"passive"}' })).request,
    ],
    [
      'for media that is not there',
      'MediaGoneError',
      'media_gone',
      async () => callOf({ media: { key: 'media/absent' } }),
    ],
    [
      'for a drop whose version was deleted',
      'MediaGoneError',
      'media_gone',
      async () => {
        const { request, key, versionId } = await drop();
        await aws.remove(key, versionId);
        return request;
      },
    ],
    [
      'for a drop that is not what its event says',
      'MediaGoneError',
      'media_changed',
      async () => dropOf({ ...(await drop()), etag: '0'.repeat(32) }),
    ],
  ];

  test.each(refusals)('is refused by name, and writes nothing: %s', async (_, name, reason, make) => {
    const request = await make();
    expect(await thrownBy(claiming(request))).toEqual({ name, reason });
    // Media that is gone may have been decided before; nothing else is worth a look.
    expect(aws.writes()).toEqual([]);
    expect(aws.calls.length).toBe(name === 'MediaGoneError' && Object(request).kind === 'drop' ? 1 : 0);
  });

  test('is refused under an idempotency key of another request', async () => {
    const { request } = await call({ idempotencyKey: `key-${drops}` });
    await claiming(request);
    const writes = aws.writes().length;
    const other = { ...request, options: { threshold: 0.7 } };
    expect(await thrownBy(claiming(other, THEIRS))).toEqual({
      name: 'RequestInvalidError',
      reason: 'idempotency_key_reused',
    });
    expect(aws.writes().length).toBe(writes);
  });

  test('is refused without any of its values in the message', async () => {
    const canary = 'canary7f3a';
    for (const request of [
      { ...callOf(), accountId: `${canary}/..`, reference: `${canary}\n` },
      { ...callOf(), options: { threshold: canary } },
      dropOf(await aws.put(`inbox/${canary}/x`, JPEG, CONSENT)),
      (await drop({ ...CONSENT, options: `{"${canary} is a name":1}` })).request,
      (await drop({ ...CONSENT, options: `not JSON ${canary}` })).request,
    ]) {
      const { message, stack } = await errorOf(claiming(request));
      expect(`${message} ${stack}`).not.toContain(canary);
    }
    expect(aws.lines.join('\n')).not.toContain(canary);
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

  test('claims a late drop within the hours that media is kept, and refuses it after them', async () => {
    const { request } = await drop();
    expect(await hoursLater(25, () => thrownBy(claiming(request)))).toEqual(tooOld);
    expect(aws.writes()).toEqual([]);
    expect(await hoursLater(23, () => claiming(request))).toMatchObject({ userAuthorized: true });
  });

  test('treats a late drop as a repeat when it was claimed in time', async () => {
    const { request } = await drop();
    const claim = await claiming(request);
    expect(await hoursLater(25, () => claiming(request))).toEqual(claim);
    expect(await hoursLater(25, () => thrownBy(claiming(request, THEIRS)))).toMatchObject({
      name: 'ClaimedElsewhereError',
    });
  });

  test('accepts a call about media of any age', async () => {
    const { request } = await call();
    expect(await hoursLater(25, () => claiming(request))).toMatchObject({ userAuthorized: true });
  });
});

test('claims media of exactly the largest size', async () => {
  const bytes = Buffer.concat([JPEG, Buffer.alloc(MAX_MEDIA_BYTES - JPEG.length)]);
  const { request } = await drop(CONSENT, { bytes });
  expect(await claiming(request)).toMatchObject({ media: { bytes: MAX_MEDIA_BYTES } });
});

test('lets exactly one of many executions of the same drop claim it', async () => {
  const { request } = await drop();
  const executions = Array.from({ length: 8 }, (_, n) => executionOf(`racer-${n}`));
  const runs = await Promise.allSettled(executions.map((execution) => claiming(request, execution)));
  const lost = runs.flatMap((run) => (run.status === 'rejected' ? [run.reason.name] : []));
  expect(lost).toEqual(Array(7).fill('ClaimedElsewhereError'));
});
