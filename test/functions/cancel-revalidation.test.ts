import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../functions/cancel-revalidation.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { claimOf, context, executionOf, newPerson, newRevalidationId } from '../support/journal.ts';
import { type LocalAws, openLocalAws } from '../support/local-aws.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';

const OWNER = executionOf('owner');

let house: LocalAws;

beforeAll(async () => {
  house = await openLocalAws('CancelRevalidation');
});

afterAll(() => house.close());

beforeEach(() => {
  house.fate();
  house.calls.length = 0;
  house.stopped.length = 0;
  house.metrics.length = 0;
});

const canceling = (id: string) => handler(callEvent({ path: { id } }), context);

const claimed = async () => {
  const wanted = claimOf();
  await claim(house.ledger, wanted, OWNER);
  await openIntent(house.table, wanted.accountId, { revalidationId: wanted.revalidationId, attempt: 1 });
  house.calls.length = 0;
  return wanted;
};

describe('a run', () => {
  it('is written down as canceled, then its execution is stopped and the bus told', async () => {
    const { revalidationId, accountId } = await claimed();
    const answer = await canceling(revalidationId);
    expect(contentOf(answer)).toMatchObject({
      phase: 'canceled',
      canceledBy: CALLER,
      outcome: { status: 'canceled', reason: 'canceled_by_caller', decidedBy: 'caller', accountId },
    });
    const done = house.calls.map(({ operation }) => operation).filter((operation) => operation !== 'GetItem');
    expect(done).toEqual(['UpdateItem', 'StopExecution', 'PutEvents', 'UpdateItem']);
    expect(house.announced.map(({ detail }) => detail)).toMatchObject([
      { revalidationId, status: 'canceled', accountId },
    ]);
    expect(house.stopped).toEqual([OWNER]);
  });

  it('is counted among the outcomes by the call that canceled it, and by no repeat', async () => {
    const { revalidationId } = await claimed();
    for (const _ of [1, 2]) expect((await canceling(revalidationId)).statusCode).toBe(200);
    expect(house.metrics.filter((metric) => 'Outcomes' in metric)).toMatchObject([
      { Outcomes: 1, status: 'canceled', reason: 'canceled_by_caller' },
    ]);
  });

  it.each([
    [1, 'lost'],
    [1, 'answer lost'],
    [2, 'lost'],
    [2, 'answer lost'],
  ] as const)('is canceled once, though write %i of the first try was %s', async (nth, fate) => {
    const { revalidationId } = await claimed();
    house.fateOfWrite(nth, fate);
    expect(codeOf(await canceling(revalidationId))).toBe('unexpected');
    house.fate();
    expect((await canceling(revalidationId)).statusCode).toBe(200);
    const record = await house.item(`RUN#${revalidationId}`);
    expect(record?.trail).toMatchObject([{ phase: 'claimed' }, { phase: 'canceled' }]);
    expect(new Set(house.stopped)).toEqual(new Set([OWNER]));
  });

  it('leaves the open intent alone: a call of its may be in flight, and nobody knows yet what becomes of it', async () => {
    const { revalidationId, accountId } = await claimed();
    const intent = await house.item(`ACC#${accountId}`);
    await canceling(revalidationId);
    expect(await house.item(`ACC#${accountId}`)).toEqual(intent);
  });

  it('that has ended is not canceled: what was decided stands', async () => {
    const { revalidationId } = await claimed();
    const outcome = {
      revalidationId,
      status: 'approved',
      decidedBy: 'poll',
      decidedAt: new Date().toISOString(),
    } as const;
    await recordOutcome(house.ledger, outcome, OWNER);
    expect(codeOf(await canceling(revalidationId))).toBe('already_decided');
    expect(await house.item(`RUN#${revalidationId}`)).toMatchObject({ phase: 'approved', outcome });
    expect(house.stopped).toEqual([]);
  });
});

it('cancels what was promised and never began, and stops nothing', async () => {
  const id = newRevalidationId();
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
  await issueTicket(house.ledger, uploadTicket(body, id, CALLER));
  expect(contentOf(await canceling(id))).toMatchObject({ phase: 'canceled', accountId: body.accountId });
  expect(house.stopped).toEqual([]);
});

it.each(['RVL1', newRevalidationId()])('knows nothing of %s, and writes nothing', async (id) => {
  expect(codeOf(await canceling(id))).toBe('revalidation_unknown');
  expect(house.writes()).toEqual([]);
});
