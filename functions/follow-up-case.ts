import { presentRevalidation } from '../shared/domain/api.ts';
import { RevalidationId } from '../shared/domain/ids.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { callerOf, refusePersons } from '../shared/lambda/caller.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { answerJson, route } from '../shared/lambda/route.ts';
import { followUpNow } from '../shared/ledger/follow-ups.ts';
import { readRecord } from '../shared/ledger/records.ts';

/**
 * `POST /revalidations/{id}/follow-up`, called by the operator's console. Makes the next sweep follow up an open case, or one that was
 * not announced, at once and not at its time. Nothing is charged.
 */
export const handler = route('FollowUpCase', async ({ event }) => {
  refusePersons(callerOf(event, env('ACCOUNT_CLAIM')));
  const { data: id } = RevalidationId.safeParse(event.pathParameters?.id);
  const ledger = ledgerFromEnv();
  const record = id && (await readRecord(ledger, id));
  const shown = record ? presentRevalidation(record) : undefined;
  if (!record || !shown) throw new CallRefusedError('revalidation_unknown', 'id: is none that this caller may see');
  const isDone = record.outcome !== undefined && record.announced !== undefined;
  if (isDone || !(await followUpNow(ledger, record, new Date()))) {
    throw new CallRefusedError('already_decided', 'the re-validation has ended, and its outcome was announced');
  }
  return answerJson(200, shown);
});
