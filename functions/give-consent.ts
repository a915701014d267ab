import { giveConsent } from '../shared/consent/give.ts';
import { ConsentBody } from '../shared/domain/consent.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { callerOf, refuseOthers } from '../shared/lambda/caller.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, jsonOf, route } from '../shared/lambda/route.ts';

/**
 * `POST /consents`, called by systems that know the person. Records that the person agreed to a text of the deployment, and gives the
 * receipt. A repeat gives the same receipt.
 */
export const handler = route('GiveConsent', async (input) => {
  const caller = callerOf(input.event, env('ACCOUNT_CLAIM'));
  const body = parseOrRefuse(ConsentBody, jsonOf(input));
  refuseOthers(caller, body.accountId);
  const settings = { ledger: ledgerFromEnv(), texts: env('CONSENT_TEXTS') };
  const receipt = await giveConsent(settings, body, caller.calledBy);
  log('info', 'done', { step: 'GiveConsent' });
  return answerJson(200, receipt);
});
