import { describe, expect, vi } from 'vitest';
import { handler } from '../../functions/create-validation.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { claimOf, context, eventOf, executionOf, newPerson, newValidationId, thrownBy } from '../support/journal.ts';
import { type LocalAws, type Said, standIn } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const LIMITED = { name: 'TruoraBusyError', reason: 'truora_rate_limited' };

const test = withLocalAws('CreateValidation', { truora: true });

const closers: (() => Promise<void>)[] = [];

test.beforeEach(({ aws }) => aws.putItem({ pk: 'GATE#truora' }));

test.afterEach(async ({ aws }) => {
  vi.useRealTimers();
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  process.env.DAILY_BUDGET = 'none';
  for (const close of closers.splice(0)) await close();
});

const creating = (claim: Claim) => handler(eventOf('CreateValidation', { claim }, { executionId: OURS }), context);

const claimed = async (aws: LocalAws) => {
  const person = newPerson();
  await aws.enroll(person);
  const claim = claimOf(person);
  await claimRecord(aws.ledger, claim, OURS);
  return claim;
};

const intentOf = (aws: LocalAws, { accountId }: Claim) => aws.item(`ACC#${accountId}`);

const asking = async (first: Said) => {
  const truora = await standIn(first, ({ form }) => ({
    status: 200,
    body: {
      validation_id: newValidationId(),
      account_id: form.get('account_id'),
      instructions: { file_upload_link: 'https://files.truora.com/u/x?Expires=4102444800' },
    },
  }));
  closers.push(truora.close);
  process.env.TRUORA_ORIGIN = truora.origin;
  return truora.asked;
};

describe('a 429', () => {
  test.for<[string, () => string | undefined, number]>([
    ['in seconds', () => '30', 30],
    ['as a date', () => new Date(Date.now() + 30_000).toUTCString(), 30],
    ['without a word on how long', () => undefined, 2],
    ['for a day', () => '86400', 300],
  ])('%s makes every run back off and closes its intent; then all continue', async ([_, header, seconds], { aws }) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const retryAfter = header();
    const asked = await asking({ status: 429, headers: retryAfter ? { 'retry-after': retryAfter } : {} });
    const [one, other] = [await claimed(aws), await claimed(aws)];
    expect(await thrownBy(creating(one))).toEqual(LIMITED);
    expect(await intentOf(aws, one)).toBeUndefined();
    expect(await aws.item(`RUN#${one.revalidationId}`)).not.toHaveProperty('attempts');
    vi.setSystemTime(Date.now() + (seconds - 2) * 1000);
    for (const claim of [one, other]) expect(await thrownBy(creating(claim))).toEqual(LIMITED);
    expect(asked).toHaveLength(1);
    vi.setSystemTime(Date.now() + 4000);
    for (const claim of [one, other]) expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
    expect(asked).toHaveLength(3);
  });

  test('that cannot be stored costs no charge and no case', async ({ aws }) => {
    const asked = await asking({ status: 429 });
    const claim = await claimed(aws);
    aws.setDelivery(({ input }) => (JSON.stringify(input).includes('notBefore') ? 'lost' : 'through'));
    expect(await thrownBy(creating(claim))).toEqual(LIMITED);
    aws.setDelivery();
    expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
    expect(asked).toHaveLength(2);
  });
});

describe('the kill switch', () => {
  test('refuses by name before anything is called or written, and lets calls through after it is reset', async ({
    aws,
  }) => {
    await aws.putItem({ pk: 'GATE#truora', closed: 'talks about the price' });
    const before = aws.sandbox.counts().creates;
    const claim = await claimed(aws);
    expect(await thrownBy(creating(claim))).toEqual({ name: 'SpendingRefusedError', reason: 'truora_closed' });
    expect(aws.sandbox.counts().creates).toBe(before);
    expect(await intentOf(aws, claim)).toBeUndefined();
    await aws.putItem({ pk: 'GATE#truora' });
    expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
  });
});

describe('the daily budget', () => {
  test('stops many concurrent runs at its limit, and refuses the others by name', async ({ aws }) => {
    process.env.DAILY_BUDGET = '7';
    const before = aws.sandbox.counts().creates;
    // Six too many: each call that is refused has asked every counter.
    const claims = await Promise.all(Array.from({ length: 13 }, () => claimed(aws)));
    const runs = await Promise.all(claims.map((claim) => creating(claim).catch((error: Error) => error)));
    const refused = runs.filter((run) => run instanceof Error);
    expect(aws.sandbox.counts().creates - before).toBe(7);
    expect(refused).toHaveLength(6);
    for (const error of refused) {
      expect(error).toMatchObject({
        name: 'SpendingRefusedError',
        message: expect.stringMatching(/^daily_budget_spent/),
      });
    }
    expect((await Promise.all(claims.map((claim) => intentOf(aws, claim)))).filter(Boolean)).toEqual([]);
  });

  test('stays the same at a repeat that makes no call', async ({ aws }) => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2028-02-01T12:00:00Z') });
    process.env.DAILY_BUDGET = '1';
    const claim = await claimed(aws);
    const first = await creating(claim);
    expect(await creating(claim)).toEqual(first);
  });
});
