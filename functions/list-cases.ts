import { casesOfDay } from '../shared/console/case-list.ts';
import { presentRevalidation, writeCursor } from '../shared/domain/api.ts';
import { Day, DayQuery } from '../shared/domain/console.ts';
import { defined } from '../shared/domain/defined.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { callerOf, refusePersons } from '../shared/lambda/caller.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, route } from '../shared/lambda/route.ts';

/**
 * `GET /days/{day}/cases`, called by the operator's console. Gives the cases that were claimed on a UTC day, newest first, a page at a
 * time, of one status or one class of reasons if asked for. It leaves out records that cannot be read, which it logs.
 */
export const handler = route('ListCases', async ({ event }) => {
  refusePersons(callerOf(event, env('ACCOUNT_CLAIM')));
  const day = parseOrRefuse(Day, event.pathParameters?.day, 'day');
  const query = parseOrRefuse(DayQuery, event.queryStringParameters ?? {});
  const page = await casesOfDay(ledgerFromEnv(), day, query);
  for (const { revalidationId } of page.unreadable) {
    log('error', 'unreadable', { step: 'ListCases', revalidationId: String(revalidationId) });
  }
  const revalidations = page.records.flatMap((record) => presentRevalidation(record) ?? []);
  return answerJson(200, defined({ revalidations, cursor: page.next && writeCursor(page.next) }));
});
