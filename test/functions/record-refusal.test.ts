import { describe, expect } from 'vitest';
import { handler as claimRequest } from '../../functions/claim-request.ts';
import { handler as readOutcome } from '../../functions/read-outcome.ts';
import { handler } from '../../functions/record-refusal.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { Caught, Outcome } from '../../shared/domain/revalidation.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { enterDrop, issueTicket } from '../../shared/ledger/tickets.ts';
import type { Journal } from '../../shared/workflow/contract.ts';
import {
  BUCKET,
  callOf,
  caughtOf,
  claimOf,
  context,
  dropOf,
  errorOf,
  eventOf,
  executionOf,
  journalOf,
  newPerson,
  newRevalidationId,
  thrownBy,
} from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

const test = withLocalAws('RecordRefusal', { media: true });

test.beforeEach(({ aws }) => aws.setDelivery());

const CONSENT = caughtOf('RequestInvalidError', 'consent_missing: x-amz-meta-user-authorized: must be true');

const recording = (journal: Partial<Journal>, executionId = OURS): Promise<Outcome> =>
  handler(eventOf('RecordRefusal', journal, { executionId }), context);

let drops = 0;

const aDrop = () => {
  const person = newPerson();
  drops += 1;
  const key = `inbox/${person.accountId}/${person.enrollmentId}/${drops}.jpg`;
  return { ...person, key, versionId: `version-${drops}`, etag: 'etag' };
};

const recordOf = (aws: LocalAws, { revalidationId }: { revalidationId: string }) => aws.item(`RUN#${revalidationId}`);

describe('the outcome of a request that was never claimed', () => {
  test('names the rule that a drop broke, under the id that its claim would have had', async ({ aws }) => {
    const { accountId, enrollmentId, ...object } = aDrop();
    const outcome = await recording({ request: dropOf(object), refusal: CONSENT });
    // What was dropped has to go one day, though no claim holds it.
    expect(await recordOf(aws, outcome)).toMatchObject({ object: { key: object.key, versionId: object.versionId } });
    expect(outcome).toEqual({
      revalidationId: revalidationIdOf({ accountId, bucket: BUCKET, key: object.key, version: object.versionId }),
      status: 'refused',
      reason: 'consent_missing',
      detail: 'x-amz-meta-user-authorized: must be true',
      accountId,
      enrollmentId,
      decidedBy: 'workflow',
      decidedAt: expect.stringMatching(/Z$/),
    });
    expect(await recordOf(aws, outcome)).toMatchObject({ phase: 'refused', owner: OURS, accountId, outcome });
  });

  test('answers a second copy of the same drop, through ReadOutcome', async ({ aws }) => {
    const { accountId, enrollmentId, ...object } = aDrop();
    const put = await aws.put(object.key, Buffer.from([0xff, 0xd8, 0xff]));
    const request = dropOf(put);
    Object.assign(process.env, { CONSENT_MODE: 'flag', ALLOW_NATIONAL_IDS: 'false' });
    Object.assign(process.env, { RESULT_MODE: 'callback', POLICIES: '{"default":{"minimumThreshold":0.65}}' });
    Object.assign(process.env, { MEDIA_MIN_PIXELS: '200', MEDIA_MAX_SECONDS: '30' });
    Object.assign(process.env, { ALLOWED_RETRIES: '0', RETRY_SECONDS: '300' });
    const claiming = (executionId: string) =>
      errorOf(claimRequest(eventOf('ClaimRequest', { request }, { executionId }), context));
    const { name, message } = await claiming(OURS);
    expect(message).toMatch(/^consent_missing: /);
    const first = await recording({ request, refusal: caughtOf(name, message) });
    const second = await errorOf(recording({ request, refusal: caughtOf(name, message) }, THEIRS));
    expect(second).toMatchObject({
      name: 'AlreadyDecidedError',
      message: `already_decided: ${first.revalidationId}`,
    });
    const repeat = caughtOf(second.name, second.message);
    const read = await readOutcome(eventOf('ReadOutcome', { repeat }, { executionId: THEIRS }), context);
    expect(read).toEqual({ ...first, claimedAt: expect.any(String), isRepeat: true });
    expect((await recordOf(aws, first))?.trail).toHaveLength(1);
  });

  test('for a key that cannot be read states only its hash', async ({ aws }) => {
    const object = { key: 'inbox/canary person/x.jpg', etag: 'etag', versionId: 'v1' };
    const refusal = caughtOf('RequestInvalidError', 'unreadable_key: key: must be inbox/...');
    const outcome = await recording({ request: dropOf(object), refusal });
    expect(outcome).toMatchObject({ status: 'refused', reason: 'unreadable_key' });
    expect(outcome).not.toHaveProperty('accountId');
    expect(JSON.stringify(await recordOf(aws, outcome))).not.toContain('canary');
  });

  test('of a call keeps the caller and the person', async () => {
    const request = callOf({ reference: 'their case', media: { key: 'media/x', versionId: 'v7' } });
    const refusal = caughtOf('MediaUnacceptableError', 'media_empty: media: must hold at least 1 byte');
    const { accountId, enrollmentId } = request;
    expect(await recording({ request, refusal })).toMatchObject({
      revalidationId: expect.not.stringMatching(
        revalidationIdOf({ accountId, bucket: BUCKET, key: 'media/x', version: 'v7' }),
      ),
      reason: 'media_empty',
      reference: 'their case',
      accountId,
      enrollmentId,
    });
  });

  test.for<[string, () => unknown]>([
    ['a call without a version', () => callOf()],
    ['nothing that can be read', () => ({ kind: 'unknown', more: 'canary' })],
    ['nothing', () => null],
  ])("of %s belongs to the execution's own case", async ([_, make], { aws }) => {
    const request = make();
    const executions = [executionOf(`${drops}-a`), executionOf(`${drops}-b`)];
    drops += 1;
    const [a, b] = await Promise.all(
      executions.map((execution) => recording({ request, refusal: CONSENT }, execution)),
    );
    expect(a?.revalidationId).not.toBe(b?.revalidationId);
    expect(await recording({ request, refusal: CONSENT }, executions[0])).toEqual(a);
    expect(JSON.stringify(await aws.items())).not.toContain('canary');
  });
});

