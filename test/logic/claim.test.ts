import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pointSdkAt } from '../../infra/local/credentials.ts';
import { dynamo } from '../../shared/aws/clients.ts';
import { claimIdOf } from '../../shared/domain/case-id.ts';
import type { Intake } from '../../shared/domain/intake.ts';
import { policyVersionOf } from '../../shared/domain/policy.ts';
import type { CallRequest, Options } from '../../shared/domain/request.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { freeMedia } from '../../shared/ledger/holds.ts';
import { personOf, putTombstone } from '../../shared/ledger/tombstones.ts';
import { type ClaimSettings, claimRequest } from '../../shared/logic/claim.ts';
import { commandsSent } from '../support/commands-sent.ts';
import {
  BUCKET,
  claimOf,
  executionOf,
  inMinutes,
  newPerson,
  newValidationId,
  sha256,
  thrownBy,
} from '../support/journal.ts';
import { jpeg, mp4 } from '../support/media.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { callIntake, dropIntake, storeTicket, TICKET_EXECUTION } from '../support/tickets.ts';
import { listen } from '../support/truora.ts';

const HOUR_MS = 3_600_000;

/** The object that S3 has; undefined for none. */
type S3Object = { bytes: Buffer; versionId?: string | undefined; putAt: Date; metadata: Record<string, string> };

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

let s3: Awaited<ReturnType<typeof listen>>;

let object: S3Object | undefined;

