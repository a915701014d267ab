import { stopExecution } from '../shared/aws/executions.ts';
import { presentRevalidation } from '../shared/domain/api.ts';
import { RevalidationId } from '../shared/domain/ids.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { callerOf, maySee } from '../shared/lambda/caller.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { emitOutcome } from '../shared/lambda/metrics.ts';
import { viewFor } from '../shared/lambda/reader.ts';
import { answerJson, route } from '../shared/lambda/route.ts';
import { recordCancellation } from '../shared/ledger/outcomes.ts';
import { readRecord } from '../shared/ledger/records.ts';
import { readTicket } from '../shared/ledger/tickets.ts';
import { announce } from '../shared/logic/outcome.ts';

/**
 * `POST /revalidations/{id}/cancel`, called by the caller that started it. Writes `canceled` where nothing has been decided, then stops
 * the execution and announces the outcome: in this order, so that after any failure the outcome is written and a repeat does the
 * rest. A validation that Truora has begun to decide is paid for and left alone; the result of a call in flight is written on this
 * record by the run that resolves it.
 */
export const handler = route('CancelRevalidation', async ({ event }) => {
  const caller = callerOf(event, env('ACCOUNT_CLAIM'));
  const { data: id } = RevalidationId.safeParse(event.pathParameters?.id);
  const ledger = ledgerFromEnv();
  const [existing, ticket] = id ? await Promise.all([readRecord(ledger, id), readTicket(ledger.table, id)]) : [];
  const found = presentRevalidation(existing, ticket);
  if (!id || !found?.accountId || !maySee(caller, found.accountId)) {
    throw new CallRefusedError('revalidation_unknown', 'id: is none that this caller may see');
  }
  const { record, isNew } = await recordCancellation(ledger, found, caller.calledBy);
  if (record.phase !== 'canceled') {
    throw new CallRefusedError('already_decided', `the re-validation has ended as ${record.phase}`);
  }
  if (isNew && record.outcome) emitOutcome(record.outcome);
  await stopExecution(record.owner);
  if (record.outcome) {
    const ending = { outcome: record.outcome, isAnnounced: record.announced !== undefined };
    await announce(ledger, outcomeSettingsFromEnv(), ending);
  }
  log('info', 'done', { step: 'CancelRevalidation', revalidationId: id });
  const { show, headers } = viewFor(event);
  return answerJson(200, show(presentRevalidation(record, ticket) ?? found), headers);
});
