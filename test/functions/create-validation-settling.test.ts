import { describe, expect, vi } from 'vitest';
import { handler } from '../../functions/create-validation.ts';
import { type Claim, LONGEST_LIFE_SECONDS } from '../../shared/domain/revalidation.ts';
import { bindOrphans } from '../../shared/ledger/bindings.ts';
import { claim as claimRecord, recordAttempt } from '../../shared/ledger/claims.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import { recordCancellation } from '../../shared/ledger/outcomes.ts';
import {
  claimOf,
  context,
  eventOf,
  executionOf,
  inMinutes,
  newPerson,
  newRevalidationId,
  newValidationId,
  thrownBy,
} from '../support/journal.ts';
import { type Delivery, type LocalAws, standIn } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

const LINK = 'https://files.truora.com/u/x?Expires=4102444800&Signature=canary';

const test = withLocalAws('CreateValidation', { truora: true });

const closers: (() => Promise<void>)[] = [];

test.beforeEach(async ({ aws }) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  process.env.SETTLE_SECONDS = '60';
  aws.metrics.length = 0;
  aws.setDelivery();
  await aws.putItem({ pk: 'GATE#truora' });
});

test.afterEach(async ({ aws }) => {
  vi.useRealTimers();
  aws.setDelivery();
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  for (const close of closers.splice(0)) await close();
});

const creating = (claim: Claim) => handler(eventOf('CreateValidation', { claim }, { executionId: OURS }), context);

const claimed = async (aws: LocalAws, person: Partial<Claim> = newPerson()) => {
  const claim = claimOf(person);
  await claimRecord(aws.ledger, claim, OURS);
  return claim;
};

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

const recordOf = async (aws: LocalAws, { revalidationId }: Claim) => aws.item(`RUN#${revalidationId}`);

const intentOf = (aws: LocalAws, { accountId }: Claim) => aws.item(`ACC#${accountId}`);

const orphansCounted = (aws: LocalAws) => aws.metrics.reduce((sum, { Orphans = 0 }) => sum + Number(Orphans), 0);

const rowOf = ({ accountId }: Claim) => ({
  validation_id: newValidationId(),
  account_id: accountId,
  type: 'face-recognition',
  validation_status: 'pending',
  threshold: 0.7,
  creation_date: new Date().toISOString(),
  file_upload_link: LINK,
});

const truoraOf = async (create: () => object | 'reset', list: () => object[]) => {
  const truora = await standIn(({ method }) => {
    if (method === 'GET') return { status: 200, body: { validations: list() } };
    const said = create();
    return said === 'reset' ? said : { status: 200, body: said };
  });
  closers.push(truora.close);
  process.env.TRUORA_ORIGIN = truora.origin;
  return (method: string) => truora.asked.filter((one) => one.method === method).length;
};

describe('a change between the first read of the record and the intent', () => {
  /** Runs this while the write of our intent is in flight. */
  const meanwhile = (aws: LocalAws, claim: Claim, change: () => Promise<unknown>) => {
    let isDone = false;
    aws.setDelivery(async ({ operation, input }): Promise<Delivery> => {
      if (isDone || operation !== 'PutItem' || !JSON.stringify(input).includes(`ACC#${claim.accountId}`))
        return 'through';
      isDone = true;
      await change();
      return 'through';
    });
  };

  test.for<[string, (aws: LocalAws, claim: Claim) => Promise<unknown>]>([
    ['the run was canceled', (aws, claim) => recordCancellation(aws.ledger, claim, 'iam:caller')],
    [
      'another attempt was written down',
      (aws, claim) =>
        recordAttempt(aws.ledger, claim, { attempt: { n: 1, at: inMinutes(-5), result: 'orphaned' }, orphans: [] }),
    ],
  ])('stops the charged call and frees the person: %s', async ([_, change], { aws }) => {
    const claim = await claimed(aws);
    const asked = await truoraOf(
      () => rowOf(claim),
      () => [],
    );
    meanwhile(aws, claim, () => change(aws, claim));
    expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(asked('POST')).toBe(0);
    expect(await intentOf(aws, claim)).toBeUndefined();
  });
});

test('does not read the list while the throttle is backing off', async ({ aws }) => {
  const claim = await claimed(aws);
  const asked = await truoraOf(
    () => 'reset',
    () => [],
  );
  expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
  later(60);
  await aws.putItem({ pk: 'GATE#truora', notBefore: inMinutes(1) });
  expect(await thrownBy(creating(claim))).toMatchObject({ name: 'TruoraBusyError', reason: 'truora_rate_limited' });
  expect(asked('GET')).toBe(0);
});

