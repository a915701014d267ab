import { describe, expect } from 'vitest';
import { handler } from '../../functions/cancel-revalidation.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { claimOf, context, executionOf, newPerson, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OWNER = executionOf('owner');

const test = withLocalAws('CancelRevalidation');

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
  aws.stopped.length = 0;
  aws.metrics.length = 0;
});

const canceling = (id: string) => handler(callEvent({ path: { id } }), context);

const claimed = async (aws: LocalAws) => {
  const wanted = claimOf();
  await claim(aws.ledger, wanted, OWNER);
  await openIntent(aws.table, wanted.accountId, { revalidationId: wanted.revalidationId, attempt: 1 });
  aws.calls.length = 0;
  return wanted;
};

describe('a run', () => {
  test('records the cancellation, then stops the execution and announces it', async ({ aws }) => {
    const { revalidationId, accountId } = await claimed(aws);
    const answer = await canceling(revalidationId);
    expect(contentOf(answer)).toMatchObject({
      phase: 'canceled',
      canceledBy: CALLER,
      outcome: { status: 'canceled', reason: 'canceled_by_caller', decidedBy: 'caller', accountId },
    });
    const done = aws.calls.map(({ operation }) => operation).filter((operation) => operation !== 'GetItem');
    expect(done).toEqual(['UpdateItem', 'StopExecution', 'PutEvents', 'UpdateItem']);
    expect(aws.announced.map(({ detail }) => detail)).toMatchObject([
      { revalidationId, status: 'canceled', accountId },
    ]);
    expect(aws.stopped).toEqual([OWNER]);
  });

  test('counts the outcome in the call that canceled, and in no repeat', async ({ aws }) => {
    const { revalidationId } = await claimed(aws);
    for (const _ of [1, 2]) expect((await canceling(revalidationId)).statusCode).toBe(200);
    expect(aws.metrics.filter((metric) => 'Outcomes' in metric)).toMatchObject([
      { Outcomes: 1, status: 'canceled', reason: 'canceled_by_caller' },
    ]);
  });

  test.for([
    [1, 'lost'],
    [1, 'answer lost'],
    [2, 'lost'],
    [2, 'answer lost'],
  ] as const)('cancels once when write %i of the first try was %s', async ([nth, delivery], { aws }) => {
    const { revalidationId } = await claimed(aws);
    aws.setWriteDelivery(nth, delivery);
    expect(codeOf(await canceling(revalidationId))).toBe('unexpected');
    aws.setDelivery();
    expect((await canceling(revalidationId)).statusCode).toBe(200);
    const record = await aws.item(`RUN#${revalidationId}`);
    expect(record?.trail).toMatchObject([{ phase: 'claimed' }, { phase: 'canceled' }]);
    expect(new Set(aws.stopped)).toEqual(new Set([OWNER]));
  });

  test('leaves the open intent alone, because the result of its call is not known yet', async ({ aws }) => {
    const { revalidationId, accountId } = await claimed(aws);
    const intent = await aws.item(`ACC#${accountId}`);
    await canceling(revalidationId);
    expect(await aws.item(`ACC#${accountId}`)).toEqual(intent);
  });

  test('does not cancel a run that has ended: its outcome stays', async ({ aws }) => {
    const { revalidationId } = await claimed(aws);
    const outcome = {
      revalidationId,
      status: 'approved',
      decidedBy: 'poll',
      decidedAt: new Date().toISOString(),
    } as const;
    await recordOutcome(aws.ledger, outcome, OWNER);
    expect(codeOf(await canceling(revalidationId))).toBe('already_decided');
    expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({ phase: 'approved', outcome });
    expect(aws.stopped).toEqual([]);
  });
});

test('cancels a promised case that never began, and stops nothing', async ({ aws }) => {
  const id = newRevalidationId();
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
  await issueTicket(aws.ledger, uploadTicket(body, id, CALLER));
  expect(contentOf(await canceling(id))).toMatchObject({ phase: 'canceled', accountId: body.accountId });
  expect(aws.stopped).toEqual([]);
});

test.for(['RVL1', newRevalidationId()])('answers that %s is unknown, and writes nothing', async (id, { aws }) => {
  expect(codeOf(await canceling(id))).toBe('revalidation_unknown');
  expect(aws.writes()).toEqual([]);
});
