import { operatorCaseOf } from '../shared/console/operator-case.ts';
import { RevalidationId } from '../shared/domain/ids.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { callerOf, refusePersons } from '../shared/lambda/caller.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { answerJson, route } from '../shared/lambda/route.ts';
import { readRecord } from '../shared/ledger/records.ts';
import { readTicket } from '../shared/ledger/tickets.ts';

/**
 * `GET /revalidations/{id}/case`, called by the operator's console. Gives a case with its attempts, its orphans and the states that its
 * execution has entered. It gives no media and no address of media.
 */
export const handler = route('ReadCase', async ({ event }) => {
  refusePersons(callerOf(event, env('ACCOUNT_CLAIM')));
  const { data: id } = RevalidationId.safeParse(event.pathParameters?.id);
  const ledger = ledgerFromEnv();
  const [record, ticket] = id ? await Promise.all([readRecord(ledger, id), readTicket(ledger.table, id)]) : [];
  const found = await operatorCaseOf(record, ticket);
  if (!found) throw new CallRefusedError('revalidation_unknown', 'id: is none that this caller may see');
  return answerJson(200, found);
});
