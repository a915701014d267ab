import { checkMediaExists } from '../aws/media-store.ts';
import { readSecret } from '../aws/secrets.ts';
import {
  type Attempt,
  asBlind,
  creationGivenUp,
  creationUnsettled,
  inNeedOfProof,
  isInDoubt,
  isNotFound,
  mayCreate,
  withAttempt,
} from '../domain/attempts.ts';
import { AlreadyDecidedError } from '../domain/errors.ts';
import { type LedgerRecord, validationOf } from '../domain/record.ts';
import type { Claim, Validation } from '../domain/revalidation.ts';
import { isBackOff, throttled } from '../domain/throttle.ts';
import { truoraFromEnv } from '../lambda/clients.ts';
import { env } from '../lambda/env.ts';
import { emit, emitTruoraCall } from '../lambda/metrics.ts';
import { bindOrphans, bindValidation, readBinding } from '../ledger/bindings.ts';
import { reserveBudget } from '../ledger/budget.ts';
import { type AttemptResult, recordAttempt, recordCreated, withAttemptResult } from '../ledger/claims.ts';
import { closeIntent, type Intent, isOpen, openIntent, recordFirstCheck } from '../ledger/intents.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import { backOff, throttleOf } from '../ledger/throttle.ts';
import { createValidation, listValidations } from '../truora/client.ts';
import { type Created, createdOf, surelyNotCreated } from '../truora/creation.ts';
import { attemptResultOf, candidatesOn, ownOf, surestOf } from '../truora/reconcile.ts';

/** What one entry works with. The record is that of the claim, as it stood at the entry. */
type Entry = { ledger: Ledger; claim: Claim; record: LedgerRecord };

/** Whose call an intent stands for; of a record that has expired only its id is left. */
type Caller = Pick<LedgerRecord, 'revalidationId' | 'attempts' | 'orphans' | 'requested' | 'validationId' | 'used'>;

/**
 * The one call, with the intent written before it. All that can fail or refuse for reasons of our own comes before the
 * intent. What surely created nothing closes it again; anything else leaves it open, for the next entry to reconcile.
 */
export const createOnce = async (entry: Entry): Promise<Validation> => {
  const { ledger, claim, record } = entry;
  const { accountId, revalidationId, userAuthorized, requested: options } = claim;
  const { attempts = [] } = record;
  if (!mayCreate(attempts, env('ON_UNRESOLVED'))) throw creationGivenUp(attempts);
  const truora = truoraFromEnv(readSecret, { onCall: emitTruoraCall });
  await truora.key();
  // What has gone since the claim is not paid for, and not counted as if it were.
  await checkMediaExists(claim.media);
  await reserveBudget(ledger.table, env('DAILY_BUDGET'), `${revalidationId}#${attempts.length + 1}`);

  const intent = await openIntent(ledger.table, accountId, { revalidationId, attempt: attempts.length + 1 });
  if (!intent) throw creationUnsettled();
  // Somebody given up for dead may have come between; whatever became of that stands on the record since before their intent went.
  const standing = await readRecord(ledger, revalidationId);
  const before = standing?.attempts?.filter(({ at }) => at !== intent.openedAt) ?? [];
  if (standing?.phase !== record.phase || before.length !== attempts.length) {
    await closeIntent(ledger.table, accountId, intent);
    throw creationUnsettled();
  }
  const askedAt = new Date();
  let created: Created;
  try {
    created = createdOf(await createValidation(truora, { accountId, userAuthorized, options }), claim, askedAt);
  } catch (error) {
    if (!surelyNotCreated(error)) {
      await recordAttempt(ledger, record, { attempt: attemptOf(intent, 'unconfirmed'), orphans: [] });
      throw creationUnsettled();
    }
    await closeIntent(ledger.table, accountId, intent);
    if (isBackOff(error)) await backOff(ledger.table, error.retryAfterSeconds);
    throw error;
  }
  return keep(entry, intent, created, { attempt: attemptOf(intent, 'created', created), orphans: [] });
};

/**
 * An intent without an answer: Truora may have been asked. Once nothing can be in flight any more, the person's list is
 * looked at twice, half a settle window apart, one look an entry. What is found and still takes media is adopted, if the call
 * was ours; all else that is found is an orphan. Found or not, it is written on the caller's record before the intent goes.
 */