test('records a drop with another request than its ticket under a case of its own', async ({ aws }) => {
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
  const ticket = uploadTicket(body, newRevalidationId(), CALLER);
  await issueTicket(aws.ledger, ticket);
  const key = ticket.upload?.key ?? '';
  await enterDrop(aws.table, key, 'v1');
  const { accountId, enrollmentId, revalidationId } = ticket;
  const other = claimOf({ revalidationId, accountId, enrollmentId, requested: { threshold: 0.75 } });
  await claimRecord(aws.ledger, other, THEIRS);
  const record = await recordOf(aws, ticket);
  const request = dropOf({ key, etag: 'e', versionId: 'v1' });
  const refusal = caughtOf(
    'RequestInvalidError',
    'already_asked_otherwise: media: this version was asked about before',
  );
  const outcome = await recording({ request, refusal });
  expect(outcome).toMatchObject({ status: 'refused', reason: 'already_asked_otherwise', accountId, enrollmentId });
  expect(outcome.revalidationId).not.toBe(revalidationId);
  expect(await recordOf(aws, ticket)).toEqual(record);
});

test('records one outcome and one event for all uploads that a full ticket refuses', async ({ aws }) => {
  const { accountId, enrollmentId, revalidationId } = { ...newPerson(), revalidationId: newRevalidationId() };
  const key = `inbox/${accountId}/${enrollmentId}/${revalidationId}.jpg`;
  const refusal = caughtOf('RequestInvalidError', 'too_many_uploads: media: one upload form takes 100 uploads');
  aws.announced.length = 0;
  const outcomes = [];
  for (let n = 0; n < 5; n += 1) {
    const request = dropOf({ key, etag: 'e', versionId: `v${n}` });
    outcomes.push(await recording({ request, refusal }, executionOf(`flood-${n}`)).catch((error: Error) => error));
  }
  const [first, ...repeats] = outcomes as [Outcome, ...Error[]];
  expect(first).toMatchObject({ status: 'refused', reason: 'too_many_uploads', accountId, enrollmentId });
  expect(first.revalidationId).not.toBe(revalidationId);
  expect(repeats.map(({ message }) => message)).toEqual(Array(4).fill(`already_decided: ${first.revalidationId}`));
  expect(aws.announced).toHaveLength(1);
});

