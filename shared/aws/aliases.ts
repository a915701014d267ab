import { createHash } from 'node:crypto';
import { RequestInvalidError } from '../domain/errors.ts';
import type { RevalidationRequest } from '../domain/request.ts';
import { type Ledger, secondsAfter } from './ledger.ts';
import { getItem, isAlive, putNew } from './table.ts';

/**
 * How long an idempotency key is remembered: as long as Step Functions remembers an execution's name, and no longer than
 * what it stands for, since a key whose record is gone would have the same id claimed, and paid for, again. Days.
 */
const LIFE_DAYS = 90;

/** Who used the key, what it was, and the hash of the whole request: the same key may not ask for something else. */
export type Alias = { scope: string; key: string; body: string };

/** Callers that start the machine share one scope: their permission to do so is all we know of them. */
const WORKFLOW_SCOPE = 'workflow';

const keyOf = ({ scope, key }: Alias) => `KEY#${scope}#${key}`;

/** Two bodies with the same fields have the same hash: parsing has put the fields into the schema's order. */
export const aliasOf = (request: RevalidationRequest): Alias | undefined =>
  request.kind === 'call' && request.idempotencyKey
    ? {
        scope: WORKFLOW_SCOPE,
        key: request.idempotencyKey,
        body: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
      }
    : undefined;

/**
 * The re-validation that a caller's idempotency key stands for.
 * @throws RequestInvalidError `idempotency_key_reused`
 */
export const findKey = async (table: string, alias: Alias): Promise<string | undefined> => {
  const standing = await getItem(table, keyOf(alias));
  if (!standing || !isAlive(standing)) return undefined;
  if (standing.body === alias.body) return String(standing.revalidationId);
  throw new RequestInvalidError('idempotency_key_reused', 'idempotencyKey: was used before with another request');
};

/**
 * Makes a caller's idempotency key another name of a re-validation, or finds that it is already.
 * @returns the id the key stands for
 * @throws RequestInvalidError `idempotency_key_reused`
 */
export const bindKey = async (
  { table, retentionDays }: Ledger,
  alias: Alias & { revalidationId: string },
): Promise<string> => {
  const { revalidationId, body } = alias;
  const expiresAt = secondsAfter(new Date(), Math.min(LIFE_DAYS, retentionDays) * 86_400);
  if (await putNew(table, { pk: keyOf(alias), revalidationId, body, expiresAt })) return revalidationId;
  return (await findKey(table, alias)) ?? revalidationId;
};
