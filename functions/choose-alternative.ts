import { takeOtherWay } from '../shared/consent/revoke.ts';
import { presentRevalidation } from '../shared/domain/api.ts';
import { RevalidationId } from '../shared/domain/ids.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { callerOf, maySee } from '../shared/lambda/caller.ts';
import { consentFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { viewFor } from '../shared/lambda/reader.ts';
import { answerJson, route } from '../shared/lambda/route.ts';
import { readRecord } from '../shared/ledger/records.ts';
import { readTicket } from '../shared/ledger/tickets.ts';

/**
 * `POST /revalidations/{id}/alternative`: the person takes another way. Ends the case as `alternative_required`, where nothing has been
 * decided. The execution succeeds with that outcome as soon as it looks.
 */
export const handler = route('ChooseAlternative', async ({ event }) => {
  const caller = callerOf(event, env('ACCOUNT_CLAIM'));
  const { data: id } = RevalidationId.safeParse(event.pathParameters?.id);
  const settings = consentFromEnv();
  const { ledger } = settings;
  const [existing, ticket] = id ? await Promise.all([readRecord(ledger, id), readTicket(ledger.table, id)]) : [];
  const found = presentRevalidation(existing, ticket);
  if (!id || !found?.accountId || !maySee(caller, found.accountId)) {
    throw new CallRefusedError('revalidation_unknown', 'id: is none that this caller may see');
  }
  const record = await takeOtherWay(settings, found, caller.calledBy);
  if (record.phase !== 'alternative_required') {
    throw new CallRefusedError('already_decided', `the re-validation has ended as ${record.phase}`);
  }
  log('info', 'done', { step: 'ChooseAlternative', revalidationId: id });
  const { show, headers } = viewFor(event);
  return answerJson(200, show(presentRevalidation(record, ticket) ?? found), headers);
});
