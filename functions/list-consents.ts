import { receiptsOf } from '../shared/consent/receipts.ts';
import { AccountId } from '../shared/domain/ids.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { callerOf, refuseOthers } from '../shared/lambda/caller.ts';
import { env } from '../shared/lambda/env.ts';
import { answerJson, route } from '../shared/lambda/route.ts';

/**
 * `GET /accounts/{accountId}/consents`, called by systems that know the person. Gives the person's receipts of consent, newest first,
 * also those that were revoked.
 */
export const handler = route('ListConsents', async ({ event }) => {
  const caller = callerOf(event, env('ACCOUNT_CLAIM'));
  const accountId = parseOrRefuse(AccountId, event.pathParameters?.accountId, 'accountId');
  refuseOthers(caller, accountId);
  return answerJson(200, { consents: await receiptsOf(env('TABLE_NAME'), accountId) });
});
