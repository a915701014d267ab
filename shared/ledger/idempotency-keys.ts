import { createHash } from 'node:crypto';
import { getItem, isAlive, putNew } from '../aws/dynamodb.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError } from '../domain/errors.ts';
import { type Asked, comparableOptions, DEFAULT_PURPOSE, type Policies } from '../domain/policy.ts';
import { type LedgerRecord, normalisedOptions } from '../domain/record.ts';
import type { CallRequest } from '../domain/request.ts';
import { Claim } from '../domain/revalidation.ts';
import { ownRecord } from './claims.ts';
import { secondsAfter } from './keys.ts';
import { type Ledger, readRecord, withdrawClaim } from './records.ts';
import { personOf } from './tombstones.ts';

/**
 * The life of an idempotency key: as long as Step Functions keeps an execution's name, and no longer than its record. A key
 * without its record would let the same id be claimed, and charged, again. Days.
 */
const LIFE_DAYS = 90;

/** The scope of the caller, the key, and the hash of the request: the same key must not be used with another request. */
export type Alias = { scope: string; key: string; body: string; accountId: string };

/** Callers that start the state machine directly share one scope, because only their permission is known. */
const WORKFLOW_SCOPE = 'workflow';

/**
 * The ledger key of an idempotency key. Scope and key may hold any visible character, so the separator is escaped in the scope:
 * the first `#` after the prefix separates them.
 */
const keyOf = ({ scope, key }: Pick<Alias, 'scope' | 'key'>) =>
  `KEY#${scope.replaceAll('%', '%25').replaceAll('#', '%23')}#${key}`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The hash of a request: person, media, purpose, reference and the options that would be sent to Truora. Two forms of the same options
 * have one hash, and so have no purpose and `default`. `resultMode` and `maxAgeSeconds` do not change it. Parsing puts the other fields into the schema's order.
 */
export const hashOfQuestion = (
  {
    options,
    purpose,
    maxAgeSeconds: _,
    ...rest
  }: Asked & { maxAgeSeconds?: number | undefined } & Record<string, unknown>,
  policies: Policies,
): string => {
  const named = purpose === DEFAULT_PURPOSE ? undefined : purpose;
  const sent = normalisedOptions(comparableOptions({ options, purpose }, policies));
  return sha256(JSON.stringify({ ...rest, purpose: named, options: sent }));
};

export const aliasOf = (call: CallRequest | undefined, policies: Policies): Alias | undefined =>
  call?.idempotencyKey
    ? {
        scope: WORKFLOW_SCOPE,
        key: call.idempotencyKey,
        body: hashOfQuestion(call, policies),
        accountId: call.accountId,
      }
    : undefined;

type Pointer = { revalidationId: string; body: string; reservedBy?: string };

/**
 * Whether a key is bound to the case that its item names. A key is reserved before the claim and bound after it, so a reserved
 * key counts only when the case was claimed with this key. A refused case was not charged and frees its key. A key of the API
 * is bound to a ticket, before there is a record.
 */
const isBound = ({ reservedBy }: Pointer, alias: Alias, record: LedgerRecord | undefined): boolean => {
  if (!record) return reservedBy === undefined && alias.scope !== WORKFLOW_SCOPE;
  return record.phase !== 'refused' && (reservedBy === undefined || record.keyHash === sha256(keyOf(alias)));
};

/** @throws RequestInvalidError `idempotency_key_reused` */
const lookUp = async (ledger: Ledger, alias: Alias): Promise<{ item?: Pointer; revalidationId?: string }> => {
  const item = (await getItem(ledger.table, keyOf(alias))) as (Pointer & { pk: string }) | undefined;
  if (!item || !isAlive(item)) return {};
  const { revalidationId } = item;
  if (!isBound(item, alias, await readRecord(ledger, revalidationId))) return { item };
  if (item.body === alias.body) return { item, revalidationId };
  throw new RequestInvalidError('idempotency_key_reused', 'idempotencyKey: was used before with another request');
};

/**
 * The re-validation that a caller's idempotency key is bound to; for a workflow's key it has a record.
 * @throws RequestInvalidError `idempotency_key_reused`
 */
export const findKey = async (ledger: Ledger, alias: Alias): Promise<string | undefined> =>
  (await lookUp(ledger, alias)).revalidationId;

/** The most rounds of read and write. Among concurrent writers, each sees the first write in its second round. */
const ROUNDS = 3;

/**
 * Binds a caller's idempotency key to a re-validation, or finds the one that it is bound to.
 * @param reservedBy the execution that is about to claim the case: the key is only reserved, until `bind`
 * @returns the id that the key is bound to
 * @throws RequestInvalidError `idempotency_key_reused`; ClaimedElsewhereError when other writers keep changing it
 */
export const bindKey = async (
  ledger: Ledger,
  alias: Alias & { revalidationId: string },
  reservedBy?: string,
): Promise<string> => {
  const { revalidationId } = alias;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { item, revalidationId: existing } = await lookUp(ledger, alias);
    if (existing) return existing;
    // Another execution is about to claim the same case: the key is bound to it, and either may claim first.
    if (reservedBy && item?.revalidationId === revalidationId && item.body === alias.body) return revalidationId;
    const over = item && {
      revalidationId: [item.revalidationId],
      body: [item.body],
      reservedBy: item.reservedBy ? [item.reservedBy] : [],
    };
    if (await putNew(ledger.table, itemOf(ledger, alias, reservedBy), over)) return revalidationId;
  }
  throw new ClaimedElsewhereError('claimed_elsewhere', 'another request is using the same idempotency key');
};

const itemOf = ({ retentionDays }: Ledger, alias: Alias & { revalidationId: string }, reservedBy?: string) => ({
  pk: keyOf(alias),
  revalidationId: alias.revalidationId,
  body: alias.body,
  // So that an erasure finds it: callers choose keys as they like.
  person: personOf(alias.accountId),
  expiresAt: secondsAfter(new Date(), Math.min(LIFE_DAYS, retentionDays) * 86_400),
  reservedBy,
});

/**
 * Claims a case with a caller's idempotency key, so that the key is bound to this case only: the key is reserved, the case is
 * claimed with the hash of the key, the key is bound. When another request took the key before the last step, the claim is
 * withdrawn (nothing was charged yet) and the step is retried. A refusal frees the key.
 * @param claimIt claims the case with the hash of the key
 */
export const claimUnderKey = async (
  ledger: Ledger,
  alias: Alias,
  { revalidationId, owner }: { revalidationId: string; owner: string },
  claimIt: (keyHash: string) => Promise<Claim>,
): Promise<Claim> => {
  const own = { ...alias, revalidationId };
  const bound = await bindKey(ledger, own, owner);
  if (bound !== revalidationId) return Claim.parse(await ownRecord(ledger, bound, owner));
  const sameCase = { revalidationId: [revalidationId], body: [alias.body] };
  const bind = () => putNew(ledger.table, itemOf(ledger, own), sameCase);
  const claimed = await claimIt(sha256(keyOf(alias))).catch(async (error) => {
    // The existing or later outcome is the answer for this key too.
    if (error instanceof AlreadyDecidedError || error instanceof ClaimedElsewhereError) await bind();
    else if (error instanceof RequestInvalidError) {
      await putNew(
        ledger.table,
        { ...itemOf(ledger, own), expiresAt: secondsAfter(new Date(), -1) },
        { ...sameCase, reservedBy: [owner] },
      );
    }
    throw error;
  });
  if (await bind()) return claimed;
  await withdrawClaim(ledger, revalidationId, owner);
  throw new ClaimedElsewhereError('claimed_elsewhere', 'another request took the idempotency key');
};
