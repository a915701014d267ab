import { checkMediaExists } from '../aws/media-store.ts';
import {
  type Attempt,
  asBlind,
  asFailureAfter,
  creationGivenUp,
  creationUnsettled,
  inNeedOfProof,
  isInDoubt,
  isNotFound,
  mayCreate,
  type OnUnresolved,
  withAttempt,
} from '../domain/attempts.ts';
import { defined } from '../domain/defined.ts';
import { AlreadyDecidedError, SpeechPhraseMissingError } from '../domain/errors.ts';
import { type LedgerRecord, validationOf } from '../domain/record.ts';
import type { Claim, Validation } from '../domain/revalidation.ts';
import { type ThrottleStore, throttled, unthrottled } from '../domain/throttle.ts';
import { bindOrphans, bindValidation, readBinding } from '../ledger/bindings.ts';
import { reserveBudget } from '../ledger/budget.ts';
import { type AttemptResult, recordAttempt, recordCreated, withAttemptResult } from '../ledger/claims.ts';
import { closeIntent, type Intent, isOpen, openIntent, recordFirstCheck } from '../ledger/intents.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import type { Truora } from '../truora/call.ts';
import { createValidation, listValidations } from '../truora/client.ts';
import { type Created, createdOf, surelyNotCreated } from '../truora/creation.ts';
import { attemptResultOf, candidatesOn, ownOf, surestOf } from '../truora/reconcile.ts';
import type { CreateAnswer } from '../truora/schemas.ts';

/** What a creation works with, as the deployment decides it. The function makes it; nothing here reads the environment. */
export type CreationSettings = {
  ledger: Ledger;
  truora: Truora;
  throttle: ThrottleStore;
  /** Seconds after which a create call without an answer is executed and listed, or never will be (assumed). */
  settleSeconds: number;
  onUnresolved: OnUnresolved;
  /** Validations that may be created on one day; undefined for any number. */
  dailyBudget: number | undefined;
  /** Counts validations that will never be used, and calls that may have been charged without a trace. */
  emitOrphans: (count: number) => void;
  /** Ends the case where its person was erased, or its consent has ended. @throws AlreadyDecidedError */
  requireUsableFace: (claim: Claim, owner: string) => Promise<void>;
};

/** One entry of the step: its settings, the claim, and the record of the claim as it was at the entry. */
export type Entry = { settings: CreationSettings; claim: Claim; record: LedgerRecord };

/** The record that an intent belongs to. Of a record that has expired only the id is left. */
type IntentOwner = Pick<
  LedgerRecord,
  'revalidationId' | 'attempts' | 'orphans' | 'requested' | 'validationId' | 'used'
>;

/**
 * Makes the one charged call, after it has written the intent. Every check that can fail or refuse for a reason of ours comes
 * before the intent. A call that surely created nothing closes the intent again; any other failure leaves it open, and the next
 * entry reconciles it.
 * @throws CreationUnsettledError where the answer is lost or another run is ahead; CreationUnconfirmedError where no more
 *   calls are allowed, or one is refused after an earlier call; SpeechPhraseMissingError; else SpendingRefusedError, MediaGoneError;
 *   Truora's errors
 */
