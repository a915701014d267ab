import { type Attempt, isInDoubt, withAttempt } from '../domain/attempts.ts';
import { type LedgerRecord, validationOf } from '../domain/record.ts';
import { bindOrphans, bindValidation, readBinding } from '../ledger/bindings.ts';
import { type AttemptResult, recordAttempt, withAttemptResult } from '../ledger/claims.ts';
import { closeIntent, type Intent, isOpen, openIntent, readIntent } from '../ledger/intents.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';

/** Who looks at the person's list at Truora, and who is told how many orphans were found. */
type Help = {
  /** What calls in doubt have created after all, by the call; and where nothing, what that is worth. */
  straysOf: (record: LedgerRecord) => Promise<AttemptResult[]>;
  /** Is told how many were found, and of how many it turns out that they may have been charged. */
  tell: (orphans: number) => void;
};

/**
 * The last look at what the calls of an ended record have created, hours after the end: what nobody waited for any more is
 * bound, told of and written down, and an intent that a killed run has left open is closed, so that no person stays taken.
 * Whoever looks holds the person's intent: a run that creates at this very moment would find its own validation taken for
 * a stray. Killed at any point, it is done again; the binding comes first, so that one validation counts for one record.
 * @returns false where another run of the person holds the intent, or has resolved it meanwhile; nothing is taken then
 */
export const findLateOrphans = async (ledger: Ledger, seen: LedgerRecord, help: Help): Promise<boolean> => {
  const { accountId, revalidationId, receipt, attempts = [] } = seen;
  const [inDoubt] = attempts.filter(isInDoubt);
  // Media moves after the creation has been settled, so no intent of its own can stand.
  if (!accountId || (receipt && !inDoubt)) return true;
  const standing = await readIntent(ledger.table, accountId);
  const isOwn = standing?.revalidationId === revalidationId;
  if (!isOwn && !inDoubt) return true;
  const held = isOwn ? standing : inDoubt && (await hold(ledger, accountId, revalidationId, inDoubt));
  if (!held) return false;

  let isResolved = false;
  try {
    const record = await readRecord(ledger, revalidationId);
    isResolved = record ? await resolve(ledger, accountId, record, held, help) : true;
  } finally {
    // What a killed run has left open stays so until it is resolved.
    if (isResolved || !isOwn) await closeIntent(ledger.table, accountId, held);
  }
  return isResolved;
};

/** The intent of a call that was given up, opened again: should the look be killed, whoever comes next takes it from here. */
const hold = (ledger: Ledger, accountId: string, revalidationId: string, { n, at }: Attempt) =>
  openIntent(ledger.table, accountId, { revalidationId, attempt: n, openedAt: at });

const resolve = async (
  ledger: Ledger,
  accountId: string,
  standing: LedgerRecord,
  held: Intent,
  { straysOf, tell }: Help,
): Promise<boolean> => {
  const { table, retentionDays } = ledger;
  const { revalidationId, orphans = [] } = standing;
  const validation = validationOf(standing);
  if (validation) await bindValidation(table, validation, revalidationId, retentionDays);
  await bindOrphans(ledger, held, orphans);

  let record = { ...standing, attempts: withIntent(standing.attempts, held) };
  const inDoubt = record.attempts.filter(isInDoubt);
  const strays = inDoubt.length > 0 ? await straysOf(record) : [];
  const ownOf = new Map<string, AttemptResult>();
  for (const { attempt, orphans: found } of strays) {
    ownOf.set(attempt.at, { attempt, orphans: await ownAmong(table, revalidationId, found) });
  }
  // Whoever has resolved it meanwhile may have created since, and theirs stands on this list, bound to nobody yet.
  if (inDoubt.length > 0 && !(await isOpen(table, accountId, held))) return false;
  for (const before of inDoubt) {
    const { attempt, orphans: own } = ownOf.get(before.at) ?? { attempt: before, orphans: [] };
    const result = own.length > 0 ? 'orphaned' : attempt.result;
    await bindOrphans(ledger, { revalidationId, openedAt: attempt.at }, own);
    const isNews = result === 'blind' && before.result !== 'blind';
    if (own.length > 0 || isNews) tell(own.length + (isNews ? 1 : 0));
    const fate: AttemptResult = { attempt: { ...attempt, result }, orphans: own };
    await recordAttempt(ledger, record, fate);
    record = { ...record, ...withAttemptResult(record, fate) };
  }
  return true;
};

/** A run that was killed right after it had opened its intent has not written that it may have called. */
const withIntent = (attempts: readonly Attempt[] = [], { attempt: n, openedAt: at }: Intent): Attempt[] =>
  attempts.some((one) => one.at === at) ? [...attempts] : withAttempt(attempts, { n, at, result: 'unconfirmed' });

/** Those that are nobody else's; one that is bound to this record and not written on it was found by a look that was killed. */
const ownAmong = async (table: string, revalidationId: string, ids: readonly string[]): Promise<string[]> => {
  const bindings = await Promise.all(ids.map((id) => readBinding(table, id)));
  return ids.filter((_, n) => [undefined, revalidationId].includes(bindings[n]?.revalidationId));
};

/** The longest settle window there may be: what is younger may have a call on its way. Milliseconds. */
const SETTLED_MS = 300_000;

/**
 * Resolves a person's intent as a human found it, where Truora's list cannot be read: what was created by its call is bound and
 * written on the record as its orphans, the attempt with it, and the person is free. A run that waits for it goes on by itself.
 * @param found what was created by the call, as Truora says; nothing, if it never arrived
 * @returns what came of the attempt; undefined when no intent is open
 * @throws TypeError for one that may still be under way, and for a validation that is another run's; nothing is written then
 */
export const resolveIntent = async (
  ledger: Ledger,
  accountId: string,
  found: readonly string[],
): Promise<(Attempt & { revalidationId: string }) | undefined> => {
  const intent = await readIntent(ledger.table, accountId);
  if (!intent) return undefined;
  const { revalidationId, openedAt, attempt: n } = intent;
  if (Date.now() - Date.parse(openedAt) < SETTLED_MS) {
    throw new TypeError('the intent is younger than five minutes: its call may still be on its way');
  }
  const record = await readRecord(ledger, revalidationId);
  const validation = record && validationOf(record);
  if (validation && found.length > 0) throw new TypeError('its call was answered, and the validation is on the record');
  if (validation) await bindValidation(ledger.table, validation, revalidationId, ledger.retentionDays);
  await bindOrphans(ledger, intent, found);
  const given = found.length > 0 ? ('orphaned' as const) : ('not_found' as const);
  const attempt: Attempt = { n, at: openedAt, result: validation ? 'created' : given };
  // What an answered call came to stands on the record, in the same write as its validation.
  if (!validation) await recordAttempt(ledger, record ?? { revalidationId }, { attempt, orphans: found });
  await closeIntent(ledger.table, accountId, intent);
  return { ...attempt, revalidationId };
};
