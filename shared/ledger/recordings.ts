import * as z from 'zod/mini';
import { getItem, updateItem } from '../aws/dynamodb.ts';
import { isEnd } from '../domain/lifecycle.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Media } from '../domain/revalidation.ts';
import { ownRecord } from './claims.ts';
import { keyOf } from './keys.ts';
import { type Ledger, MEDIA_TOKEN, PHRASE, readAlive, readRecord } from './records.ts';

/**
 * The recording of a live capture and the task token of the execution that waits for it are on the record. Each side writes its part and
 * gets the whole record from the same write, so the second writer sees the first, in any order.
 */

/**
 * Stores the task token; it replaces an older one, which is no longer valid.
 * @returns the record, with its media if the recording came before
 * @throws AlreadyDecidedError, ClaimedElsewhereError
 */
export const storeMediaToken = async (
  ledger: Ledger,
  revalidationId: string,
  owner: string,
  taskToken: string,
): Promise<LedgerRecord> => {
  const written = await updateItem(ledger.table, keyOf(revalidationId), {
    set: { [MEDIA_TOKEN]: taskToken },
    when: { owner: [owner], phase: ['created'] },
  });
  return readAlive(written) ?? ownRecord(ledger, revalidationId, owner);
};

/** A record after a recording was entered, and the token of the execution, if it waits. */
export type Entered = { record: LedgerRecord | undefined; taskToken: string | undefined };

/** Enters a recording on the record of its case; the first one stays. Nothing is written for a case that is not waiting for one. */
export const enterRecording = async (ledger: Ledger, revalidationId: string, media: Media): Promise<Entered> => {
  const written = await updateItem(ledger.table, keyOf(revalidationId), {
    set: {},
    setIfAbsent: { media },
    when: { capture: ['live'], phase: ['created'] },
  });
  if (!written) return { record: await readRecord(ledger, revalidationId), taskToken: undefined };
  return { record: readAlive(written), taskToken: z.optional(z.string()).parse(written[MEDIA_TOKEN]) };
};

/** Whether a record still waits for its recording. */
export const isWaiting = ({ capture, phase, media }: LedgerRecord): boolean =>
  capture === 'live' && !isEnd(phase) && media === undefined;

/**
 * A record, and the phrase that its person speaks now: it is no part of `LedgerRecord`, so only the two callers that show one case to its
 * own callers read it. Undefined before the validation exists, once the recording has come, and when its time is over.
 */
export const readWithPhrase = async (
  ledger: Ledger,
  revalidationId: string,
): Promise<{ record: LedgerRecord | undefined; phrase: string | undefined }> => {
  const item = await getItem(ledger.table, keyOf(revalidationId));
  const record = readAlive(item);
  const before = record?.used?.recordBefore;
  const isDue = record !== undefined && isWaiting(record) && before !== undefined && Date.now() < Date.parse(before);
  return { record, phrase: isDue ? z.optional(z.string()).parse(item?.[PHRASE]) : undefined };
};
