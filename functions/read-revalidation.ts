import { presentRevalidation } from '../shared/domain/api.ts';
import { RevalidationId } from '../shared/domain/ids.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { callerOf, maySee } from '../shared/lambda/caller.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { viewFor } from '../shared/lambda/reader.ts';
import { answerJson, retryAfter, route } from '../shared/lambda/route.ts';
import { readWithPhrase } from '../shared/ledger/recordings.ts';
import { readTicket } from '../shared/ledger/tickets.ts';

/**
 * `GET /revalidations/{id}`, called by the caller that started it. Gives the record of the re-validation (a person gets
 * what a person may see), or before the claim the promise, and for a pending case the time to read it again. A re-validation that the caller may not see is unknown to the caller, like one that does not exist.
 */
export const handler = route('ReadRevalidation', async ({ event }) => {
  const caller = callerOf(event, env('ACCOUNT_CLAIM'));
  const { data: id } = RevalidationId.safeParse(event.pathParameters?.id);
  const ledger = ledgerFromEnv();
  const [known, ticket] = id ? await Promise.all([readWithPhrase(ledger, id), readTicket(ledger.table, id)]) : [];
  const found = presentRevalidation(known?.record, ticket, known?.phrase);
  if (!found || !maySee(caller, found.accountId)) {
    throw new CallRefusedError('revalidation_unknown', 'id: is none that this caller may see');
  }
  const { show, headers } = viewFor(event);
  return answerJson(200, show(found), { ...retryAfter(found), ...headers });
});
