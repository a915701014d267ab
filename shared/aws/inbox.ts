import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import type { Dropped } from '../domain/dropped.ts';
import { INBOX } from '../domain/inbox-key.ts';
import { s3 } from './clients.ts';
import { getItem, updateItem } from './table.ts';

/** Drops that are handed over at once: as many as DynamoDB reads at once. */
const BATCH = 100;

/** A version in the list, behind which it goes on. */
const Place = z.object({ key: z.string(), versionId: z.string() });
export type Place = z.infer<typeof Place>;

/** Keys come URL-encoded, since XML cannot hold every one; a plus is a space (seen). */
const decoded = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

/**
 * Every version under the inbox, key by key, the newest of each first; delete markers are passed over.
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
    const found = (page.Versions ?? []).map(({ Key = '', VersionId = '', ETag = '', LastModified }) => ({
      key: decoded(Key),
      versionId: VersionId,
      etag: ETag.replaceAll('"', ''),
      putAt: LastModified ?? new Date(),
    }));
    more = page.IsTruncated === true;
    place = more
      ? Place.parse({ key: decoded(page.NextKeyMarker ?? ''), versionId: page.NextVersionIdMarker })
      : undefined;
    for (let start = 0; start < Math.max(found.length, 1); start += BATCH) {
      const dropped = found.slice(start, start + BATCH);
      const isLast = start + BATCH >= found.length;
      yield { dropped, behind: isLast ? place : Place.parse(dropped.at(-1)) };
    }
  }
}

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
