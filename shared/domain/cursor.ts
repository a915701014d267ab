import * as z from 'zod/mini';
import { RequestInvalidError } from './errors.ts';
import { RevalidationId } from './ids.ts';
import { Timestamp } from './revalidation.ts';

/** Where a page ended. It names no person: whose list it is, the call itself has to say. */
const Place = z.strictObject({ revalidationId: RevalidationId, claimedAt: Timestamp });
export type Place = z.infer<typeof Place>;

export const writeCursor = (place: Place): string =>
  Buffer.from(JSON.stringify(Place.parse(place))).toString('base64url');

/** @throws RequestInvalidError for a text that we did not write */
export const readCursor = (cursor: string): Place => {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    const detail = 'must be the cursor of the page before';
    throw new RequestInvalidError('request_invalid', `cursor: ${detail}`, [
      { path: 'cursor', code: 'malformed', detail },
    ]);
  }
};
