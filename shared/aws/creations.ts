import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { type Attempt, withAttempt } from '../domain/creation.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Validation } from '../domain/revalidation.ts';
import { advance, keyOf, type Ledger, readAlive, UPLOAD_LINK } from './ledger.ts';
import { getItem, updateItem } from './table.ts';

/**
 * What is known of a creation: its attempt, validations that were created for it and will never be used, and what it says of
 * attempts before it.
 */
export type Fate = { attempt: Attempt; orphans: readonly string[]; earlier?: readonly Attempt[] };

/** The attempts and orphans of a record, with a new one among them. Saying so twice is the same as once. */
export const withFate = ({ attempts, orphans = [] }: Pick<LedgerRecord, 'attempts' | 'orphans'>, fate: Fate) => {
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
  fate: Fate,
): Promise<void> =>
  advance(
    ledger,
    record.revalidationId,
    record.owner,
    'created',
    { set: { validationId, used, [UPLOAD_LINK]: uploadLink, [FATED]: randomUUID(), ...withFate(record, fate) } },
    (standing) => standing.validationId === validationId,
  );

/**
 * What became of an attempt that led to no validation of its record's own, ended or not. A record that is gone stays gone. It is
 * added to what stands at this moment, and written only over that: whoever comes back from the dead takes nothing away.
 */
export const recordFate = async (
  ledger: Ledger,
  { revalidationId }: Pick<LedgerRecord, 'revalidationId'>,
  fate: Fate,
): Promise<void> => {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const item = await getItem(ledger.table, keyOf(revalidationId));
    const standing = readAlive(item);
    if (!standing) return;
    const before = z.optional(z.string()).parse(item?.[FATED]);
    const written = await updateItem(ledger.table, keyOf(revalidationId), {
      set: { ...withFate(standing, fate), [FATED]: randomUUID() },
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
