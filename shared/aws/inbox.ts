import { type DeleteMarkerEntry, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import type { Dropped } from '../domain/dropped.ts';
import { INBOX } from '../domain/inbox-key.ts';
import { s3 } from './clients.ts';
import { getItem, updateItem } from './table.ts';

/** Drops that are handed over at once: as many as DynamoDB reads at once. */
const BATCH = 100;

/**
 * A version in the list, behind which it goes on; and when its key was last deleted, if a newer marker of that was passed.
 * Milliseconds since 1970.
 */
const Place = z.object({ key: z.string(), versionId: z.string(), deletedAt: z.optional(z.number()) });
export type Place = z.infer<typeof Place>;

/** Keys come URL-encoded, since XML cannot hold every one; a plus is a space (seen). */
export const decoded = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

/**
 * Every version under the inbox, key by key, the newest of each first. What was deleted by a marker on top of it was
 * withdrawn by whoever dropped it, and is passed over as the markers are; S3 keeps time in seconds, so of the same second only
 * a marker that is the key's newest is.
 * @param from where an earlier walk has left off; at the beginning when left out
 * @returns batches, and the place behind each, which is undefined behind the last
 */
export async function* walkInbox(
  bucket: string,
  from?: Place,
): AsyncGenerator<{ dropped: Dropped[]; behind: Place | undefined }> {
  for (let place = from, more = true; more; ) {
    const page = await s3().send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: INBOX,
        EncodingType: 'url',
        ...(place ? { KeyMarker: place.key, VersionIdMarker: place.versionId } : {}),
      }),
    );
    const deletions = deletionsOn(page, place);
    const found = (page.Versions ?? []).map(({ Key = '', VersionId = '', ETag = '', LastModified }) => ({
      key: decoded(Key),
      versionId: VersionId,
      etag: ETag.replaceAll('"', ''),
      putAt: LastModified ?? new Date(),
    }));
    const placeAt = (key: string, versionId: string | undefined): Place =>
      Place.parse({ key, versionId, deletedAt: deletions.get(key) });
    more = page.IsTruncated === true;
    place = more ? placeAt(decoded(page.NextKeyMarker ?? ''), page.NextVersionIdMarker) : undefined;
    for (let start = 0; start < Math.max(found.length, 1); start += BATCH) {
      const batch = found.slice(start, start + BATCH);
      const isLast = start + BATCH >= found.length;
      const dropped = batch.filter(({ key, putAt }) => putAt.getTime() > (deletions.get(key) ?? -1));
      const { key = '', versionId } = batch.at(-1) ?? {};
      yield { dropped, behind: isLast ? place : placeAt(key, versionId) };
    }
  }
}

/**
 * When each key was last deleted, as far as the list has come: what was put up to then was withdrawn. Of a key that was put
 * again the marker counts for what lies before its second.
 */
const deletionsOn = (
  { DeleteMarkers = [] }: { DeleteMarkers?: DeleteMarkerEntry[] | undefined },
  place: Place | undefined,
): Map<string, number> => {
  const deletions = new Map(place?.deletedAt === undefined ? [] : [[place.key, place.deletedAt]]);
  for (const { Key = '', LastModified, IsLatest } of DeleteMarkers) {
    const at = (LastModified ?? new Date(0)).getTime();
    const before = IsLatest ? at : at - 1;
    const key = decoded(Key);
    deletions.set(key, Math.max(before, deletions.get(key) ?? before));
  }
  return deletions;
};

const PLACE = 'SWEEP#inbox';

/** Where the last walk ran out of time, if it did. It is taken away: a walk that dies begins anew, so no place can block it. */
export const takePlace = async (table: string): Promise<Place | undefined> => {
  const { data: place } = Place.safeParse((await getItem(table, PLACE))?.place);
  if (place) await updateItem(table, PLACE, { set: { takenAt: new Date().toISOString() }, remove: ['place'] });
  return place;
};

/** Leaves the place for the next walk. Of two that overlap the later one's stands: some drops are then looked at twice. */
export const keepPlace = async (table: string, place: Place): Promise<void> => {
  await updateItem(table, PLACE, { set: { place, keptAt: new Date().toISOString() } });
};
