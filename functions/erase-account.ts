import { defined } from '../shared/domain/defined.ts';
import { ErasureReason } from '../shared/domain/erasure.ts';
import { AccountId } from '../shared/domain/ids.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { presentErasure } from '../shared/erasure/answer.ts';
import { beginErasure } from '../shared/erasure/begin.ts';
import { operatorOf } from '../shared/lambda/caller.ts';
import { erasureFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, route } from '../shared/lambda/route.ts';

/** After this time nothing new is begun, so that the answer comes before the function's limit. Milliseconds. */
const WORK_MS = 15_000;

/**
 * `DELETE /accounts/{accountId}`, called by operators, never with a person's token. From its first write on nothing is claimed for the
 * person; open cases are stopped and what is known of the person is deleted, as far as the time lasts. The sweep does the rest. The same
 * call later answers with the certificate.
 */
export const handler = route('EraseAccount', async ({ event }) => {
  const caller = operatorOf(event, env('ACCOUNT_CLAIM'));
  const accountId = parseOrRefuse(AccountId, event.pathParameters?.accountId, 'accountId');
  const given = event.queryStringParameters?.reason;
  const reason = given === undefined ? undefined : parseOrRefuse(ErasureReason, given, 'reason');
  const begunAt = Date.now();
  const settings = erasureFromEnv(() => Date.now() - begunAt < WORK_MS);
  const request = defined({ accountId, requestedBy: caller.calledBy, reason });
  const answer = presentErasure(await beginErasure(settings, request));
  log('info', 'done', { step: 'EraseAccount', reason: answer.status });
  return answerJson(answer.status === 'erased' ? 200 : 202, answer);
});
