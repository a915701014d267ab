import { describe, expect } from 'vitest';
import { envKeys } from '../../infra/workflow/function-table.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import {
  answerFor,
  attemptsOf,
  charging,
  claimed,
  comingBack,
  creating,
  intentOf,
  intentWord,
  linkOf,
  OURS,
  recordOf,
  scripted,
  test,
} from '../support/create-validation.ts';
import { claimOf, thrownBy } from '../support/journal.ts';
import type { Asked, Delivery, LocalAws, Said } from '../support/local-aws.ts';

const UNCONFIRMED = { name: 'CreationUnconfirmedError', reason: 'creation_unconfirmed' };

const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

const opening = (aws: LocalAws, { accountId }: Claim, { revalidationId }: Claim, attempt = 1) =>
  openIntent(aws.table, accountId, { revalidationId, attempt });

describe('a crash', () => {
  /** Every durable write of a creation, in order. */
  const writes = ['the intent', 'the whole answer on the record', 'the binding', 'the closing of the intent'];

  test('happens at each write in these tests', async ({ aws }) => {
    await creating(await claimed(aws));
    // The claim itself is the first.
    expect(
      aws
        .writes()
        .map(({ operation }) => operation)
        .slice(1),
    ).toEqual(['PutItem', 'UpdateItem', 'PutItem', 'DeleteItem']);
    expect(writes).toHaveLength(4);
  });

  const crash = async (aws: LocalAws, nth: number, delivery: Delivery) => {
    const counts = charging(aws);
    const claim = await claimed(aws);
    aws.setWriteDelivery(nth, delivery);
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    return { claim, counts };
  };

  const crashes = writes.flatMap((write, n) =>
    (['lost', 'answer lost'] as const).map((delivery) => ({ write, nth: n + 1, delivery })),
  );
  /** What only the function that died knew: whether Truora was called, and what it had answered. */
  const isForgotten = ({ nth, delivery }: { nth: number; delivery: Delivery }) =>
    (nth === 1 && delivery === 'answer lost') || (nth === 2 && delivery === 'lost');

  test.for(crashes)(
    'at the write of $write ($delivery) ends with one charge and one validation',
    async (one, { aws }) => {
      aws.sandbox.settings.repeatsUploadLinkOnRead = true;
      const { claim, counts } = await crash(aws, one.nth, one.delivery);
      const validation = await comingBack(claim);
      expect(await creating(claim)).toEqual(validation);
      expect(counts().charges).toBe(1);
      const { validationId, ...used } = validation;
      expect(await recordOf(aws, claim)).toMatchObject({ phase: 'created', validationId, used });
      expect(await aws.item(`VLD#${validationId}`)).toMatchObject({ revalidationId: claim.revalidationId });
      expect(await linkOf(aws, claim)).toContain(validationId);
      expect(await recordOf(aws, claim)).not.toHaveProperty('orphans');
      expect(await intentWord(aws, claim)).toBe('none');
      // Another media of the same person is free to go on.
      const next = claimOf({ accountId: claim.accountId, enrollmentId: claim.enrollmentId });
      await claimRecord(aws.ledger, next, OURS);
      expect(await creating(next)).toMatchObject({ validationId: expect.stringMatching(/^VLD/) });
    },
  );

  test.for(crashes.filter((one) => !isForgotten(one)))(
    'at the write of $write ($delivery) needs no read of the list and no second call',
    async ({ nth, delivery }, { aws }) => {
      const { claim, counts } = await crash(aws, nth, delivery);
      await creating(claim);
      expect(counts()).toEqual({ creates: 1, charges: 1 });
    },
  );

  test('between the intent and the call is resolved, and the call is made', async ({ aws }) => {
    const { claim, counts } = await crash(aws, 1, 'answer lost');
    const { validationId } = await comingBack(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    expect(await attemptsOf(aws, claim)).toEqual(['1 not_found', '2 created']);
    expect(await recordOf(aws, claim)).toMatchObject({ validationId });
  });

  test('between the call and the record of its answer is resolved, and nothing is paid twice', async ({ aws }) => {
    const { claim, counts } = await crash(aws, 2, 'lost');
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    expect(await attemptsOf(aws, claim)).toEqual(['1 orphaned']);
    expect(await intentWord(aws, claim)).toBe('none');
  });

  test.for([1, 2, 3, 4])(
    'at each of two writes, the second being %i after re-entry, costs one charge',
    async (again, { aws }) => {
      aws.sandbox.settings.repeatsUploadLinkOnRead = true;
      for (const { nth, delivery } of crashes) {
        const { claim, counts } = await crash(aws, nth, delivery);
        aws.setWriteDelivery(again, 'lost');
        await comingBack(claim).catch(() => {});
        aws.setDelivery();
        const validation = await comingBack(claim);
        expect(await creating(claim)).toEqual(validation);
        expect({ nth, delivery, ...counts() }).toMatchObject({ charges: 1 });
      }
    },
  );

  test('by a missing variable comes before the intent', async ({ aws }) => {
    for (const key of envKeys.CreateValidation.filter((name) => name.startsWith('TRUORA') || name.startsWith('HTTP'))) {
      const claim = await claimed(aws);
      const value = process.env[key] ?? '';
      delete process.env[key];
      try {
        expect(await thrownBy(creating(claim))).toMatchObject({ name: 'TypeError' });
      } finally {
        process.env[key] = value;
      }
      expect({ key, intent: await intentWord(aws, claim) }).toEqual({ key, intent: 'none' });
    }
  });
});

describe('a validation that may have been created', () => {
  test.for<[string, (asked: Asked) => Said]>([
    ['408', () => ({ status: 408 })],
    ['502 of a load balancer', () => ({ status: 502, body: '<html>' })],
    ['503', () => ({ status: 503 })],
    ['504', () => ({ status: 504 })],
    ['a redirect', () => ({ status: 307, headers: { location: '/v1/validations' } })],
    ['an answer cut off', () => 'cut off'],
    ['an empty answer', () => ({ status: 200, body: '' })],
    ['half a JSON', () => ({ status: 201, body: '{"validation_id":"VLD' })],
    ['an answer of a megabyte', () => ({ status: 200, body: 'x'.repeat(1_000_000) })],
    ['an id that is none', ({ form }) => answerFor(form.get('account_id') ?? '', { validation_id: '../x' })],
    ['no id', ({ form }) => answerFor(form.get('account_id') ?? '', { validation_id: undefined })],
    [
      'an empty link',
      ({ form }) => answerFor(form.get('account_id') ?? '', { instructions: { file_upload_link: '' } }),
    ],
  ])('stops a second call: %s', async ([_, said], { aws }) => {
    const { asked } = await scripted(said);
    const claim = await claimed(aws);
    process.env.SETTLE_SECONDS = '60';
    for (let entry = 0; entry < 3; entry += 1) expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(asked).toHaveLength(1);
    expect(await intentWord(aws, claim)).toBe('open');
    expect(await attemptsOf(aws, claim)).toEqual(['1 unconfirmed']);
  });

  const link = (query: string) => ({ instructions: { file_upload_link: `https://files.truora.com/u/x?${query}` } });
  test.for<[string, string]>([
    ['ends in the year 11476', 'Expires=300000000000'],
    ['ends beyond all dates', 'Expires=8640000000001'],
    ['lives longer than dates do', 'X-Amz-Date=20260101T000000Z&X-Amz-Expires=99999999999999'],
    ['ended before it began', 'Expires=1'],
    ['ends at no time', 'Expires=soon'],
  ])('and has a link that %s is found at each entry, with a deadline that holds', async ([_, query], { aws }) => {
    const { asked } = await scripted(({ form }) => answerFor(form.get('account_id') ?? '', link(query)));
    const claim = await claimed(aws, '', { requested: {} });
    const validation = await creating(claim);
    expect(await creating(claim)).toEqual(validation);
    expect(asked).toHaveLength(1);
    const seconds = (Date.parse(validation.deadline) - Date.now()) / 1000;
    // Truora's longest timeout is six hours.
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(6 * 3600);
  });

  test('makes other re-validations of the same person wait', async ({ aws }) => {
    const counts = charging(aws);
    const claim = await claimed(aws);
    const other = await claimed(aws, '', { accountId: claim.accountId });
    await opening(aws, claim, other);
    const intent = await intentOf(aws, claim);
    expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(counts()).toEqual({ creates: 0, charges: 0 });
    expect(await intentOf(aws, claim)).toEqual(intent);
  });

  test('leaves an intent alone that another run opened in the meantime', async ({ aws }) => {
    const claim = await claimed(aws);
    const theirs = await claimed(aws, '', { accountId: claim.accountId });
    aws.setDelivery(({ operation, input }) => {
      const opens = operation === 'PutItem' && JSON.stringify(input).includes(`ACC#${claim.accountId}`);
      return opens && !JSON.stringify(input).includes(theirs.revalidationId) ? 'lost' : 'through';
    });
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    await opening(aws, claim, theirs);
    expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(await intentOf(aws, claim)).toMatchObject({ revalidationId: theirs.revalidationId });
  });

  test('costs one charge for each of two concurrent media of one person', async ({ aws }) => {
    const counts = charging(aws);
    const one = await claimed(aws);
    const two = claimOf({ accountId: one.accountId, enrollmentId: one.enrollmentId });
    await claimRecord(aws.ledger, two, OURS);
    const runs = await Promise.allSettled([creating(one), creating(two)]);
    for (const run of runs) {
      if (run.status === 'rejected') expect(run.reason.name).toBe('CreationUnsettledError');
    }
    const all = await Promise.all([creating(one), creating(two)]);
    expect(new Set(all.map(({ validationId }) => validationId)).size).toBe(2);
    expect(counts()).toEqual({ creates: 2, charges: 2 });
  });
});
