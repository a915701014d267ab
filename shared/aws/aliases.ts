import { RequestInvalidError } from '../domain/errors.ts';
import { secondsAfter } from './ledger.ts';
import { getItem, isAlive, putNew } from './table.ts';

/** How long an idempotency key is remembered: as long as Step Functions remembers an execution's name. Days. */
const LIFE_DAYS = 90;

/**
 * Makes a caller's idempotency key another name of a re-validation, or finds that it is already.
 * @param body hash of the whole request: the same key may not ask for something else
 * @returns the id the key stands for
 * @throws RequestInvalidError `idempotency_key_reused`
 */
export const bindKey = async (
  table: string,
  alias: { key: string; revalidationId: string; body: string },
): Promise<string> => {
  // Callers that start the machine share one scope: their permission to do so is all we know of them.
  const pk = `KEY#workflow#${alias.key}`;
  const { revalidationId, body } = alias;
  if (await putNew(table, { pk, revalidationId, body, expiresAt: secondsAfter(new Date(), LIFE_DAYS * 86_400) })) {
    return revalidationId;
  }
  const standing = await getItem(table, pk);
  if (standing && isAlive(standing) && standing.body !== body) {
    throw new RequestInvalidError('idempotency_key_reused', 'idempotencyKey: was used before with another request');
  }
  return typeof standing?.revalidationId === 'string' ? standing.revalidationId : revalidationId;
};
