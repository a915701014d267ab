import { describe, expect } from 'vitest';
import { handler } from '../../functions/erase-account.ts';
import type { ErasureAnswer } from '../../shared/domain/erasure.ts';
import { setHold } from '../../shared/ledger/legal-holds.ts';
import { personOf } from '../../shared/ledger/tombstones.ts';
import { context, newPerson, newRevalidationId } from '../support/journal.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('EraseAccount', { media: true });

test.beforeEach(({ aws }) => {
  process.env.ACCOUNT_CLAIM = 'none';
  aws.setDelivery();
  aws.calls.length = 0;
});

const erasing = (accountId: string, more: Parameters<typeof callEvent>[0] = {}) =>
  handler(callEvent({ path: { accountId }, ...more }), context);

describe('a call that erases a person', () => {
  test('writes the tombstone with who asked and why, and states when the sweep goes on', async ({ aws }) => {
    const { accountId } = newPerson();
    const answer = await erasing(accountId, { query: { reason: 'request_of_person' } });
    const person = personOf(accountId);
    expect([answer.statusCode, contentOf<ErasureAnswer>(answer)]).toEqual([
      202,
      expect.objectContaining({ status: 'erasing', person, nextAt: expect.any(String) }),
    ]);
    expect(answer.body).not.toContain(accountId);
    expect(await aws.item(`ERASED#${person}`)).toMatchObject({ requestedBy: CALLER, reason: 'request_of_person' });
  });

  test("is refused to a person's token, also for the person's own account, and writes nothing", async ({ aws }) => {
    process.env.ACCOUNT_CLAIM = 'account';
    const { accountId } = newPerson();
    for (const account of [accountId, 'another', '', 7]) {
      const authorizer = { jwt: { claims: { sub: 'app', account } } };
      const answer = await erasing(accountId, { authorizer });
      expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'account_forbidden']);
    }
    expect(aws.writes()).toEqual([]);
    // A token without the claim is an operator's: the gateway lets in only those with the scope of operators.
    const operator = { jwt: { claims: { sub: 'operator' } } };
    expect((await erasing(accountId, { authorizer: operator })).statusCode).toBe(202);
  });

  test.for([
    ['no account id', 'ana smith', {}],
    ['a sentence as the reason', 'ana', { query: { reason: 'Ana asked' } }],
  ] as const)('is refused for %s, and writes nothing', async ([, accountId, more], { aws }) => {
    expect(codeOf(await erasing(accountId, more))).toBe('request_invalid');
    expect(aws.writes()).toEqual([]);
  });

  test('is refused while a legal hold lasts, and not after its end', async ({ aws }) => {
    const { accountId } = newPerson();
    await setHold(aws.table, accountId, '2099-01-01T00:00:00.000Z');
    const refused = await erasing(accountId);
    expect([refused.statusCode, codeOf(refused)]).toEqual([409, 'legal_hold']);
    expect(await aws.item(`ERASED#${personOf(accountId)}`)).toBeUndefined();
    await setHold(aws.table, accountId, '2020-01-01T00:00:00.000Z');
    expect((await erasing(accountId)).statusCode).toBe(202);
  });

  test('a second time changes nothing of the first', async ({ aws }) => {
    const { accountId } = newPerson();
    await erasing(accountId, { query: { reason: 'request_of_person' } });
    const before = await aws.item(`ERASED#${personOf(accountId)}`);
    await erasing(accountId, { query: { reason: 'another_reason' } });
    expect(await aws.item(`ERASED#${personOf(accountId)}`)).toEqual(before);
  });

  test('erases at once what the index of the person shows, and leaves the rest to the sweep', async ({ aws }) => {
    const who = newPerson();
    const revalidationId = newRevalidationId();
    const claimedAt = new Date().toISOString();
    const outcome = { revalidationId, status: 'declined', decidedBy: 'poll', decidedAt: claimedAt, ...who };
    const record = { phase: 'declined', owner: 'x', claimedAt, trail: [], outcome, announced: claimedAt };
    await aws.putItem({ pk: `RUN#${revalidationId}`, revalidationId, ...who, ...record });
    await erasing(who.accountId);
    expect(JSON.stringify(await aws.item(`RUN#${revalidationId}`))).not.toContain(who.accountId);
    expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({ person: personOf(who.accountId) });
  });
});
