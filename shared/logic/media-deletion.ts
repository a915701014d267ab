import { deleteUploads } from '../aws/delete-versions.ts';
import { deleteMedia } from '../aws/media-store.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { freeMedia } from '../ledger/holds.ts';
import type { Ledger } from '../ledger/records.ts';
import { readTicket } from '../ledger/tickets.ts';

/**
 * After this time a follow-up starts no other page of uploads. A write for each version is 1.2 ms of the function's CPU (0.35 ms of a
 * whole one, measured): a page takes 1.2 s alone, and 12 s where all of a group delete one, so that each ends within its time.
 * Milliseconds.
 */
const UPLOADS_MS = 10_000;

/**
 * Deletes the media of a case: the claimed version, or the dropped one that was never claimed, its copies, and all uploads of its
 * ticket. A version that another case holds stays; that case deletes it.
 * @returns false when more is left than one follow-up deletes
 */
export const deleteMediaOf = async (
  { ledger, mediaBucket: bucket }: { ledger: Ledger; mediaBucket: string },
  record: LedgerRecord,
): Promise<boolean> => {
  const { revalidationId, media, object, copies = [] } = record;
  const isFree = (key: string, versionId: string) => freeMedia(ledger, { bucket, key, versionId }, revalidationId);
  const own = media ?? object;
  for (const versionId of own ? [own.versionId, ...copies] : []) {
    if (own && versionId && (await isFree(own.key, versionId))) await deleteMedia(bucket, { key: own.key, versionId });
  }
  const { upload } = (await readTicket(ledger.table, revalidationId)) ?? {};
  if (!upload) return true;
  const isKept = async (versionId: string) => !(await isFree(upload.key, versionId));
  const begunAt = Date.now();
  return deleteUploads(bucket, upload.key, isKept, () => Date.now() - begunAt < UPLOADS_MS);
};
