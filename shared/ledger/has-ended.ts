import type { Access } from '../aws/signed-call.ts';
import { isEnd, phases } from '../domain/lifecycle.ts';
import { keyOf } from './keys.ts';
import { readTexts } from './throttle.ts';

/**
 * Whether a case has ended, read consistently by a signed call: a function that needs nothing else of the ledger starts without the
 * client of DynamoDB. An expired item counts as absent, as for every reader of the ledger.
 */
export const hasEnded = async (access: Access, table: string, revalidationId: string): Promise<boolean> => {
  const record = await readTexts(access, table, keyOf(revalidationId), { consistent: true });
  const phase = phases.find((one) => one === record?.phase);
  const isExpired = Number(record?.expiresAt) <= Date.now() / 1000;
  return phase !== undefined && isEnd(phase) && !isExpired;
};