/** Runs while S3 is read. */
let meanwhile: () => Promise<unknown>;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
  s3 = await listen(async (response, { headers }) => {
    await meanwhile();
    const isEmpty = object?.bytes.length === 0;
    if (!object || isEmpty) {
      response.writeHead(isEmpty ? 416 : 404, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${isEmpty ? 'InvalidRange' : 'NoSuchKey'}</Code></Error>`);
      return;
    }
    const { bytes, versionId = 'null', putAt, metadata } = object;
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const part = bytes.subarray(Number(start), Number(end) + 1);
    response.writeHead(206, {
      etag: '"etag"',
      'x-amz-version-id': versionId,
      'last-modified': putAt.toUTCString(),
      'content-range': `bytes ${start}-${end}/${bytes.length}`,
      ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    });
    response.end(part);
  });
  pointSdkAt({ S3: s3.origin });
});

afterAll(() => {
  s3.close();
  open.close();
});

const put = (more: Partial<S3Object> = {}): void => {
  const metadata = { 'user-authorized': 'true' };
  object = { bytes: jpeg(), versionId: 'v1', putAt: new Date(), metadata, ...more };
};

beforeEach(() => {
  meanwhile = async () => {};
  put();
  commands.clear();
  s3.heard.length = 0;
});

const run = (intake: Intake, more: Partial<ClaimSettings> = {}) =>
  claimRequest(
    {
      ledger: open.ledger,
      policies: { default: { minimumThreshold: 0.6 } },
      mediaLimits: { minPixels: 100, maxSeconds: 60 },
      mediaHours: 24,
      resultMode: 'callback',
      retries: { allowedRetries: 1, retrySeconds: 300 },
      allowNationalIds: false,
      enterOnConsent: async () => ({}),
      ...more,
    },
    intake,
  );

const media = { bucket: BUCKET, etag: 'etag', versionId: 'v1', bytes: jpeg().length, type: 'image/jpeg' };

const inboxKey = () => {
  const { accountId, enrollmentId } = newPerson();
  return `inbox/${accountId}/${enrollmentId}/selfie.jpg`;
};

/** A drop that S3 says was uploaded. */
const drop = (key = inboxKey()) => dropIntake(key, 'v1', 'PutObject');

const call = (more: Partial<CallRequest> = {}) => callIntake({ media: { key: `media/${newValidationId()}` }, ...more });

const recordOf = (revalidationId: string) => open.item(`RUN#${revalidationId}`);

const holdOf = ({ key, versionId }: { key: string; versionId?: string | undefined }) =>
  open.item(`HOLD#${sha256(JSON.stringify([BUCKET, key, versionId]))}`);

/** A record, written without the tested code. */
const store = (claim: Partial<Claim> & { revalidationId: string }, more: object = {}) =>
  open.putItem({
    pk: `RUN#${claim.revalidationId}`,
    ...claim,
    owner: TICKET_EXECUTION,
    phase: 'claimed',
    trail: [],
    ...more,
  });

const GONE = { name: 'MediaGoneError', reason: 'media_gone' };

const DECIDED = { name: 'AlreadyDecidedError', reason: 'already_decided' };

describe('the claim of a call', () => {
  test('holds what was asked for and what the deployment adds, and its media is held', async () => {
    const reference = 'case-7';
    const forceNew = { reason: 'new consent' };
    const intake = call({ reference, calledBy: 'iam:ana', forceNew });
    const { key } = intake.media;
    const claimed = await run(intake);
    const { accountId, enrollmentId } = intake.person;
    expect(claimed).toEqual({
      revalidationId: claimIdOf(intake, 'v1'),
      accountId,
      enrollmentId,
      userAuthorized: true,
      media: { ...media, key },
      requested: { threshold: 0.6, subvalidations: ['similarity'] },
      resultMode: 'callback',
      purpose: 'default',
      policyVersion: policyVersionOf({ minimumThreshold: 0.6 }),
      reference,
      calledBy: 'iam:ana',
      forceNew,
      claimedAt: expect.stringMatching(/Z$/),
    });
    // The read looks whether the person was erased.
    expect(commands.sent).toEqual(['GetItem', 'PutItem', 'UpdateItem']);
    expect(await recordOf(claimed.revalidationId)).toMatchObject({ ...claimed, owner: TICKET_EXECUTION });
    expect((await holdOf({ key, versionId: 'v1' }))?.holders).toEqual(new Set([claimed.revalidationId]));
  });

  test('takes the mode that the call names, which is no option of Truora', async () => {
    const claimed = await run(call({ options: { resultMode: 'poll', threshold: 0.8 } }));
    expect(claimed).toMatchObject({ resultMode: 'poll', requested: { threshold: 0.8 } });
    expect(claimed.requested).not.toHaveProperty('resultMode');
  });

  test('holds no media without a version', async () => {
    put({ versionId: undefined });
    const intake = call();
    expect((await run(intake)).media).not.toHaveProperty('versionId');
    expect(commands.sent).toEqual(['GetItem', 'PutItem']);
  });

  test('fails for media that may not be taken, is cut, is of another type or is being deleted', async () => {
    expect(await thrownBy(run(call({ media: { key: 'other/selfie.jpg' } })))).toMatchObject({
      reason: 'request_invalid',
    });
    put({ bytes: jpeg({ end: Buffer.alloc(0) }) });
    expect(await thrownBy(run(call()))).toMatchObject({ reason: 'media_incomplete' });
    put({ bytes: Buffer.from('a text that is no media at all') });
    expect(await thrownBy(run(call()))).toMatchObject({ reason: 'media_type_not_supported' });
    put();
    const intake = call();
    await freeMedia(open.ledger, { bucket: BUCKET, key: intake.media.key, versionId: 'v1' }, 'RVL1');
    expect(await thrownBy(run(intake))).toEqual(GONE);
  });

  test('reads what it has to know of a large file beside its first bytes', async () => {
    const bytes = jpeg({ data: 'x'.repeat(100_000) });
    put({ bytes });
    expect(await run(call())).toMatchObject({ media: { bytes: bytes.length } });
    expect(s3.heard.length).toBeGreaterThan(1);
    put({ bytes: jpeg({ data: 'x'.repeat(100_000), end: Buffer.alloc(0) }) });
    expect(await thrownBy(run(call()))).toMatchObject({ reason: 'media_incomplete' });
  });

  test('is not written for a person who was erased, nor with a national id', async () => {
    const intake = call();
    const { accountId = '' } = intake.person;
    await putTombstone(open.table, { person: personOf(accountId), requestedAt: inMinutes(0), accountId }, 150);
    expect(await thrownBy(run(intake))).toMatchObject({ reason: 'account_erased' });
    const named = call({ accountId: '52998224725' });
    expect(await thrownBy(run(named))).toMatchObject({ reason: 'request_invalid' });
    expect(await recordOf(claimIdOf(intake, 'v1'))).toBeUndefined();
    expect(await run(named, { allowNationalIds: true })).toMatchObject({ accountId: '52998224725' });
  });

  test('keeps of its receipt of consent what the check of it says, and nothing else', async () => {
    const consentReceiptId = `CNS${'0'.repeat(32)}`;
    const intake = call({ consentReceiptId });
    const checked: unknown[] = [];
    const consent = { consentReceiptId, consentTextSha256: 'a'.repeat(64) };
    const claimed = await run(intake, {
      enterOnConsent: async (...asked) => {
        checked.push(asked);
        return consent;
      },
    });
    expect(claimed).toMatchObject(consent);
    expect(checked).toEqual([
      [expect.objectContaining({ ...intake.person, consentReceiptId }), claimIdOf(intake, 'v1')],
    ]);
    expect(await run(call({ consentReceiptId }))).not.toHaveProperty('consentReceiptId');
  });

  test('accepts media of any age', async () => {
    put({ putAt: new Date(Date.now() - 100 * HOUR_MS) });
    expect(await run(call())).toMatchObject({ requested: { threshold: 0.6 } });
  });

  test('fails when the existing answer is older than the caller takes, and frees its key', async () => {
    const intake = call({ maxAgeSeconds: 60, idempotencyKey: newValidationId() });
    const { accountId = '', enrollmentId = '' } = intake.person;
    const requested: Options = { threshold: 0.6, subvalidations: ['similarity'] };
    const old = { revalidationId: claimIdOf(intake, 'v1'), accountId, enrollmentId, requested };
    const claimedAt = new Date(Date.now() - 2 * HOUR_MS).toISOString();
    await store({ ...old, claimedAt }, { phase: 'approved', owner: executionOf('theirs') });
    expect(await thrownBy(run(intake))).toMatchObject({ reason: 'answer_too_old' });
    const item = await open.item(`KEY#workflow#${intake.call?.idempotencyKey}`);
    expect(item?.expiresAt).toBeLessThan(Date.now() / 1000);
  });
});

describe('a call whose media is gone', () => {
  test('gets the outcome of its case when it asks for the same under the policy, and only then', async () => {
    const claimed = await run(call());
    const { accountId, enrollmentId, media: kept } = claimed;
    await store(claimed, { phase: 'approved' });
    object = undefined;
    const again = (more: object = {}) =>
      run(callIntake({ accountId, enrollmentId, media: { key: kept?.key ?? '', versionId: 'v1' }, ...more }));
    expect(await thrownBy(again())).toEqual(DECIDED);
    expect(await thrownBy(again({ options: { threshold: 0.9 } }))).toEqual(GONE);
  });
});

describe('a claim under an idempotency key', () => {
  test('binds the key, and a retry gets it with any newest version of its media', async () => {
    const intake = call({ idempotencyKey: newValidationId() });
    const claimed = await run(intake);
    const hash = sha256(`KEY#workflow#${intake.call?.idempotencyKey}`);
    expect(await recordOf(claimed.revalidationId)).toMatchObject({ keyHash: hash });
    object = undefined;
    s3.heard.length = 0;
    expect(await run(intake)).toEqual(claimed);
    expect(s3.heard).toEqual([]);
    const held = { bucket: BUCKET, key: claimed.media?.key ?? '', versionId: 'v1' };
    await freeMedia(open.ledger, held, claimed.revalidationId);
    expect(await thrownBy(run(intake))).toEqual(GONE);
  });

  test('takes the one that an earlier try writes meanwhile about an older version, and holds its media too', async () => {
    const intake = call({ idempotencyKey: newValidationId() });
    const first = await run(intake);
    const { key = '' } = first.media ?? {};
    const pk = `RUN#${first.revalidationId}`;
    const alias = `KEY#workflow#${intake.call?.idempotencyKey}`;
    const hold = `HOLD#${sha256(JSON.stringify([BUCKET, key, 'v1']))}`;
    // The earlier try has reserved the key, and its claim is written while this one reads the newest version.
    const [record, bound] = [await open.item(pk), await open.item(alias)];
    await open.putItem({ ...bound, pk: alias, reservedBy: TICKET_EXECUTION });
    for (const gone of [pk, hold]) await open.remove(gone);
    meanwhile = () => open.putItem({ ...record, pk });
    put({ versionId: 'v2' });
    expect(await run(intake)).toEqual(first);
    expect((await open.item(hold))?.holders).toEqual(new Set([first.revalidationId]));
  });

  test('leaves no hold when another request takes the key, because the claim is withdrawn', async () => {
    const intake = call({ idempotencyKey: newValidationId() });
    const pk = `KEY#workflow#${intake.call?.idempotencyKey}`;
    let writes = 0;
    const takeKey = async () => {
      writes += 1;
      // The third write binds the key: before it come the reservation and the claim.
      if (writes === 3) await open.putItem({ pk, revalidationId: 'RVL1', body: 'another' });
    };
    commands.before('PutItem', takeKey, 3);
    expect(await thrownBy(run(intake))).toMatchObject({ reason: 'claimed_elsewhere' });
    expect(commands.sent.slice(-2)).toEqual(['PutItem', 'PutItem']);
    expect(await holdOf({ key: intake.media.key, versionId: 'v1' })).toBeUndefined();
  });
});

describe('the claim of a drop', () => {
  test('takes its person from the key and its options from the metadata, and no caller', async () => {
    const intake = drop();
    put({ metadata: { 'user-authorized': 'true', reference: 'case-7', options: '{"threshold":0.9}' } });
    const claimed = await run(intake);
    expect(claimed).toMatchObject({
      ...intake.person,
      revalidationId: claimIdOf(intake, 'v1'),
      requested: { threshold: 0.9 },
      reference: 'case-7',
    });
    for (const name of ['calledBy', 'linkedTo', 'forceNew']) expect(claimed).not.toHaveProperty(name);
  });

  test('takes the options and the caller of the ticket that it was uploaded with', async () => {
    const { ticket, key, id } = await storeTicket(open);
    put({ metadata: {} });
    const { accountId, enrollmentId, calledBy } = ticket;
    expect(await run(drop(key))).toMatchObject({
      revalidationId: id,
      accountId,
      enrollmentId,
      calledBy,
      requested: { threshold: 0.7 },
    });
  });

  test('fails where the person of its capture page has not agreed', async () => {
    const { ticket, key, pk } = await storeTicket(open, { capture: true });
    const { userAuthorized: _, ...undecided } = ticket;
    await open.putItem({ pk, ...undecided });
    expect(await thrownBy(run(drop(key)))).toMatchObject({ reason: 'consent_missing' });
  });

  test('fails when it is older than media is kept, unless its case has a record', async () => {
    const intake = drop();
    put({ putAt: new Date(Date.now() - 25 * HOUR_MS) });
    expect(await thrownBy(run(intake))).toEqual({ name: 'MediaUnacceptableError', reason: 'media_too_old' });
    put();
    const claimed = await run(intake);
    put({ putAt: new Date(Date.now() - 25 * HOUR_MS) });
    expect(await run(intake)).toEqual(claimed);
  });

  test('gets the outcome of its case when its media is gone, and only then', async () => {
    const intake = drop();
    await store(
      { revalidationId: claimIdOf(intake, 'v1'), claimedAt: new Date().toISOString() },
      { phase: 'approved' },
    );
    put({ bytes: Buffer.alloc(0) });
    expect(await thrownBy(run(intake))).toMatchObject({ reason: 'media_empty' });
    object = undefined;
    expect(await thrownBy(run(intake))).toEqual(DECIDED);
    expect(await thrownBy(run(drop()))).toEqual(GONE);
  });
});

describe('the claim of a linked retry', () => {
  test('names the validation at Truora and the case of ours that it retries', async () => {
    put({ bytes: mp4() });
    const options = { subvalidations: ['passive_liveness' as const], threshold: 0.7 };
    const first = claimOf({ requested: options });
    const { accountId, enrollmentId, revalidationId } = first;
    const validationId = newValidationId();
    const decidedAt = new Date().toISOString();
    const outcome = { revalidationId, status: 'declined', decidedBy: 'poll', decidedAt };
    await store(first, { phase: 'declined', validationId, outcome });
    const intake = call({ accountId, enrollmentId, options: { ...options, retryOf: revalidationId } });
    const requested = { threshold: 0.7, subvalidations: ['similarity', 'passive_liveness'], retryOf: validationId };
    const claimed = await run(intake);
    expect(claimed).toMatchObject({ linkedTo: revalidationId, requested });
    expect(await open.item(`RETRY#${validationId}`)).toMatchObject({ retry1: claimed.revalidationId });
  });
});
