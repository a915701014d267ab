import { expect } from 'vitest';
import { handler } from '../../functions/read-revalidation.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { claimOf, context, executionOf, newPerson, newRevalidationId } from '../support/journal.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ReadRevalidation');

const reading = (id: string, authorizer?: object) =>
  handler(callEvent({ path: { id }, ...(authorizer ? { authorizer } : {}) }), context);

test('shows a record without its owner and the address of its media', async ({ aws }) => {
  const wanted = claimOf();
  await claim(aws.ledger, wanted, executionOf('a'));
  const answer = await reading(wanted.revalidationId);
  expect(contentOf(answer)).toMatchObject({
    status: 'pending',
    phase: 'claimed',
    accountId: wanted.accountId,
    reference: 'case-7',
  });
  expect(answer.headers).toMatchObject({ 'retry-after': '5' });
  expect(answer.body).not.toMatch(/execution|inbox|bucket|etag/);
});

test('shows a promised case before anything has run', async ({ aws }) => {
  const id = newRevalidationId();
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
  await issueTicket(aws.ledger, uploadTicket(body, id, CALLER));
  expect(contentOf(await reading(id))).toMatchObject({ status: 'pending', phase: 'awaiting_upload', calledBy: CALLER });
});

test('shows the outcome of a request that was refused before its claim', async ({ aws }) => {
  const revalidationId = newRevalidationId();
  const outcome = { revalidationId, status: 'refused', reason: 'consent_missing' } as const;
  const decided = { ...outcome, decidedBy: 'workflow', decidedAt: new Date().toISOString() } as const;
  await recordOutcome(aws.ledger, decided, executionOf('a'));
  const answer = await reading(revalidationId);
  expect(contentOf(answer)).toMatchObject({ status: 'refused', phase: 'refused', outcome });
  expect(answer.headers).not.toHaveProperty('retry-after');
});

test.each(['RVL1', '', '..', `RVL${'0'.repeat(32)}`])('answers that %j is unknown', async (id) => {
  expect(codeOf(await reading(id))).toBe('revalidation_unknown');
});

test('answers that it is unknown to a token of another account', async ({ aws }) => {
  const wanted = claimOf();
  await claim(aws.ledger, wanted, executionOf('a'));
  process.env.ACCOUNT_CLAIM = 'account';
  const of = (account: string) => ({ jwt: { claims: { sub: 's', account }, scopes: [] } });
  const other = await reading(wanted.revalidationId, of('other'));
  const unknown = await reading(newRevalidationId(), of('other'));
  const own = await reading(wanted.revalidationId, of(wanted.accountId));
  process.env.ACCOUNT_CLAIM = 'none';
  expect(other).toEqual(unknown);
  expect(own.statusCode).toBe(200);
});