export const createOnce = async (entry: Entry): Promise<Validation> => {
  const { settings, claim, record } = entry;
  const { ledger, truora, throttle } = settings;
  const { accountId, revalidationId, userAuthorized, requested: options } = claim;
  const { attempts = [] } = record;
  if (!mayCreate(attempts, settings.onUnresolved)) throw creationGivenUp(attempts);
  await truora.key();
  const attempt = attempts.length + 1;
  await checkBeforeCharge(entry, attempt).catch(asFailureAfter(attempts));

  const intent = await openIntent(ledger.table, accountId, { revalidationId, attempt });
  if (!intent) throw creationUnsettled();
  // A run that looked ended may have called meanwhile. Its result is on the record before its intent is closed.
  const current = await readRecord(ledger, revalidationId);
  const before = current?.attempts?.filter(({ at }) => at !== intent.openedAt) ?? [];
  if (current?.phase !== record.phase || before.length !== attempts.length) {
    await closeIntent(ledger.table, accountId, intent);
    throw creationUnsettled();
  }
  await settings.requireUsableFace(claim, record.owner).catch(async (error) => {
    await closeIntent(ledger.table, accountId, intent);
    throw error;
  });
  const calledAt = new Date();
  let created: Created;
  let answer: CreateAnswer | undefined;
  try {
    const details = { accountId, userAuthorized, options };
    answer = await unthrottled(throttle, () => createValidation(truora, details));
    created = createdOf(answer, claim, calledAt);
  } catch (error) {
    if (answer && error instanceof SpeechPhraseMissingError) {
      await giveUp(entry, intent, record, { attempt: attemptOf(intent, 'orphaned'), orphans: [answer.validation_id] });
      throw error;
    }
    if (!surelyNotCreated(error)) {
      await recordAttempt(ledger, record, { attempt: attemptOf(intent, 'unconfirmed'), orphans: [] });
      throw creationUnsettled();
    }
    await closeIntent(ledger.table, accountId, intent);
    throw error;
  }
  return keep(entry, intent, created, { attempt: attemptOf(intent, 'created', created), orphans: [] });
};

/** The refusals before the charge. Media that was deleted after the claim is not paid for, and takes nothing from the budget. */
const checkBeforeCharge = async ({ settings, claim }: Entry, attempt: number): Promise<void> => {
  const { ledger, throttle, dailyBudget } = settings;
  await checkMediaExists(claim.media);
  await reserveBudget({ table: ledger.table, throttle }, dailyBudget, `${claim.revalidationId}#${attempt}`);
};

/**
 * Resolves an intent without an answer: Truora may have been called. Once no call can be in flight any more, the person's list is
 * read twice, half a settle window apart, one reading an entry. A validation that is found and still takes media is adopted, if the
 * call was ours; every other one is an orphan. The result is written on the owner's record before the intent is closed.
 * @throws CreationUnsettledError until the result is known; CreationUnconfirmedError where a person has to decide
 */
export const reconcile = async (entry: Entry, intent: Intent, owner: IntentOwner): Promise<Validation> => {
  const { settings, claim } = entry;
  const { ledger, truora, throttle } = settings;
  const { accountId } = claim;
  const { revalidationId, attempts = [], orphans: before = [], requested = {} } = owner;
  const current = attempts.find(({ at }) => at === intent.openedAt);
  // The result is on the record already: a run was killed before it closed the intent. The list says nothing new.
  if (current && !isInDoubt(current)) {
    const validation = validationOf(owner);
    if (validation) await bindValidation(ledger.table, validation, revalidationId, ledger.retentionDays);
    await release(entry, before, intent);
    throw creationUnsettled();
  }
  if (!current) await recordAttempt(ledger, owner, { attempt: attemptOf(intent, 'unconfirmed'), orphans: [] });
  const settleMs = settings.settleSeconds * 1000;
  const { firstCheck } = intent;
  if (ageOf(intent.openedAt) < settleMs || (firstCheck && ageOf(firstCheck.at) < settleMs / 2))
    throw creationUnsettled();

  const listed = await throttled(throttle, () => listValidations(truora, accountId));
  const list = candidatesOn(listed, { accountId, requested, openedAt: intent.openedAt }, ownOf(owner));
  const bindings = await Promise.all(list.map(({ validationId }) => readBinding(ledger.table, validationId)));
  const found = surestOf(list.filter((_, n) => !bindings[n]));
  // While the intent is open, no run can have called before this list was read. Else the list may show a later run's validation.
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
  // An ended run uploads nothing, so even a usable validation of its call is an orphan.
  const unused = [...(adopted ? [adopted.validationId] : []), ...orphans];
  const earlier = unused.length > 0 ? [] : attempts.filter((one) => isNotFound(one) && one !== current);
  // A list that shows neither of two calls has never shown a call of ours: both may have been charged.
  const isBlind = earlier.length > 0;
  const none = isBlind || current?.result === 'blind' ? 'blind' : 'not_found';
  const attempt = attemptOf(intent, unused.length > 0 ? 'orphaned' : none);
  await giveUp(entry, intent, owner, { attempt, orphans: unused, earlier: earlier.map(asBlind) });
  const all = withAttempt(attempts, attempt);
  throw isOurs && !mayCreate(all, settings.onUnresolved) ? creationGivenUp(all) : creationUnsettled();
};