test('records the refusal of a claimed request with the claim', async ({ aws }) => {
  const { claim, request } = journalOf();
  await claimRecord(aws.ledger, claim, OURS);
  const refusal = caughtOf('EnrollmentPendingError', 'enrollment_pending: enrollmentId: not finished yet');
  const outcome = await recording({ request, claim, refusal });
  expect(outcome).toEqual({
    revalidationId: claim.revalidationId,
    status: 'refused',
    reason: 'enrollment_pending',
    detail: 'enrollmentId: not finished yet',
    accountId: claim.accountId,
    enrollmentId: claim.enrollmentId,
    reference: claim.reference,
    threshold: claim.requested.threshold,
    decidedBy: 'workflow',
    claimedAt: claim.claimedAt,
    decidedAt: expect.stringMatching(/Z$/),
  });
  const record = await recordOf(aws, claim);
  expect(record).toMatchObject({ phase: 'refused', outcome, requested: claim.requested });
  expect(record?.trail).toMatchObject([{ phase: 'claimed' }, { phase: 'refused' }]);
  expect(record?.trail).toHaveLength(2);
});

describe('a repeat', () => {
  test('of the same execution returns the first outcome, of another one goes to ReadOutcome, and neither writes', async ({
    aws,
  }) => {
    const request = dropOf(aDrop());
    const first = await recording({ request, refusal: CONSENT });
    const record = await recordOf(aws, first);
    const other = caughtOf('MediaGoneError', 'media_gone: media: there is no such object');
    expect(await recording({ request, refusal: other })).toEqual(first);
    expect(await thrownBy(recording({ request, refusal: other }, THEIRS))).toMatchObject({
      name: 'AlreadyDecidedError',
    });
    expect(await recordOf(aws, first)).toEqual(record);
  });

  test.for(['lost', 'answer lost'] as const)(
    'ends in one outcome after a crash: the write was %s',
    async (delivery, { aws }) => {
      const request = dropOf(aDrop());
      aws.setWriteDelivery(1, delivery);
      expect(await thrownBy(recording({ request, refusal: CONSENT }))).toMatchObject({ name: 'LostOnTheWay' });
      aws.setDelivery();
      const outcome = await recording({ request, refusal: CONSENT });
      expect(await recordOf(aws, outcome)).toMatchObject({ outcome });
      expect((await recordOf(aws, outcome))?.trail).toHaveLength(1);
    },
  );
});

test.each<[string, Caught, { reason: string; detail: string }]>([
  [
    'a sentence of Step Functions',
    { Error: 'States.Timeout', Cause: 'x' },
    { reason: 'unexpected', detail: 'States.Timeout after every retry' },
  ],
  ['no cause', { Error: 'States.Timeout' }, { reason: 'unexpected', detail: 'States.Timeout after every retry' }],
  [
    'an unknown message',
    caughtOf('Error', 'canary said this'),
    { reason: 'unexpected', detail: 'Error after every retry' },
  ],
])('keeps only the name of %s', async (_, refusal, told) => {
  expect(await recording({ request: dropOf(aDrop()), refusal })).toMatchObject(told);
});

test('does not change the open record of another execution', async ({ aws }) => {
  const object = aDrop();
  const { accountId, enrollmentId, key, versionId } = object;
  const revalidationId = revalidationIdOf({ accountId, bucket: BUCKET, key, version: versionId });
  await claimRecord(aws.ledger, claimOf({ revalidationId, accountId, enrollmentId }), THEIRS);
  expect(await thrownBy(recording({ request: dropOf(object), refusal: CONSENT }))).toEqual({
    name: 'ClaimedElsewhereError',
    reason: 'claimed_elsewhere',
  });
  expect(await recordOf(aws, { revalidationId })).toMatchObject({ phase: 'claimed', owner: THEIRS });
});

test('does not touch drops of our bucket for an event of another bucket', async ({ aws }) => {
  const { accountId, enrollmentId, ...object } = aDrop();
  const refusal = caughtOf(
    'RequestInvalidError',
    'request_invalid: event.detail.bucket.name: must be the media bucket',
  );
  await recording({ request: dropOf(object, 'another-bucket'), refusal }, THEIRS);
  const revalidationId = revalidationIdOf({
    accountId,
    bucket: BUCKET,
    key: object.key,
    version: object.versionId,
  });
  const claim = claimOf({ revalidationId, accountId, enrollmentId });
  expect(await claimRecord(aws.ledger, claim, OURS)).toEqual(claim);
});
