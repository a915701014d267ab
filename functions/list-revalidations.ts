import { presentRevalidation, writeCursor } from '../shared/domain/api.ts';
import { defined } from '../shared/domain/defined.ts';
import { AccountId } from '../shared/domain/ids.ts';
import { readListQuery } from '../shared/domain/list-query.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { callerOf, refuseOthers } from '../shared/lambda/caller.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { viewFor } from '../shared/lambda/reader.ts';
import { answerJson, route } from '../shared/lambda/route.ts';
import { listOfPerson } from '../shared/logic/person-list.ts';

/**
 * `GET /accounts/{accountId}/revalidations`, called by systems that know the person. Gives the person's records, newest claim first, a
 * page at a time, of one status or one time of claim if asked for. It leaves out promises that were never claimed (an unused form is no case), and records that cannot be read, which
 * it logs.
 */
export const handler = route('ListRevalidations', async ({ event }) => {
  const caller = callerOf(event, env('ACCOUNT_CLAIM'));
  const accountId = parseOrRefuse(AccountId, event.pathParameters?.accountId, 'accountId');
  refuseOthers(caller, accountId);
  const page = await listOfPerson(ledgerFromEnv(), accountId, readListQuery(event.queryStringParameters ?? {}));
  for (const { revalidationId } of page.unreadable) {
    log('error', 'unreadable', { step: 'ListRevalidations', revalidationId: String(revalidationId) });
  }
  const { show, headers } = viewFor(event);
  const revalidations = page.records.flatMap((record) => presentRevalidation(record) ?? []).map(show);
  return answerJson(200, defined({ revalidations, cursor: page.next && writeCursor(page.next) }), headers);
});
