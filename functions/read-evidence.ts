import { SD_JWT } from '../shared/aws/evidence-store.ts';
import { RequestInvalidError } from '../shared/domain/errors.ts';
import { RevalidationId } from '../shared/domain/ids.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { callerOf, refusePersons } from '../shared/lambda/caller.ts';
import { evidenceFromEnv, ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { route } from '../shared/lambda/route.ts';
import { readRecord } from '../shared/ledger/records.ts';
import { evidenceOf } from '../shared/logic/evidence.ts';

/**
 * `GET /revalidations/{id}/evidence`, called by operators and systems, never with a person's token: it holds score and reason. Gives
 * the signed evidence of an ended case, and signs it first where the event of the outcome did not arrive.
 */
export const handler = route('ReadEvidence', async ({ event }) => {
  refusePersons(callerOf(event, env('ACCOUNT_CLAIM')));
  const { data: id } = RevalidationId.safeParse(event.pathParameters?.id);
  if (!id) throw unknown();
  const record = await readRecord(ledgerFromEnv(), id);
  const body = await evidenceOf(evidenceFromEnv(), id, record);
  if (body) return { statusCode: 200, headers: { 'content-type': SD_JWT, 'cache-control': 'no-store' }, body };
  if (record?.erasedAt)
    throw new RequestInvalidError('account_erased', 'id: the person was erased before evidence was signed');
  if (record) throw new CallRefusedError('not_ended', 'id: the re-validation has not ended, so it has no evidence');
  throw unknown();
});

const unknown = () => new CallRefusedError('revalidation_unknown', 'id: is none that this caller may see');