/** Keeps a validation of this claim, in one write. A run that was canceled meanwhile keeps it as an orphan. */
const keep = async (entry: Entry, intent: Intent, created: Created, result: AttemptResult): Promise<Validation> => {
  const { settings, record } = entry;
  const { uploadLink: _, phrase: __, ...validation } = created;
  try {
    await recordCreated(settings.ledger, record, created, result);
  } catch (error) {
    if (error instanceof AlreadyDecidedError) {
      const attempt = { ...result.attempt, result: 'orphaned' as const };
      await giveUp(entry, intent, record, { attempt, orphans: [validation.validationId, ...result.orphans] });
    }
    throw error;
  }
  emitAny(settings, result.orphans.length);
  return bindAndClose(entry, { ...record, ...withAttemptResult(record, result) }, validation, intent);
};

/** Binds the validation and the orphans of a record, and closes the intent: the person's next run may call. Each write may be repeated. */
export const bindAndClose = async (
  entry: Entry,
  record: LedgerRecord,
  validation: Validation,
  intent: Intent,
): Promise<Validation> => {
  const { ledger } = entry.settings;
  await bindValidation(ledger.table, validation, record.revalidationId, ledger.retentionDays);
  await prove(entry, record, validation, intent);
  await release(entry, record.orphans ?? [], intent);
  return validation;
};

/** Writes that an attempt created nothing usable. It is counted before it is written: a crash in between counts it twice. */
const giveUp = async (entry: Entry, intent: Intent, owner: IntentOwner, result: AttemptResult): Promise<void> => {
  const { attempt, orphans, earlier = [] } = result;
  const unseen = attempt.result === 'blind' ? [attempt, ...earlier] : earlier;
  emitAny(entry.settings, orphans.length + unseen.length);
  await recordAttempt(entry.settings.ledger, owner, result);
  await release(entry, orphans, intent);
};

const emitAny = ({ emitOrphans }: CreationSettings, count: number): void => {
  if (count > 0) emitOrphans(count);
};

const attemptOf = (intent: Intent, result: Attempt['result'], created?: Validation): Attempt =>
  defined({ n: intent.attempt, at: intent.openedAt, result, validationId: created?.validationId });

const ageOf = (at: string): number => Date.now() - Date.parse(at);

/** The life that a validation keeps while its proof is waited for: the machine may retry only a minute later. Milliseconds. */
const LIFE_LEFT = 120_000;

/**
 * Proves that the list shows our calls, where a first call was given up because the list did not show it. The list has to show
 * this validation, whose id is known; else the list proves nothing, and the first call may have been charged as well. This
 * validation is paid for and is used in both cases; no third one is created.
 */
const prove = async ({ settings, claim }: Entry, record: LedgerRecord, validation: Validation, intent: Intent) => {
  const { ledger, truora, throttle } = settings;
  const { accountId, requested } = claim;
  const { own, unproved } = inNeedOfProof(record.attempts, validation.validationId);
  if (!own || unproved.length === 0) return;
  const isListed = async () => {
    const listed = await throttled(throttle, () => listValidations(truora, accountId));
    const found = candidatesOn(listed, { accountId, requested, openedAt: intent.openedAt }, new Set());
    return found.some(({ validationId }) => validationId === validation.validationId);
  };
  // A list that cannot be read shows nothing, and a validation that is paid for does not wait for it without end.
  if (await isListed().catch(() => false)) return;
  const isEarly = ageOf(intent.openedAt) < settings.settleSeconds * 1000;
  if (isEarly && Date.parse(validation.deadline) - Date.now() > LIFE_LEFT) throw creationUnsettled();
  emitAny(settings, unproved.length);
  await recordAttempt(ledger, record, { attempt: own, orphans: [], earlier: unproved.map(asBlind) });
};

/** Binds the orphans and closes the intent: the next run of the person may call. */
const release = async ({ settings: { ledger }, claim }: Entry, orphans: readonly string[], intent: Intent) => {
  await bindOrphans(ledger, intent, orphans);
  await closeIntent(ledger.table, claim.accountId, intent);
};
