import { type Attempt, isInDoubt, withAttempt } from '../domain/attempts.ts';
import { type LedgerRecord, validationOf } from '../domain/record.ts';
import { bindOrphans, bindValidation, readBinding } from '../ledger/bindings.ts';
import { type AttemptResult, recordAttempt } from '../ledger/claims.ts';
import { closeIntent, type Intent, isOpen, openIntent, readIntent } from '../ledger/intents.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';

/** How the person's list at Truora is read, and how orphans are counted. */
type OrphanSettings = {
  /** The results of calls in doubt, one for each call that the list says something about. */
  lateResultsOf: (record: LedgerRecord) => Promise<AttemptResult[]>;
  /** Counts orphans, and calls of which it turns out that they may have been charged. */
  emitOrphans: (count: number) => void;
};

/**
 * The last check of what the calls of an ended record have created, hours after the end. Orphans are bound, counted and written on
 * the record, and an intent that a killed run left open is closed, so that the person is free. The check holds the person's intent
 * meanwhile: else a validation that another run creates now would be taken for an orphan. A check that is killed is repeated; the
 * binding comes first, so that one validation counts for one record.
 * @returns false where another run of the person holds the intent, or has resolved it meanwhile; nothing is written then
 */
export const findLateOrphans = async (
  ledger: Ledger,
  seen: LedgerRecord,
  settings: OrphanSettings,
): Promise<boolean> => {
  const { accountId, revalidationId, receipt, attempts = [] } = seen;
  const [inDoubt] = attempts.filter(isInDoubt);
  // Media moves after the creation has been settled, so this record has no open intent.
  if (!accountId || (receipt && !inDoubt)) return true;
  const open = await readIntent(ledger.table, accountId);
  const isOwn = open?.revalidationId === revalidationId;
  if (!isOwn && !inDoubt) return true;
  const held = isOwn ? open : inDoubt && (await hold(ledger, accountId, revalidationId, inDoubt));
  if (!held) return false;

  let isResolved = false;
  try {
    const record = await readRecord(ledger, revalidationId);
    isResolved = record ? await resolve(ledger, accountId, record, held, settings) : true;
  } finally {
    // An intent that a killed run left open stays open until it is resolved.
    if (isResolved || !isOwn) await closeIntent(ledger.table, accountId, held);
  }
  return isResolved;
};

/** Opens the intent of a call that was given up once more: if the check is killed, the next run resolves it. */
const hold = (ledger: Ledger, accountId: string, revalidationId: string, { n, at }: Attempt) =>
  openIntent(ledger.table, accountId, { revalidationId, attempt: n, openedAt: at });

const resolve = async (
  ledger: Ledger,
  accountId: string,
  before: LedgerRecord,
  held: Intent,
  { lateResultsOf, emitOrphans }: OrphanSettings,
): Promise<boolean> => {
  const { table, retentionDays } = ledger;
  const { revalidationId, orphans = [] } = before;
  const validation = validationOf(before);
  if (validation) await bindValidation(table, validation, revalidationId, retentionDays);
  await bindOrphans(ledger, held, orphans);

  const record = { ...before, attempts: withIntent(before.attempts, held) };
  const inDoubt = record.attempts.filter(isInDoubt);
  const late = inDoubt.length > 0 ? await lateResultsOf(record) : [];
  const ownOf = new Map<string, AttemptResult>();
  for (const { attempt, orphans: found } of late) {
    ownOf.set(attempt.at, { attempt, orphans: await ownAmong(table, revalidationId, found) });
  }
  // A run that resolved it meanwhile may have created since: its validation is on this list, and not bound yet.
  if (inDoubt.length > 0 && !(await isOpen(table, accountId, held))) return false;
  for (const doubt of inDoubt) {
    const { attempt, orphans: own } = ownOf.get(doubt.at) ?? { attempt: doubt, orphans: [] };
    const result = own.length > 0 ? 'orphaned' : attempt.result;
    await bindOrphans(ledger, { revalidationId, openedAt: attempt.at }, own);
    const isNews = result === 'blind' && doubt.result !== 'blind';
    if (own.length > 0 || isNews) emitOrphans(own.length + (isNews ? 1 : 0));
    await recordAttempt(ledger, record, { attempt: { ...attempt, result }, orphans: own });
  }
  return true;
};

/** A run that was killed directly after it had opened its intent has not written that it may have called. */
const withIntent = (attempts: readonly Attempt[] | undefined, { attempt: n, openedAt: at }: Intent): Attempt[] =>
  withAttempt(attempts, { n, at, result: 'unconfirmed' });

/** Those that belong to no other record. One that is bound to this record and not written on it was found by a check that was killed. */
const ownAmong = async (table: string, revalidationId: string, ids: readonly string[]): Promise<string[]> => {
  const bindings = await Promise.all(ids.map((id) => readBinding(table, id)));
  return ids.filter((_, n) => [undefined, revalidationId].includes(bindings[n]?.revalidationId));
};

/** The longest settle window: the call of a younger intent may still be in flight. Milliseconds. */
const SETTLED_MS = 300_000;

/**
 * Resolves a person's intent by what an operator found, where Truora's list cannot be read: the validations of its call are bound and
 * written on the record as orphans, with the attempt, and the person is free. A run that waits for the intent goes on by itself.
 * @param found the validations of the call, as Truora shows them; none, if it never arrived
 * @returns the result of the attempt; undefined when no intent is open
 * @throws TypeError for a call that may still be in flight, and for a validation of another run; nothing is written then
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
  // The result of an answered call is on the record already, in the same write as its validation.
  if (!validation) await recordAttempt(ledger, { revalidationId }, { attempt, orphans: found });
  await closeIntent(ledger.table, accountId, intent);
  return { ...attempt, revalidationId };
};
