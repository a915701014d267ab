import { tmpdir } from 'node:os';
import { expect } from 'vitest';
import { mayCreate } from '../../shared/domain/attempts.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { bindValidation, readBinding } from '../../shared/ledger/bindings.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { runHere } from '../support/command-line.ts';
import { claimOf, executionOf, inMinutes, newRevalidationId, newValidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws(undefined);

let claim: Claim;

test.beforeEach(async ({ aws }) => {
  claim = claimOf();
  await claimRecord(aws.ledger, claim, executionOf('ours'));
});

const openedAt = () => inMinutes(-6);

const opened = async (aws: LocalAws, at = openedAt(), revalidationId = claim.revalidationId) => {
  await aws.putItem({ pk: `ACC#${claim.accountId}`, revalidationId, attempt: 1, openedAt: at });
  return at;
};

const resolve = (aws: LocalAws, ...words: string[]) =>
  runHere(['resolve', '--table', aws.table, '--account', claim.accountId, ...words], tmpdir());

const existing = async (aws: LocalAws) => {
  const record = await readRecord(aws.ledger, claim.revalidationId);
  return { attempts: record?.attempts, orphans: record?.orphans, intent: await aws.item(`ACC#${claim.accountId}`) };
};

test('frees a person whose call never arrived, and allows one more call', async ({ aws }) => {
  const at = await opened(aws);
  expect(await resolve(aws, '--nothing')).toMatchObject({
    code: 0,
    out: `${claim.revalidationId}: attempt 1 is not_found`,
  });
  const after = await existing(aws);
  expect(after).toEqual({ attempts: [{ n: 1, at, result: 'not_found' }], orphans: undefined, intent: undefined });
  expect(mayCreate(after.attempts ?? [], 'fail-for-human')).toBe(true);
  expect(await resolve(aws, '--nothing')).toMatchObject({ code: 1, out: 'no intent is open' });
});

test('records what the call has created, as charged and never used', async ({ aws }) => {
  const at = await opened(aws);
  const ids = [newValidationId(), newValidationId()];
  const { code } = await resolve(aws, ...ids.flatMap((id) => ['--found', id]), '--retention-days', '30');
  expect(code).toBe(0);
  const after = await existing(aws);
  expect(after).toEqual({ attempts: [{ n: 1, at, result: 'orphaned' }], orphans: ids, intent: undefined });
  expect(mayCreate(after.attempts ?? [], 'fail-for-human')).toBe(false);
  for (const id of ids) {
    expect(await readBinding(aws.table, id)).toMatchObject({ revalidationId: claim.revalidationId });
  }
});

test('frees a person whose record has expired', async ({ aws }) => {
  await opened(aws, openedAt(), newRevalidationId());
  expect(await resolve(aws, '--nothing')).toMatchObject({ code: 0 });
  expect((await existing(aws)).intent).toBeUndefined();
});

test('frees a person whose call was answered, and leaves the record as it is', async ({ aws }) => {
  const validation = { validationId: newValidationId(), used: { deadline: inMinutes(5) } };
  const item = await aws.item(`RUN#${claim.revalidationId}`);
  await aws.putItem({ ...item, pk: `RUN#${claim.revalidationId}`, ...validation });
  await opened(aws);
  expect(await resolve(aws, '--found', newValidationId())).toMatchObject({ code: 3 });
  expect(await resolve(aws, '--nothing')).toMatchObject({
    code: 0,
    out: `${claim.revalidationId}: attempt 1 is created`,
  });
  expect(await aws.item(`RUN#${claim.revalidationId}`)).toEqual({ ...item, ...validation });
  expect((await existing(aws)).intent).toBeUndefined();
  expect(await readBinding(aws.table, validation.validationId)).toMatchObject({
    revalidationId: claim.revalidationId,
  });
});

test.for<[string, (aws: LocalAws) => Promise<string[]>]>([
  [
    'whose call may be under way',
    async (aws) => {
      await opened(aws, inMinutes(-4));
      return ['--nothing'];
    },
  ],
  [
    'by a validation that is another run’s',
    async (aws) => {
      await opened(aws);
      const validation = { validationId: newValidationId(), deadline: inMinutes(5) };
      await bindValidation(aws.table, validation, newRevalidationId(), 30);
      return ['--found', validation.validationId];
    },
  ],
])('changes no intent %s', async ([_, make], { aws }) => {
  const words = await make(aws);
  const before = await aws.items();
  expect(await resolve(aws, ...words)).toMatchObject({ code: 3, out: '' });
  expect(await aws.items()).toEqual(before);
});

test.for<[string[]]>([
  [[]],
  [['--nothing', '--found', 'VLD1']],
  [['--found', '../x']],
  [['--nothing', '--retention-days', 'x']],
])('refuses other arguments: %j', async ([words], { aws }) => {
  const { code, err } = await resolve(aws, ...words);
  expect([code, err.split('\n').length]).toEqual([2, 1]);
});
