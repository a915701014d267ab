import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { getItem, putNew, updateItem } from '../aws/dynamodb.ts';
import { type Attempt, withAttempt } from '../domain/attempts.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError } from '../domain/errors.ts';
import { isEnd, type Phase, predecessors } from '../domain/lifecycle.ts';
import { isDifferentRequest, type LedgerRecord } from '../domain/record.ts';
import { Claim, type Receipt, type Validation } from '../domain/revalidation.ts';
import { keyOf } from './keys.ts';
import { dueFrom, type Ledger, lifeOf, readAlive, readRecord, UPLOAD_LINK } from './records.ts';

/**
 * What is known of a creation: its attempt, validations that were created for it and will never be used, and what it says of
 * attempts before it.
 */
export type AttemptResult = { attempt: Attempt; orphans: readonly string[]; earlier?: readonly Attempt[] };

/** The attempts and orphans of a record, with a new one among them. Saying so twice is the same as once. */
export const withAttemptResult = (
  { attempts, orphans = [] }: Pick<LedgerRecord, 'attempts' | 'orphans'>,
  fate: AttemptResult,
) => {
  const all = [...new Set([...orphans, ...fate.orphans])];
  return {
    attempts: [...(fate.earlier ?? []), fate.attempt].reduce(withAttempt, attempts ?? []),
    ...(all.length > 0 ? { orphans: all } : {}),
  };
};

/** Where a record keeps the mark of the last write of its attempts and orphans. It is no part of `LedgerRecord`. */
const FATED = 'fated';

/** How often a fate is written anew because somebody else wrote one in between. */
const MOST_TRIES = 5;

/**
 * The validation of this claim, paid for: whatever Truora said of it in ONE write, the upload link too, so that from here on
 * nothing of it can get lost. Saying so twice is the same as once.
 */
export const recordCreated = (
  ledger: Ledger,
  record: Pick<LedgerRecord, 'revalidationId' | 'owner' | 'attempts' | 'orphans'>,
  { uploadLink, validationId, ...used }: Validation & { uploadLink: string },
  fate: AttemptResult,
): Promise<void> =>
  advance(
    ledger,
    record.revalidationId,
    record.owner,
    'created',
    {
      set: { validationId, used, [UPLOAD_LINK]: uploadLink, [FATED]: randomUUID(), ...withAttemptResult(record, fate) },
    },
    (standing) => standing.validationId === validationId,
  );

/**
 * What became of an attempt that led to no validation of its record's own, ended or not. A record that is gone stays gone. It is
 * added to what stands at this moment, and written only over that: whoever comes back from the dead takes nothing away.
 */
export const recordAttempt = async (
  ledger: Ledger,
  { revalidationId }: Pick<LedgerRecord, 'revalidationId'>,
  fate: AttemptResult,
): Promise<void> => {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const item = await getItem(ledger.table, keyOf(revalidationId));
    const standing = readAlive(item);
    if (!standing) return;
    const before = z.optional(z.string()).parse(item?.[FATED]);
    const written = await updateItem(ledger.table, keyOf(revalidationId), {
      set: { ...withAttemptResult(standing, fate), [FATED]: randomUUID() },
      when: { revalidationId: [revalidationId], [FATED]: before === undefined ? [] : [before] },
    });
    if (written) return;
  }
  throw new Error('the attempts of a record change all the time');
};

/** The record and the link that its media goes to. The link is not given out once it has expired. */
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
 * Makes the request this execution's own, or finds that it is already.
 * @param keyHash the hash of the idempotency key that it is claimed under
 * @returns the claim that stands, which after a retry is the first one
 * @throws AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError `already_asked_otherwise`
 */
export const claim = async (ledger: Ledger, wanted: Claim, owner: string, keyHash?: string): Promise<Claim> => {
  const fresh = await putNew(ledger.table, {
    pk: keyOf(wanted.revalidationId),
    ...wanted,
    owner,
    ...(keyHash ? { keyHash } : {}),
    phase: 'claimed' satisfies Phase,
    trail: [{ phase: 'claimed', at: wanted.claimedAt }],
    ...dueFrom(wanted.revalidationId, wanted.claimedAt),
    expiresAt: lifeOf(ledger, new Date(wanted.claimedAt)),
  });
  if (fresh) return wanted;
  const standing = await readRecord(ledger, wanted.revalidationId);
  // Its own claim is nobody else's question, even if the deployment's floor was changed between two tries of this run.
  if (standing && standing.owner !== owner) refuseDifferentRequest(standing, wanted);
  return Claim.parse(await ownRecord(ledger, wanted.revalidationId, owner));
};

/** An answer is never passed on to another question. @throws RequestInvalidError `already_asked_otherwise` */
export const refuseDifferentRequest = (...asked: Parameters<typeof isDifferentRequest>): void => {
  if (!isDifferentRequest(...asked)) return;
  throw new RequestInvalidError(
    'already_asked_otherwise',
    'media: this version was asked about before with another enrollment or other options; put it again',
  );
};

/** The media reached the upload link, which is spent by that. */
export const recordMoved = (ledger: Ledger, id: string, owner: string, receipt: Receipt): Promise<void> =>
  advance(ledger, id, owner, 'moved', { set: { receipt }, remove: [UPLOAD_LINK] }, ({ receipt }) => !!receipt);

export const claimedElsewhere = () =>
  new ClaimedElsewhereError('claimed_elsewhere', 'another execution is working on this request');

/** Takes a record one phase further. A change that was made before is not made again, and is none that failed. */
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
  const standing = await ownRecord(ledger, id, owner);
  if (!isDone(standing)) throw new TypeError(`a record in phase ${standing.phase} cannot become ${phase}`);
};

/**
 * The open record of this execution.
 * @throws AlreadyDecidedError, ClaimedElsewhereError when it is something else
 */
export const ownRecord = async (ledger: Ledger, id: string, owner: string): Promise<LedgerRecord> => {
  const record = await readRecord(ledger, id);
  if (!record) throw new TypeError('the record is not there');
  if (isEnd(record.phase)) throw new AlreadyDecidedError('already_decided', id);
  if (record.owner !== owner) throw claimedElsewhere();
  return record;
};
