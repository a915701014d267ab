import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { getItem, putNew, updateItem } from '../aws/dynamodb.ts';
import { type Attempt, withAttempt } from '../domain/attempts.ts';
import { defined } from '../domain/defined.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError } from '../domain/errors.ts';
import { isEnd, type Phase, predecessors } from '../domain/lifecycle.ts';
import { isDifferentRequest, type LedgerRecord } from '../domain/record.ts';
import { Claim, type Receipt, type Validation } from '../domain/revalidation.ts';
import { keyOf } from './keys.ts';
import { dueFrom, type Ledger, lifeOf, PHRASE, readAlive, readRecord, SECRETS, UPLOAD_LINK } from './records.ts';

/**
 * The result of a creation: its attempt, validations that were created and will never be used (orphans), and new results of
 * earlier attempts.
 */
export type AttemptResult = { attempt: Attempt; orphans: readonly string[]; earlier?: readonly Attempt[] };

/** The attempts and orphans of a record together with a new result. Idempotent. */
export const withAttemptResult = (
  { attempts, orphans = [] }: Pick<LedgerRecord, 'attempts' | 'orphans'>,
  result: AttemptResult,
) => {
  const all = [...new Set([...orphans, ...result.orphans])];
  return defined({
    attempts: [...(result.earlier ?? []), result.attempt].reduce(withAttempt, attempts ?? []),
    orphans: all.length > 0 ? all : undefined,
  });
};

/** The attribute with a random id of the last write of attempts and orphans. It is no part of `LedgerRecord`. */
const ATTEMPTS_VERSION = 'attemptsVersion';

/** The most tries to write a result when other writers change the record in between. */
const MOST_TRIES = 5;

/**
 * Records the charged validation of this claim, in ONE write with the upload link, so that nothing of it can get lost.
 * Idempotent.
 */
export const recordCreated = (
  ledger: Ledger,
  record: Pick<LedgerRecord, 'revalidationId' | 'owner' | 'attempts' | 'orphans'>,
  { uploadLink, phrase, validationId, ...used }: Validation & { uploadLink: string; phrase?: string },
  result: AttemptResult,
): Promise<void> =>
  advance(
    ledger,
    record.revalidationId,
    record.owner,
    'created',
    {
      set: {
        validationId,
        used,
        [UPLOAD_LINK]: uploadLink,
        [PHRASE]: phrase,
        [ATTEMPTS_VERSION]: randomUUID(),
        ...withAttemptResult(record, result),
      },
    },
    (existing) => existing.validationId === validationId,
  );

/**
 * Records the result of an attempt that gave the record no validation; the record may have ended. An expired record stays
 * expired. The result is added to the current record under a condition, so that a delayed function overwrites nothing.
 */
export const recordAttempt = async (
  ledger: Ledger,
  { revalidationId }: Pick<LedgerRecord, 'revalidationId'>,
  result: AttemptResult,
): Promise<void> => {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const item = await getItem(ledger.table, keyOf(revalidationId));
    const existing = readAlive(item);
    if (!existing) return;
    const before = z.optional(z.string()).parse(item?.[ATTEMPTS_VERSION]);
    const written = await updateItem(ledger.table, keyOf(revalidationId), {
      set: { ...withAttemptResult(existing, result), [ATTEMPTS_VERSION]: randomUUID() },
      when: { revalidationId: [revalidationId], [ATTEMPTS_VERSION]: before === undefined ? [] : [before] },
    });
    if (written) return;
  }
  throw new Error('the attempts of the record kept changing');
};

/**
 * For a step that has to wait or to send: a case that a caller has ended meanwhile is answered at once.
 * @throws AlreadyDecidedError
 */
export const refuseEnded = (record: LedgerRecord | undefined): void => {
  if (record && isEnd(record.phase)) throw new AlreadyDecidedError('already_decided', record.revalidationId);
};

/** The record and its upload link. The link is undefined after the deadline. */
export const readForMove = async (
  ledger: Ledger,
  revalidationId: string,
): Promise<{ record: LedgerRecord | undefined; uploadLink: string | undefined }> => {
  const item = await getItem(ledger.table, keyOf(revalidationId));
  const record = readAlive(item);
  const isOver = !record?.used || Date.parse(record.used.deadline) <= Date.now();
  return { record, uploadLink: isOver ? undefined : z.optional(z.string()).parse(item?.[UPLOAD_LINK]) };
};

/**
 * Claims the request for this execution. Idempotent.
 * @param keyHash the hash of the idempotency key
 * @returns the stored claim, after a retry the first one
 * @throws AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError `already_asked_otherwise`
 */
export const claim = async (ledger: Ledger, wanted: Claim, owner: string, keyHash?: string): Promise<Claim> => {
  const fresh = await putNew(ledger.table, {
    pk: keyOf(wanted.revalidationId),
    ...wanted,
    owner,
    keyHash,
    phase: 'claimed' satisfies Phase,
    trail: [{ phase: 'claimed', at: wanted.claimedAt }],
    ...dueFrom(wanted.revalidationId, wanted.claimedAt),
    expiresAt: lifeOf(ledger, new Date(wanted.claimedAt)),
  });
  if (fresh) return wanted;
  const existing = await readRecord(ledger, wanted.revalidationId);
  // Its own claim is never another request, even if the deployment's floor changed between two tries of this run.
  if (existing && existing.owner !== owner) refuseDifferentRequest(existing, wanted);
  return Claim.parse(await ownRecord(ledger, wanted.revalidationId, owner));
};

/** An answer is never returned to another request. @throws RequestInvalidError `already_asked_otherwise` */
export const refuseDifferentRequest = (...requests: Parameters<typeof isDifferentRequest>): void => {
  if (!isDifferentRequest(...requests)) return;
  const rule = 'this version was asked about before with another enrollment, purpose or other options';
  throw new RequestInvalidError('already_asked_otherwise', `media: ${rule}; put it again, or call with forceNew`);
};

/** Records that the media was sent. The upload link is removed, because it cannot be used again. */
export const recordMoved = (ledger: Ledger, id: string, owner: string, receipt: Receipt): Promise<void> =>
  advance(ledger, id, owner, 'moved', { set: { receipt }, remove: SECRETS }, ({ receipt }) => !!receipt);

export const claimedElsewhere = () =>
  new ClaimedElsewhereError('claimed_elsewhere', 'another execution is working on this request');

/** Moves a record to a phase. Idempotent: a change that `isDone` confirms is no error. */
export const advance = async (
  ledger: Ledger,
  id: string,
  owner: string,
  phase: Phase,
  { set, remove = [] }: { set: Record<string, unknown>; remove?: readonly string[] },
  isDone: (record: LedgerRecord) => boolean,
): Promise<void> => {
  const written = await updateItem(ledger.table, keyOf(id), {
    set: { phase, ...set },
    append: { trail: [{ phase, at: new Date().toISOString() }] },
    remove,
    when: { owner: [owner], phase: predecessors(phase) },
  });
  if (written) return;
  const existing = await ownRecord(ledger, id, owner);
  if (!isDone(existing)) throw new TypeError(`a record in phase ${existing.phase} cannot become ${phase}`);
};

/**
 * The open record of this execution.
 * @throws AlreadyDecidedError, ClaimedElsewhereError when it is something else
 */
export const ownRecord = async (ledger: Ledger, id: string, owner: string): Promise<LedgerRecord> => {
  const record = await readRecord(ledger, id);
  if (!record) throw new TypeError('the record does not exist');
  if (isEnd(record.phase)) throw new AlreadyDecidedError('already_decided', id);
  if (record.owner !== owner) throw claimedElsewhere();
  return record;
};
