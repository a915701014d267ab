import { describe, expect } from 'vitest';
import { handler } from '../../functions/sweep-ledger.ts';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { spendOf } from '../../shared/domain/spend.ts';
import { bindValidation } from '../../shared/ledger/bindings.ts';
import { claim as claimRecord, recordAttempt, recordCreated } from '../../shared/ledger/claims.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { recordsBetween } from '../../shared/ledger/records.ts';
import { claimOf, context, executionOf, inMinutes, newPerson, newValidationId } from '../support/journal.ts';
import { type Delivery, type LocalAws, standIn } from '../support/local-aws.ts';
import { waitFor } from '../support/wait-for.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const HOUR = 60;

/** When the call was made, of a run that ended an hour after. */
const ASKED = inMinutes(-26 * HOUR);

const test = withLocalAws('SweepLedger', { media: true, truora: true, settings: { createLateMs: 1 } });

const closers: (() => Promise<void>)[] = [];

test.beforeEach(async ({ aws }) => {
  await aws.putItem({ pk: 'GATE#truora' });
  aws.setDelivery();
  aws.metrics.length = 0;
});

test.afterEach(async ({ aws }) => {
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  for (const close of closers.splice(0)) await close();
});

const sweep = () => handler({}, context);

const isGet = (path: string) => path.endsWith('/validations');

/** Truora's list of the person, for any call. */
const listing = async (...list: object[]) => {
  const truora = await standIn(({ path }) =>
    isGet(path) ? { status: 200, body: { validations: list } } : { status: 404 },
  );
  closers.push(truora.close);
  process.env.TRUORA_ORIGIN = truora.origin;
  return { asked: () => truora.asked.filter(({ path }) => isGet(path)).length };
};

const rowOf = ({ accountId }: Claim, more: object = {}) => ({
  validation_id: newValidationId(),
  account_id: accountId,
  type: 'face-recognition',
  validation_status: 'pending',
  threshold: 0.7,
  creation_date: ASKED,
  ...more,
});

const due = async (aws: LocalAws, revalidationId: string, more: { announced?: string } = {}) => {
  const item = await aws.item(`RUN#${revalidationId}`);
  const shard = `due#${revalidationId[3]}`;
  await aws.putItem({ ...item, pk: `RUN#${revalidationId}`, shard, dueAt: inMinutes(-1), ...more });
};

const end = async (aws: LocalAws, { revalidationId, accountId }: Claim) => {
  const decidedAt = inMinutes(-25 * HOUR);
  await recordOutcome(aws.ledger, { revalidationId, status: 'failed', decidedBy: 'workflow', decidedAt }, OURS);
  await due(aws, revalidationId, { announced: decidedAt });
  return accountId;
};

/** A case that ended a day ago, and what was known then of its call. */
const ended = async (aws: LocalAws, result?: Attempt['result'], person = newPerson()) => {
  const claim = claimOf(person);
  await claimRecord(aws.ledger, claim, OURS);
  const { revalidationId } = claim;
  if (result)
    await recordAttempt(aws.ledger, { revalidationId }, { attempt: { n: 1, at: ASKED, result }, orphans: [] });
  await end(aws, claim);
  return claim;
};

const opened = (aws: LocalAws, { revalidationId, accountId }: Claim) =>
  openIntent(aws.table, accountId, { revalidationId, attempt: 1, openedAt: ASKED });

type Kept = { attempts?: Attempt[]; orphans?: string[]; dueAt?: string };

const recordOf = async (aws: LocalAws, { revalidationId }: Claim) => (await aws.item(`RUN#${revalidationId}`)) as Kept;

const resultsOf = async (aws: LocalAws, claim: Claim) =>
  ((await recordOf(aws, claim)).attempts ?? []).map(({ result }) => result);

const intentOf = (aws: LocalAws, { accountId }: Claim) => aws.item(`ACC#${accountId}`);

const ownerOf = async (aws: LocalAws, id: string) => (await aws.item(`VLD#${id}`))?.revalidationId;

