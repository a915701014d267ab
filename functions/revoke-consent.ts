import { beginRevocation, readReceipt } from '../shared/consent/receipts.ts';
import { endCasesOf } from '../shared/consent/revoke.ts';
import { ConsentReceiptId } from '../shared/domain/ids.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { callerOf, maySee } from '../shared/lambda/caller.ts';
import { revocationFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, route } from '../shared/lambda/route.ts';

/**
 * `POST /consents/{id}/revoke`: the person no longer agrees. From the first write on nothing is paid for or sent under the receipt. Then
 * each open case under it ends as `alternative_required`, and the receipt is marked as revoked: after this nothing is approved under it.
 * A repeat continues what a crash left, and so does the sweep.
 */
export const handler = route('RevokeConsent', async ({ event }) => {
  const caller = callerOf(event, env('ACCOUNT_CLAIM'));
  const table = env('TABLE_NAME');
  const { data: id } = ConsentReceiptId.safeParse(event.pathParameters?.id);
  const found = id ? await readReceipt(table, id) : undefined;
  const isSeen = found !== undefined && maySee(caller, found.receipt.accountId);
  const revoked = id && isSeen ? await beginRevocation(table, id, caller.calledBy) : undefined;
  if (!revoked) throw new CallRefusedError('consent_receipt_unknown', 'id: is none that this caller may see');
  await endCasesOf(revocationFromEnv(), revoked);
  log('info', 'done', { step: 'RevokeConsent' });
  return answerJson(200, { ...revoked.receipt, revokedAt: revoked.revokingAt });
});
