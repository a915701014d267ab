import * as z from 'zod/mini';
import { type Attempt, withAttempt } from '../domain/creation.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Validation } from '../domain/revalidation.ts';
import { advance, keyOf, type Ledger, readAlive, UPLOAD_LINK } from './ledger.ts';
import { getItem, updateItem } from './table.ts';

/** What is known of a creation: its attempt, and validations that were created for it and will never be used. */
export type Fate = { attempt: Attempt; orphans: readonly string[] };

/** The attempts and orphans of a record, with a new one among them. Saying so twice is the same as once. */
export const withFate = ({ attempts, orphans = [] }: Pick<LedgerRecord, 'attempts' | 'orphans'>, fate: Fate) => {
  const all = [...new Set([...orphans, ...fate.orphans])];
  return { attempts: withAttempt(attempts, fate.attempt), ...(all.length > 0 ? { orphans: all } : {}) };
};

/**
 * The validation of this claim, paid for: whatever Truora said of it in ONE write, the upload link too, so that from here on
 * nothing of it can get lost. Saying so twice is the same as once.
 */
export const recordCreated = (
  ledger: Ledger,
  record: Pick<LedgerRecord, 'revalidationId' | 'owner' | 'attempts' | 'orphans'>,
  { uploadLink, validationId, ...used }: Validation & { uploadLink: string },
  fate: Fate,
): Promise<void> =>
  advance(
    ledger,
    record.revalidationId,
    record.owner,
    'created',
    { set: { validationId, used, [UPLOAD_LINK]: uploadLink, ...withFate(record, fate) } },
    (standing) => standing.validationId === validationId,
  );

/**
 * What became of an attempt that led to no validation of its record's own, ended or not. A record that is gone stays gone.
 * The list is read and written by whoever holds the person's intent, so nobody else writes in between.
 */
export const recordFate = async (
  ledger: Ledger,
  record: Pick<LedgerRecord, 'revalidationId' | 'attempts' | 'orphans'>,
  fate: Fate,
): Promise<void> => {
  const { revalidationId } = record;
  await updateItem(ledger.table, keyOf(revalidationId), {
    set: withFate(record, fate),
    when: { revalidationId: [revalidationId] },
  });
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