const orphansCounted = (aws: LocalAws) => aws.metrics.reduce((sum, { Orphans = 0 }) => sum + Number(Orphans), 0);

describe.each(['not_found', 'unconfirmed'] as const)('a call that was %s when its run ended', (result) => {
  test('and was executed later becomes an orphan: bound, counted, recorded, and not checked again', async ({ aws }) => {
    const claim = await ended(aws, result);
    const row = rowOf(claim, { creation_date: inMinutes(-25 * HOUR) });
    const { asked } = await listing(row);
    await sweep();
    expect(await recordOf(aws, claim)).toMatchObject({ orphans: [row.validation_id] });
    expect(await resultsOf(aws, claim)).toEqual(['orphaned']);
    expect(await ownerOf(aws, row.validation_id)).toBe(claim.revalidationId);
    expect(orphansCounted(aws)).toBe(1);
    expect(await recordOf(aws, claim)).not.toHaveProperty('dueAt');
    expect(await intentOf(aws, claim)).toBeUndefined();
    expect(asked()).toBe(1);
  });

  test('and was never executed stays an attempt without a validation', async ({ aws }) => {
    const claim = await ended(aws, result);
    // Four hours older than the call could be local time, but this one is another case's.
    const theirs = rowOf(claim, { creation_date: inMinutes(-30 * HOUR) });
    await aws.putItem({ pk: `VLD#${theirs.validation_id}`, revalidationId: claimOf().revalidationId, deadline: ASKED });
    await listing(
      theirs,
      rowOf(claim, { creation_date: inMinutes(-39 * HOUR) }),
      rowOf(claim, { validation_status: 'success' }),
    );
    await sweep();
    expect(await resultsOf(aws, claim)).toEqual(['not_found']);
    expect(await recordOf(aws, claim)).not.toHaveProperty('orphans');
    expect(orphansCounted(aws)).toBe(0);
  });
});

describe('an open intent of an ended run', () => {
  test.for([
    [0, 'not_found'],
    [1, 'orphaned'],
    [2, 'orphaned'],
  ] as const)('gets its result and closes: %i created, %s', async ([created, result], { aws }) => {
    const claim = await ended(aws);
    await opened(aws, claim);
    const rows = Array.from({ length: created }, () => rowOf(claim));
    await listing(...rows);
    await sweep();
    expect(await intentOf(aws, claim)).toBeUndefined();
    expect(await resultsOf(aws, claim)).toEqual([result]);
    expect((await recordOf(aws, claim)).orphans ?? []).toHaveLength(created);
    expect(orphansCounted(aws)).toBe(created);
  });

  test('over a validation of its own is closed, and the validation is bound and no orphan', async ({ aws }) => {
    const claim = claimOf(newPerson());
    await claimRecord(aws.ledger, claim, OURS);
    const own = { validationId: newValidationId(), deadline: inMinutes(-25 * HOUR) };
    const attempt = { n: 1, at: ASKED, result: 'created' as const, validationId: own.validationId };
    const { revalidationId } = claim;
    const created = { ...own, uploadLink: 'https://files.example.com/u' };
    await recordCreated(aws.ledger, { revalidationId, owner: OURS }, created, { attempt, orphans: [] });
    await end(aws, claim);
    await opened(aws, claim);
    const { asked } = await listing(rowOf(claim, { validation_id: own.validationId }));
    await sweep();
    expect(await intentOf(aws, claim)).toBeUndefined();
    expect(await ownerOf(aws, own.validationId)).toBe(revalidationId);
    expect(await recordOf(aws, claim)).not.toHaveProperty('orphans');
    expect(asked()).toBe(0);
  });

  test('stays open while Truora cannot be called, and the follow-up is repeated', async ({ aws }) => {
    const claim = await ended(aws);
    await opened(aws, claim);
    const truora = await standIn({ status: 503 });
    closers.push(truora.close);
    process.env.TRUORA_ORIGIN = truora.origin;
    expect(await sweep()).toEqual({ seen: 1, failed: 1 });
    expect(await intentOf(aws, claim)).toMatchObject({ revalidationId: claim.revalidationId });
    expect(await recordOf(aws, claim)).toHaveProperty('dueAt');
    await aws.putItem({ pk: `RUN#${claim.revalidationId}` });
  });
});