test('binds the orphans of a record on re-entry, for as long as one of them may live and the record is kept', async ({
  aws,
}) => {
  const claim = await claimed(aws);
  const rows = [rowOf(claim), rowOf(claim)] as const;
  await truoraOf(
    () => 'reset',
    () => [...rows],
  );
  expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
  const { openedAt } = (await intentOf(aws, claim)) as unknown as { openedAt: string };
  later(60);
  expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
  later(30);
  // Killed after the record and before any binding.
  aws.setDelivery(({ operation, input }) =>
    operation === 'PutItem' && JSON.stringify(input).includes('VLD#') ? 'lost' : 'through',
  );
  await expect(creating(claim)).rejects.toThrow();
  aws.setDelivery();
  expect(await creating(claim)).toMatchObject({ validationId: rows[0].validation_id });
  const deadline = new Date(Date.parse(openedAt) + LONGEST_LIFE_SECONDS * 1000).toISOString();
  expect(await aws.item(`VLD#${rows[1].validation_id}`)).toMatchObject({
    revalidationId: claim.revalidationId,
    deadline,
    expiresAt: Math.floor(Date.parse(deadline) / 1000) + aws.ledger.retentionDays * 86_400,
  });
  expect(await intentOf(aws, claim)).toBeUndefined();
});

test('binds an orphan until the longest life of a validation and the retention are over', async ({ aws }) => {
  const id = newValidationId();
  const openedAt = inMinutes(-10);
  await bindOrphans(aws.ledger, { revalidationId: newRevalidationId(), openedAt }, [id]);
  const ends = Date.parse(openedAt) / 1000 + LONGEST_LIFE_SECONDS;
  expect((await aws.item(`VLD#${id}`))?.expiresAt).toBe(Math.floor(ends) + aws.ledger.retentionDays * 86_400);
});

test('writes nothing for a record that is gone, but binds the validation that its call created', async ({ aws }) => {
  const claim = await claimed(aws);
  const revalidationId = newRevalidationId();
  const row = { ...rowOf(claim), threshold: 0.91 };
  await truoraOf(
    () => rowOf(claim),
    () => [row],
  );
  await openIntent(aws.table, claim.accountId, { revalidationId, attempt: 1 });
  for (let entry = 0; entry < 3; entry += 1) {
    later(60);
    expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    if (!(await intentOf(aws, claim))) break;
  }
  expect(await aws.item(`VLD#${row.validation_id}`)).toMatchObject({ revalidationId });
  expect(await aws.item(`RUN#${revalidationId}`)).toBeUndefined();
  expect(orphansCounted(aws)).toBe(1);
});

test('leaves a run its own validation when it was killed before the binding, canceled, and resolved by another', async ({
  aws,
}) => {
  const ended = await claimed(aws);
  const ours = await claimed(aws, { accountId: ended.accountId, enrollmentId: ended.enrollmentId });
  const rows: ReturnType<typeof rowOf>[] = [];
  const create = () => {
    rows.push(rowOf(ended));
    return rows.at(-1) ?? {};
  };
  const asked = await truoraOf(create, () => rows);
  aws.setDelivery(({ operation, input }) =>
    operation === 'PutItem' && JSON.stringify(input).includes('VLD#') ? 'lost' : 'through',
  );
  await expect(creating(ended)).rejects.toThrow();
  aws.setDelivery();
  await recordCancellation(aws.ledger, ended, 'iam:caller');
  later(60);
  expect(await thrownBy(creating(ours))).toEqual(UNSETTLED);
  expect(asked('GET')).toBe(0);
  const record = await recordOf(aws, ended);
  expect(record).toMatchObject({ validationId: rows[0]?.validation_id, attempts: [{ result: 'created' }] });
  expect(record).not.toHaveProperty('orphans');
  expect(await aws.item(`VLD#${rows[0]?.validation_id}`)).toMatchObject({ revalidationId: ended.revalidationId });
  expect(await creating(ours)).toMatchObject({ validationId: rows[1]?.validation_id });
  expect(orphansCounted(aws)).toBe(0);
});

test('never replaces a known attempt result by a late write', async ({ aws }) => {
  const claim = await claimed(aws);
  const at = inMinutes(-1);
  const orphan = newValidationId();
  await recordAttempt(aws.ledger, claim, { attempt: { n: 1, at, result: 'orphaned' }, orphans: [orphan] });
  await recordAttempt(aws.ledger, claim, { attempt: { n: 1, at, result: 'unconfirmed' }, orphans: [] });
  expect(await recordOf(aws, claim)).toMatchObject({ attempts: [{ n: 1, at, result: 'orphaned' }], orphans: [orphan] });
});