export const reconcile = async (entry: Entry, intent: Intent, caller: Caller): Promise<Validation> => {
  const { ledger, claim } = entry;
  const { accountId } = claim;
  const { revalidationId, attempts = [], orphans: before = [], requested = {} } = caller;
  const standing = attempts.find(({ at }) => at === intent.openedAt);
  // What came of it is on the record, by somebody who was killed before the person was free: the list says nothing new.
  if (standing && !isInDoubt(standing)) {
    const theirs = validationOf(caller);
    if (theirs) await bindValidation(ledger.table, theirs, revalidationId, ledger.retentionDays);
    await spread(entry, before, intent);
    throw creationUnsettled();
  }
  if (!standing) {
    await recordAttempt(ledger, caller, { attempt: attemptOf(intent, 'unconfirmed'), orphans: [] });
  }
  const settleMs = env('SETTLE_SECONDS') * 1000;
  const { firstCheck } = intent;
  if (ageOf(intent.openedAt) < settleMs || (firstCheck && ageOf(firstCheck.at) < settleMs / 2))
    throw creationUnsettled();

  const truora = truoraFromEnv(readSecret, { onCall: emitTruoraCall });
  const listed = await throttled(throttleOf(ledger.table), () => listValidations(truora, accountId));
  const list = candidatesOn(listed, { accountId, requested, openedAt: intent.openedAt }, ownOf(caller));
  const bindings = await Promise.all(list.map(({ validationId }) => readBinding(ledger.table, validationId)));
  const found = surestOf(list.filter((_, n) => !bindings[n]));
  // Where it stands still, nobody can have called before this list was read; else what is on it may be a successor's.
  if (!(await isOpen(ledger.table, accountId, intent))) throw creationUnsettled();
  if (!firstCheck) {
    const seen = found.map(({ validationId }) => validationId);
    await recordFirstCheck(ledger.table, accountId, intent, seen);
    throw creationUnsettled();
  }

  const { adopted, orphans } = attemptResultOf(found, firstCheck.seen);
  const isOurs = revalidationId === claim.revalidationId;
  if (adopted && isOurs) {
    return keep(entry, intent, adopted, { attempt: attemptOf(intent, 'adopted', adopted), orphans });
  }
  // Nobody uploads to a validation of an ended run, so even a usable one is an orphan.
  const unused = [...(adopted ? [adopted.validationId] : []), ...orphans];
  const earlier = unused.length > 0 ? [] : attempts.filter((one) => isNotFound(one) && one !== standing);
  // A list that shows neither of two calls has never shown us anything: both may have been charged.
  const isBlind = earlier.length > 0;
  const none = isBlind || standing?.result === 'blind' ? 'blind' : 'not_found';
  const attempt = attemptOf(intent, unused.length > 0 ? 'orphaned' : none);
  await giveUp(entry, intent, caller, { attempt, orphans: unused, earlier: earlier.map(asBlind) });
  const all = withAttempt(attempts, attempt);
  throw isOurs && !mayCreate(all, env('ON_UNRESOLVED')) ? creationGivenUp(all) : creationUnsettled();
};

/** Keeps a validation of our own, all of it in one write. A run that was canceled meanwhile keeps it as an orphan. */
const keep = async (entry: Entry, intent: Intent, created: Created, fate: AttemptResult): Promise<Validation> => {
  const { ledger, record } = entry;
  const { uploadLink: _, ...validation } = created;
  try {
    await recordCreated(ledger, record, created, fate);
  } catch (error) {
    if (error instanceof AlreadyDecidedError) {
      const attempt = { ...fate.attempt, result: 'orphaned' as const };
      await giveUp(entry, intent, record, { attempt, orphans: [validation.validationId, ...fate.orphans] });
    }
    throw error;
  }
  tellOf(fate.orphans.length);
  return settle(entry, { ...record, ...withAttemptResult(record, fate) }, validation, intent);
};

/** What the record says is spread to where it is looked for, and the person is free. Each write may be repeated. */
export const settle = async (
  entry: Entry,
  record: LedgerRecord,
  known: Validation,
  intent: Intent,
): Promise<Validation> => {
  await bindValidation(entry.ledger.table, known, record.revalidationId, entry.ledger.retentionDays);
  await prove(entry, record, known, intent);
  await spread(entry, record.orphans ?? [], intent);
  return known;
};

/** Writes down that an attempt came to nothing that can be used. Told before it is written: a death in between tells twice. */
const giveUp = async (entry: Entry, intent: Intent, caller: Caller, fate: AttemptResult): Promise<void> => {
  const { attempt, orphans, earlier = [] } = fate;
  const unseen = attempt.result === 'blind' ? [attempt, ...earlier] : earlier;
  tellOf(orphans.length + unseen.length);
  await recordAttempt(entry.ledger, caller, fate);
  await spread(entry, orphans, intent);
};

const tellOf = (orphans: number): void => {
  if (orphans > 0) emit('Orphans', orphans);
};

const attemptOf = (intent: Intent, result: Attempt['result'], created?: Validation): Attempt => ({
  n: intent.attempt,
  at: intent.openedAt,
  result,
  ...(created ? { validationId: created.validationId } : {}),
});

const ageOf = (at: string): number => Date.now() - Date.parse(at);

/** The life that a validation keeps while its proof is waited for: the machine may come back a minute later. Milliseconds. */
const LIFE_LEFT = 120_000;

/**
 * The first call was taken for one that never arrived, because the list did not show it, and this one was made after it. The very
 * list has to show this one, whose id we know; else it proves nothing, and the first may have been charged as well. This
 * one is paid for and goes on, whatever the list says; no third is made.
 */
const prove = async ({ ledger, claim }: Entry, record: LedgerRecord, known: Validation, intent: Intent) => {
  const { accountId, requested } = claim;
  const { own, unproved } = inNeedOfProof(record.attempts, known.validationId);
  if (!own || unproved.length === 0) return;
  const truora = truoraFromEnv(readSecret, { onCall: emitTruoraCall });
  const look = async () => {
    const listed = await throttled(throttleOf(ledger.table), () => listValidations(truora, accountId));
    const found = candidatesOn(listed, { accountId, requested, openedAt: intent.openedAt }, new Set());
    return found.some(({ validationId }) => validationId === known.validationId);
  };
  // A list that cannot be had shows nothing, and what has been paid for does not wait for it for ever.
  if (await look().catch(() => false)) return;
  const isEarly = ageOf(intent.openedAt) < env('SETTLE_SECONDS') * 1000;
  if (isEarly && Date.parse(known.deadline) - Date.now() > LIFE_LEFT) throw creationUnsettled();
  tellOf(unproved.length);
  await recordAttempt(ledger, record, { attempt: own, orphans: [], earlier: unproved.map(asBlind) });
};

/** Binds the orphans; whoever comes next is free to ask again. */
const spread = async ({ ledger, claim }: Entry, orphans: readonly string[], intent: Intent): Promise<void> => {
  await bindOrphans(ledger, intent, orphans);
  await closeIntent(ledger.table, claim.accountId, intent);
};