test('takes nothing from a list whose intent was resolved during the read', async ({ aws }) => {
  const claim = await ended(aws);
  await opened(aws, claim);
  const row = rowOf(claim);
  const other = { pk: `ACC#${claim.accountId}`, revalidationId: claimOf().revalidationId, attempt: 1, openedAt: ASKED };
  const truora = await standIn(async () => {
    // Another run of the person has closed it, opened its own and created, and has bound nothing yet.
    await aws.putItem(other);
    return { status: 200, body: { validations: [row] } };
  });
  closers.push(truora.close);
  process.env.TRUORA_ORIGIN = truora.origin;
  expect(await sweep()).toEqual({ seen: 1, failed: 0 });
  expect(await ownerOf(aws, row.validation_id)).toBeUndefined();
  expect(await recordOf(aws, claim)).not.toHaveProperty('orphans');
  expect(await recordOf(aws, claim)).toHaveProperty('dueAt');
  expect(await intentOf(aws, claim)).toMatchObject({ revalidationId: other.revalidationId });
  await aws.putItem({ pk: `RUN#${claim.revalidationId}` });
});

describe('the intent of another run', () => {
  test('stays as it is, and the follow-up is repeated', async ({ aws }) => {
    const claim = await ended(aws, 'not_found');
    const intent = { revalidationId: claimOf().revalidationId, attempt: 1 };
    await openIntent(aws.table, claim.accountId, intent);
    const before = await intentOf(aws, claim);
    const { asked } = await listing(rowOf(claim));
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
    expect(await intentOf(aws, claim)).toEqual(before);
    expect(asked()).toBe(0);
    expect(await recordOf(aws, claim)).not.toHaveProperty('orphans');
    expect(Date.parse((await recordOf(aws, claim)).dueAt ?? '')).toBeGreaterThan(Date.now());
  });

  test('cannot be opened during the read of the list: its validation would be taken for an orphan', async ({ aws }) => {
    const claim = await ended(aws, 'not_found');
    const other = claimOf({ accountId: claim.accountId });
    let opening: unknown = 'not tried';
    const truora = await standIn(async () => {
      opening = await openIntent(aws.table, other.accountId, { revalidationId: other.revalidationId, attempt: 1 });
      return { status: 200, body: { validations: [] } };
    });
    closers.push(truora.close);
    process.env.TRUORA_ORIGIN = truora.origin;
    await sweep();
    expect(opening).toBeUndefined();
    expect(await intentOf(aws, claim)).toBeUndefined();
  });
});

test('takes no validation that is bound to another case of the person', async ({ aws }) => {
  const claim = await ended(aws, 'not_found');
  const [theirs, orphan] = [rowOf(claim), rowOf(claim)];
  const validation = { validationId: theirs.validation_id, deadline: inMinutes(0) };
  await bindValidation(aws.table, validation, claimOf().revalidationId, 90);
  await listing(theirs, orphan);
  await sweep();
  expect((await recordOf(aws, claim)).orphans).toEqual([orphan.validation_id]);
});

test('gives an orphan of two possible cases of one person to one of them', async ({ aws }) => {
  const one = await ended(aws, 'not_found');
  const two = await ended(aws, 'not_found', { accountId: one.accountId, enrollmentId: one.enrollmentId });
  const row = rowOf(one);
  await listing(row);
  await sweep();
  // One of them may have met the other's look.
  for (const { revalidationId } of [one, two]) await due(aws, revalidationId);
  await sweep();
  const all = [...((await recordOf(aws, one)).orphans ?? []), ...((await recordOf(aws, two)).orphans ?? [])];
  expect(all).toEqual([row.validation_id]);
  for (const { revalidationId } of [one, two]) await aws.putItem({ pk: `RUN#${revalidationId}` });
});

