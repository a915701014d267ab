import { describe, expect } from 'vitest';
import { handler } from '../../functions/read-evidence.ts';
import { blankRecord } from '../../shared/erasure/blank.ts';
import { keysById } from '../../shared/evidence/jwks.ts';
import { verifyEvidence } from '../../shared/evidence/verify.ts';
import { personOf } from '../../shared/ledger/tombstones.ts';
import { publishedKeys } from '../../shared/logic/evidence.ts';
import { endedCase } from '../support/evidence.ts';
import { context } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { callEvent, codeOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ReadEvidence', { media: true });

test.afterEach(() => {
  process.env.ACCOUNT_CLAIM = 'none';
});

const stand = async (aws: LocalAws, { expiresAt = Math.floor(Date.now() / 1000) + 1000, ...more } = {}) => {
  const record = endedCase('declined');
  const { revalidationId } = record;
  await aws.putItem({ pk: `RUN#${revalidationId}`, expiresAt, ...record, ...more });
  return record;
};

const reading = (id: string, authorizer?: object) =>
  handler(callEvent({ path: { id }, ...(authorizer ? { authorizer } : {}) }), context);

const tokenOf = (account?: string) => ({ jwt: { claims: { sub: 's', ...(account ? { account } : {}) }, scopes: [] } });

test('gives the evidence of an ended case, and signs it when it is missing', async ({ aws }) => {
  const { revalidationId, accountId } = await stand(aws);
  const answer = await reading(revalidationId);
  expect(answer).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'application/sd-jwt', 'cache-control': 'no-store' },
  });
  const keys = keysById(await publishedKeys((process.env.EVIDENCE_KEYS ?? '').split(',')));
  expect(verifyEvidence(answer.body ?? '', keys)).toMatchObject({ valid: true, claims: { accountId } });
  expect((await reading(revalidationId)).body).toBe(answer.body);
});

test('gives it also when the record has expired', async ({ aws }) => {
  const record = await stand(aws);
  const { body } = await reading(record.revalidationId);
  await aws.putItem({ pk: `RUN#${record.revalidationId}`, ...record, expiresAt: 1 });
  expect(await reading(record.revalidationId)).toMatchObject({ statusCode: 200, body });
});

test('answers that a case has not ended', async ({ aws }) => {
  const { revalidationId } = await stand(aws, { phase: 'moved', outcome: undefined } as object);
  expect(codeOf(await reading(revalidationId))).toBe('not_ended');
});

test('answers that the person was erased where no evidence was signed before, and gives what was', async ({ aws }) => {
  const { expiresAt, ...record } = { ...endedCase('declined'), expiresAt: 4_000_000_000 };
  const pk = `RUN#${record.revalidationId}`;
  const erase = async () => {
    const blank = blankRecord({ pk, ...record, expiresAt }, personOf(record.accountId ?? ''), new Date().toISOString());
    await aws.putItem({ pk, ...blank });
  };
  await erase();
  expect(await reading(record.revalidationId)).toMatchObject({ statusCode: 410 });
  expect(codeOf(await reading(record.revalidationId))).toBe('account_erased');
  await aws.putItem({ pk, ...record, expiresAt });
  const { body } = await reading(record.revalidationId);
  await erase();
  expect(await reading(record.revalidationId)).toMatchObject({ statusCode: 200, body });
});

test.for(['RVL1', '', '..', '../evidence', `RVL${'0'.repeat(32)}`])('answers that %j is unknown', async (id) => {
  expect(codeOf(await reading(id))).toBe('revalidation_unknown');
});

describe("a person's token", () => {
  test('reads no evidence, not even of its own account', async ({ aws }) => {
    const { revalidationId, accountId } = await stand(aws);
    process.env.ACCOUNT_CLAIM = 'account';
    for (const account of [accountId, 'other', undefined]) {
      expect(codeOf(await reading(revalidationId, tokenOf(account)))).toBe('account_forbidden');
    }
  });

  test('learns nothing of whether a case exists', async ({ aws }) => {
    const { revalidationId } = await stand(aws);
    process.env.ACCOUNT_CLAIM = 'account';
    const unknown = await reading(`RVL${'0'.repeat(32)}`, tokenOf('ana'));
    expect(await reading(revalidationId, tokenOf('ana'))).toEqual(unknown);
  });
});
