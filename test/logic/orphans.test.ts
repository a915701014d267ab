import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { mayCreate } from '../../shared/domain/attempts.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { bindValidation, readBinding } from '../../shared/ledger/bindings.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { runHere } from '../support/command-line.ts';
import { claimOf, executionOf, inMinutes, newRevalidationId, newValidationId } from '../support/journal.ts';
import { type House, openHouse } from '../support/local-aws.ts';

let house: House;

let claim: Claim;

beforeAll(async () => {
  house = await openHouse(undefined);
});

afterAll(() => house.close());

beforeEach(async () => {
  claim = claimOf();
  await claimRecord(house.ledger, claim, executionOf('ours'));
});

const openedAt = () => inMinutes(-6);

const opened = async (at = openedAt(), revalidationId = claim.revalidationId) => {
  await house.stand({ pk: `ACC#${claim.accountId}`, revalidationId, attempt: 1, openedAt: at });
  return at;
};

const resolve = (...words: string[]) =>
  runHere(['resolve', '--table', house.table, '--account', claim.accountId, ...words], tmpdir());

const standing = async () => {
  const record = await readRecord(house.ledger, claim.revalidationId);
  return { attempts: record?.attempts, orphans: record?.orphans, intent: await house.item(`ACC#${claim.accountId}`) };
};

it('frees a person whose call never arrived, who may be asked about once more', async () => {
  const at = await opened();
  expect(await resolve('--nothing')).toMatchObject({
    code: 0,
    out: `${claim.revalidationId}: attempt 1 is not_found`,
  });
  const after = await standing();
  expect(after).toEqual({ attempts: [{ n: 1, at, result: 'not_found' }], orphans: undefined, intent: undefined });
  expect(mayCreate(after.attempts ?? [], 'fail-for-human')).toBe(true);
  expect(await resolve('--nothing')).toMatchObject({ code: 1, out: 'no intent is open' });
});

it('writes down what the call has created, as charged and never used', async () => {
  const at = await opened();
  const ids = [newValidationId(), newValidationId()];
  const { code } = await resolve(...ids.flatMap((id) => ['--found', id]), '--retention-days', '30');
  expect(code).toBe(0);
  const after = await standing();
  expect(after).toEqual({ attempts: [{ n: 1, at, result: 'orphaned' }], orphans: ids, intent: undefined });
  expect(mayCreate(after.attempts ?? [], 'fail-for-human')).toBe(false);
  for (const id of ids) {
    expect(await readBinding(house.table, id)).toMatchObject({ revalidationId: claim.revalidationId });
  }
});

it('frees a person whose record has expired', async () => {
  await opened(openedAt(), newRevalidationId());
  expect(await resolve('--nothing')).toMatchObject({ code: 0 });
  expect((await standing()).intent).toBeUndefined();
});

it('frees a person whose call was answered, and leaves the record as it is', async () => {
  const validation = { validationId: newValidationId(), used: { deadline: inMinutes(5) } };
  const item = await house.item(`RUN#${claim.revalidationId}`);
  await house.stand({ ...item, pk: `RUN#${claim.revalidationId}`, ...validation });
  await opened();
  expect(await resolve('--found', newValidationId())).toMatchObject({ code: 3 });
  expect(await resolve('--nothing')).toMatchObject({
    code: 0,
    out: `${claim.revalidationId}: attempt 1 is created`,
  });
  expect(await house.item(`RUN#${claim.revalidationId}`)).toEqual({ ...item, ...validation });
  expect((await standing()).intent).toBeUndefined();
  expect(await readBinding(house.table, validation.validationId)).toMatchObject({
    revalidationId: claim.revalidationId,
  });
});

it.each<[string, () => Promise<string[]>]>([
  [
    'whose call may be under way',
    async () => {
      await opened(inMinutes(-4));
      return ['--nothing'];
    },
  ],
  [
    'by a validation that is another run’s',
    async () => {
      await opened();
      const validation = { validationId: newValidationId(), deadline: inMinutes(5) };
      await bindValidation(house.table, validation, newRevalidationId(), 30);
      return ['--found', validation.validationId];
    },
  ],
])('touches no intent %s', async (_, make) => {
  const words = await make();
  const before = await house.items();
  expect(await resolve(...words)).toMatchObject({ code: 3, out: '' });
  expect(await house.items()).toEqual(before);
});

it.each([[[]], [['--nothing', '--found', 'VLD1']], [['--found', '../x']], [['--nothing', '--retention-days', 'x']]])(
  'takes no other words: %j',
  async (words) => {
    const { code, err } = await resolve(...words);
    expect([code, err.split('\n').length]).toEqual([2, 1]);
  },
);
