import { expect } from 'vitest';
import { handler } from '../../functions/list-consents.ts';
import { given } from '../support/consent.ts';
import { context } from '../support/journal.ts';
import { callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ListConsents');

test("gives the person's receipts, without the cases under them", async ({ aws }) => {
  const receipt = await given(aws);
  const path = { accountId: receipt.accountId };
  expect(contentOf(await handler(callEvent({ path }), context))).toEqual({ consents: [receipt] });
});

test('gives an empty list for a person without a receipt', async () => {
  expect(contentOf(await handler(callEvent({ path: { accountId: 'person-without' } }), context))).toEqual({
    consents: [],
  });
});

test("is refused to a person's token for another person", async () => {
  process.env.ACCOUNT_CLAIM = 'account';
  const authorizer = { jwt: { claims: { sub: 'app', account: 'another' } } };
  const answer = await handler(callEvent({ path: { accountId: 'person' }, authorizer }), context);
  process.env.ACCOUNT_CLAIM = 'none';
  expect(codeOf(answer)).toBe('account_forbidden');
});