test('does not call Truora for a case whose call was answered', async ({ aws }) => {
  const claim = await ended(aws, 'created');
  const { asked } = await listing(rowOf(claim));
  await sweep();
  expect(asked()).toBe(0);
  expect(await recordOf(aws, claim)).not.toHaveProperty('dueAt');
});

test('waits while the throttle is backing off, which is no failure, and backs off after a 429', async ({ aws }) => {
  const claim = await ended(aws, 'not_found');
  const { asked } = await listing(rowOf(claim));
  await aws.putItem({ pk: 'GATE#truora', notBefore: inMinutes(1) });
  expect(await sweep()).toEqual({ seen: 1, failed: 0 });
  expect(asked()).toBe(0);
  await aws.putItem({ pk: 'GATE#truora' });
  const truora = await standIn({ status: 429, headers: { 'retry-after': '60' } });
  closers.push(truora.close);
  process.env.TRUORA_ORIGIN = truora.origin;
  await due(aws, claim.revalidationId);
  expect(await sweep()).toEqual({ seen: 1, failed: 0 });
  expect(await aws.item('GATE#truora')).toHaveProperty('notBefore');
  expect(await intentOf(aws, claim)).toBeUndefined();
  expect(await recordOf(aws, claim)).toHaveProperty('dueAt');
  await aws.putItem({ pk: `RUN#${claim.revalidationId}` });
});

/** Each thing that is written: the lease, the binding, the record, the lease's end, the due time; and one too many. */
const crashes = [1, 2, 3, 4, 5, 6].flatMap((nth) =>
  (['lost', 'answer lost'] as Delivery[]).map((delivery) => [nth, delivery] as const),
);

describe.each([true, false])('with its intent open: %s', (isOpen) => {
  test.for(crashes)(
    'repeats a follow-up that is killed at write %i (%s), and counts it once',
    async ([nth, delivery], { aws }) => {
      const claim = await ended(aws, isOpen ? undefined : 'not_found');
      if (isOpen) await opened(aws, claim);
      const row = rowOf(claim);
      await listing(row);
      let writes = 0;
      aws.setDelivery(({ operation }) => {
        if (/^(Put|Update|Delete)Item$/.test(operation)) writes += 1;
        return writes >= nth ? (writes === nth ? delivery : 'lost') : 'through';
      });
      await sweep();
      aws.setDelivery();
      await due(aws, claim.revalidationId);
      await sweep();
      expect((await recordOf(aws, claim)).orphans).toEqual([row.validation_id]);
      expect(await resultsOf(aws, claim)).toEqual(['orphaned']);
      expect(await ownerOf(aws, row.validation_id)).toBe(claim.revalidationId);
      expect(await intentOf(aws, claim)).toBeUndefined();
      expect(orphansCounted(aws)).toBeGreaterThan(0);
    },
  );
});

test('makes the records match the charges of Truora when a call is executed after its run has ended', async ({
  aws,
}) => {
  const person = newPerson('-create-late');
  await aws.enroll(person);
  const spent = async () => (await spendOf(recordsBetween(aws.table, {}))).charges;
  const [spentBefore, chargedBefore] = [await spent(), aws.sandbox.counts().charges];
  const claim = await ended(aws, 'not_found', person);
  const body = new URLSearchParams({ type: 'face-recognition', user_authorized: 'true', account_id: person.accountId });
  body.append('threshold', String(claim.requested.threshold));
  const headers = { 'truora-api-key': 'truora-key' };
  await fetch(`${aws.sandbox.origin}/v1/validations`, { method: 'POST', headers, body }).catch(() => {});
  await waitFor(() => expect(aws.sandbox.counts().charges - chargedBefore).toBe(1));
  expect((await spent()) - spentBefore).toBe(0);
  await sweep();
  expect((await spent()) - spentBefore).toBe(1);
  expect((await recordOf(aws, claim)).orphans).toHaveLength(1);
  expect(orphansCounted(aws)).toBe(1);
});
