import { createHash } from 'node:crypto';
import { getItem, isAlive, putNew } from '../aws/dynamodb.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError } from '../domain/errors.ts';
import { comparableOptions, type Policy } from '../domain/policy.ts';
import { type LedgerRecord, normalisedOptions } from '../domain/record.ts';
import type { CallRequest, Options } from '../domain/request.ts';
import { Claim } from '../domain/revalidation.ts';
import { ownRecord } from './claims.ts';
import { secondsAfter } from './keys.ts';
import { type Ledger, readRecord, withdrawClaim } from './records.ts';

/**
 * How long an idempotency key is remembered: as long as Step Functions remembers an execution's name, and no longer than
 * what it stands for, since a key whose record is gone would have the same id claimed, and paid for, again. Days.
 */
const LIFE_DAYS = 90;

/** Who used the key, what it was, and the hash of the whole request: the same key may not ask for something else. */
export type Alias = { scope: string; key: string; body: string };

/** Callers that start the machine share one scope: their permission to do so is all we know of them. */
const WORKFLOW_SCOPE = 'workflow';

/**
 * The key's item. Scope and key may hold any visible character, so the divider between them is escaped in the scope: the
 * first `#` behind the prefix is the divider. A scope without `#` and `%` stands as it is.
 */
const keyOf = ({ scope, key }: Alias) => `KEY#${scope.replaceAll('%', '%25').replaceAll('#', '%23')}#${key}`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The hash of a question: what would be sent to Truora, about which media, of whom and for what. Two ways to say the same
 * options have one hash; how the result is waited for, and how old an answer may be, change no question. Parsing has put the
 * other fields into the schema's order.
 */
export const hashOfQuestion = (
  {
    options,
    maxAgeSeconds: _,
    ...rest
  }: { options?: Options | undefined; maxAgeSeconds?: number | undefined } & Record<string, unknown>,
  policy: Policy,
): string => sha256(JSON.stringify({ ...rest, options: normalisedOptions(comparableOptions(options ?? {}, policy)) }));

export const aliasOf = (call: CallRequest | undefined, policy: Policy): Alias | undefined =>
  call?.idempotencyKey
    ? { scope: WORKFLOW_SCOPE, key: call.idempotencyKey, body: hashOfQuestion(call, policy) }
    : undefined;

type Pointer = { revalidationId: string; body: string; reservedBy?: string };

/**
 * Whether a key stands for the case that its item names. A key is reserved before the claim and bound after it, so a reserved
 * one counts only if the case was claimed under this very key: whatever died in between has claimed nothing. What was refused
 * was never paid for, and frees its key. A key of the API is bound to what was promised, before there is a record.
 */
const stands = ({ reservedBy }: Pointer, alias: Alias, record: LedgerRecord | undefined): boolean => {
  if (!record) return reservedBy === undefined && alias.scope !== WORKFLOW_SCOPE;
  return record.phase !== 'refused' && (reservedBy === undefined || record.keyHash === sha256(keyOf(alias)));
};

/** @throws RequestInvalidError `idempotency_key_reused` */
const lookUp = async (ledger: Ledger, alias: Alias): Promise<{ item?: Pointer; revalidationId?: string }> => {
  const item = (await getItem(ledger.table, keyOf(alias))) as (Pointer & { pk: string }) | undefined;
  if (!item || !isAlive(item)) return {};
  const { revalidationId } = item;
  if (!stands(item, alias, await readRecord(ledger, revalidationId))) return { item };
  if (item.body === alias.body) return { item, revalidationId };
  throw new RequestInvalidError('idempotency_key_reused', 'idempotencyKey: was used before with another request');
};

/**
 * The re-validation that a caller's idempotency key stands for; for a workflow's key it has a record.
 * @throws RequestInvalidError `idempotency_key_reused`
 */
export const findKey = async (ledger: Ledger, alias: Alias): Promise<string | undefined> =>
  (await lookUp(ledger, alias)).revalidationId;

/** Of those who write a key at once each sees in the second round what the first has written. Rounds. */
const ROUNDS = 3;

/**
 * Makes a caller's idempotency key another name of a re-validation, or finds what it stands for already.
 * @param reservedBy the execution that is about to claim it: the key is only reserved, until `bind`
 * @returns the id the key stands for
 * @throws RequestInvalidError `idempotency_key_reused`; ClaimedElsewhereError where others change it all the time
 */
export const bindKey = async (
  ledger: Ledger,
  alias: Alias & { revalidationId: string },
  reservedBy?: string,
): Promise<string> => {
  const { revalidationId } = alias;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { item, revalidationId: standing } = await lookUp(ledger, alias);
    if (standing) return standing;
    // Others are about to claim the very same: whichever comes first, the key stands for it.
    if (reservedBy && item?.revalidationId === revalidationId && item.body === alias.body) return revalidationId;
    const over = item && {
      revalidationId: [item.revalidationId],
      body: [item.body],
      reservedBy: item.reservedBy ? [item.reservedBy] : [],
    };
    if (await putNew(ledger.table, itemOf(ledger, alias, reservedBy), over)) return revalidationId;
  }
  throw new ClaimedElsewhereError('claimed_elsewhere', 'another request uses the same idempotency key at the moment');
};

const itemOf = ({ retentionDays }: Ledger, alias: Alias & { revalidationId: string }, reservedBy?: string) => ({
  pk: keyOf(alias),
  revalidationId: alias.revalidationId,
  body: alias.body,
  expiresAt: secondsAfter(new Date(), Math.min(LIFE_DAYS, retentionDays) * 86_400),
  ...(reservedBy ? { reservedBy } : {}),
});

/**
 * Claims a case under a caller's key, so that the key stands for what was claimed and for nothing else: it is reserved, the
 * case is claimed and names the key, the key is bound. One that found another key's holder in the last step takes its claim
 * back, for which nothing has been paid, and comes back later. A refusal frees the key.
 * @param claimIt claims the case; with the hash of the key, where there is one
 */
export const claimUnderKey = async (
  ledger: Ledger,
  alias: Alias | undefined,
  { revalidationId, owner }: { revalidationId: string; owner: string },
  claimIt: (keyHash?: string) => Promise<Claim>,
): Promise<Claim> => {
  if (!alias) return claimIt();
  const own = { ...alias, revalidationId };
  const standing = await bindKey(ledger, own, owner);
  if (standing !== revalidationId) return Claim.parse(await ownRecord(ledger, standing, owner));
  const sameCase = { revalidationId: [revalidationId], body: [alias.body] };
  const bind = () => putNew(ledger.table, itemOf(ledger, own), sameCase);
  const claimed = await claimIt(sha256(keyOf(alias))).catch(async (error) => {
    // What stands, or will, is the answer to this key as well.
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
  throw new ClaimedElsewhereError('claimed_elsewhere', 'another request has taken the idempotency key meanwhile');
};
