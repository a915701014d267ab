import { numbersOfDay } from '../shared/console/day-numbers.ts';
import { Day } from '../shared/domain/console.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { callerOf, refusePersons } from '../shared/lambda/caller.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { answerJson, route } from '../shared/lambda/route.ts';

/** What is left for the answer after the last read. Milliseconds. */
const RESERVE_MS = 4000;

/** How long records may be read: API Gateway waits 30 s at most (documented). Milliseconds. */
const READ_MS = 29_000 - RESERVE_MS;

/**
 * `GET /days/{day}`, called by the operator's console. Gives the numbers of the cases that were claimed on a UTC day, as the cases are
 * now. Of a day with more cases than can be read in time it gives a part, and says so.
 */
export const handler = route('ReadDay', async ({ event }) => {
  refusePersons(callerOf(event, env('ACCOUNT_CLAIM')));
  const day = parseOrRefuse(Day, event.pathParameters?.day, 'day');
  const until = performance.now() + READ_MS;
  const hasTime = () => performance.now() < until;
  return answerJson(200, await numbersOfDay(ledgerFromEnv(), day, { hasTime, budget: env('DAILY_BUDGET') }));
});
