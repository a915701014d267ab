import { PageSize, presentable, readCursor, writeCursor } from '../shared/domain/api.ts';
import { defined } from '../shared/domain/defined.ts';
import { AccountId } from '../shared/domain/ids.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { callerOf, refuseOthers } from '../shared/lambda/caller.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, route } from '../shared/lambda/route.ts';
import { listRecords } from '../shared/ledger/records.ts';

/**
 * `GET /accounts/{accountId}/revalidations`, called by whoever looks after the person. Gives their records, newest claim
 * first, a page at a time. It leaves out what was promised and never claimed: a form that nobody used is no case; and a record
 * that cannot be read, which it logs.
 */
export const handler = route('ListRevalidations', async ({ event }) => {
  const caller = callerOf(event, env('ACCOUNT_CLAIM'));
  const accountId = parseOrRefuse(AccountId, event.pathParameters?.accountId, 'accountId');
  refuseOthers(caller, accountId);
  const limit = parseOrRefuse(PageSize, event.queryStringParameters?.limit, 'limit');
  const cursor = event.queryStringParameters?.cursor;
  const page = await listRecords(ledgerFromEnv(), accountId, { limit, after: cursor ? readCursor(cursor) : undefined });
  for (const { revalidationId } of page.illegible) {
    log('error', 'illegible', { step: 'ListRevalidations', revalidationId: String(revalidationId) });
  }
  const revalidations = page.records.map((record) => presentable(record));
  return answerJson(200, defined({ revalidations, cursor: page.next && writeCursor(page.next) }));
});
