import { expect } from 'vitest';
import { handler } from '../../functions/read-outcome.ts';
import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { caughtOf, claimOf, context, errorOf, eventOf, executionOf, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const test = withLocalAws('ReadOutcome');

/** As ClaimRequest leaves it when it finds the request decided. */
const reading = (revalidationId: string): Promise<Outcome> => {
  const repeat = caughtOf('AlreadyDecidedError', `already_decided: ${revalidationId}`);
  return handler(eventOf('ReadOutcome', { repeat }, { executionId: executionOf('theirs') }), context);
};

test.for([...outcomeStatuses])('returns a stored outcome that is %s, at every call', async (status, { aws }) => {
  const claim = claimOf();
  const { revalidationId, accountId } = claim;
  const decidedAt = new Date().toISOString();
  const outcome: Outcome = { revalidationId, accountId, status, reason: 'r', decidedBy: 'webhook', decidedAt };
  await claimRecord(aws.ledger, claim, OURS);
  await recordOutcome(aws.ledger, outcome, OURS);
  aws.calls.length = 0;
  const repeat = { ...outcome, claimedAt: claim.claimedAt, isRepeat: true };
  expect(await reading(revalidationId)).toEqual(repeat);
  expect(await reading(revalidationId)).toEqual(repeat);
  expect(aws.calls.map(({ operation }) => operation)).toEqual(['GetItem', 'UpdateItem', 'GetItem', 'UpdateItem']);
  expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({ askedAgain: 2, outcome });
});

test('does not count a repeat by the owner, whose request was canceled', async ({ aws }) => {
  const claim = claimOf();
  const { revalidationId } = claim;
  const decidedAt = new Date().toISOString();
  await claimRecord(aws.ledger, claim, OURS);
  await recordOutcome(aws.ledger, { revalidationId, status: 'canceled', decidedBy: 'caller', decidedAt }, OURS);
  const repeat = caughtOf('AlreadyDecidedError', `already_decided: ${revalidationId}`);
  const own = await handler(eventOf('ReadOutcome', { repeat }, { executionId: OURS }), context);
  expect(own).not.toHaveProperty('isRepeat');
  expect(await aws.item(`RUN#${revalidationId}`)).not.toHaveProperty('askedAgain');
});

test.for<[string, (aws: LocalAws) => Promise<string>]>([
  ['that is unknown', async () => newRevalidationId()],
  [
    'that is still open',
    async (aws) => {
      const claim = claimOf();
      await claimRecord(aws.ledger, claim, OURS);
      return claim.revalidationId;
    },
  ],
  ['that has no name', async () => ''],
])('throws for a record %s, and never makes up an outcome', async ([_, make], { aws }) => {
  const error = await errorOf(reading(await make(aws)));
  expect(error).toMatchObject({ name: 'TypeError', message: 'unexpected: TypeError' });
});
