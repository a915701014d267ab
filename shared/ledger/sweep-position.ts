import * as z from 'zod/mini';
import { getItem, updateItem } from '../aws/dynamodb.ts';
import { Place } from '../domain/drop.ts';
import { Timestamp } from '../domain/revalidation.ts';

const POSITION = 'SWEEP#inbox';

/** How often every drop in the inbox is looked up, also one that earlier walks have looked up many times. Milliseconds. */
export const WHOLE_EVERY_MS = 3_600_000;

/** A walk over the inbox: where it begins, and whether it looks up every drop or only the recent ones. */
export type Walk = { place: Place | undefined; isWhole: boolean };

const Position = z.object({
  place: z.optional(Place),
  isWhole: z._default(z.boolean(), true),
  /** When the last whole walk reached the end. */
  wholeAt: z.optional(Timestamp),
});

/**
 * Reads and removes the position where the last walk ran out of time. A walk that fails starts at the beginning, so no position can
 * block it; a whole walk that fails is begun again by the next sweep.
 */
export const takeWalk = async (table: string, now: Date): Promise<Walk> => {
  const { data } = Position.safeParse((await getItem(table, POSITION)) ?? {});
  const { place, isWhole = true, wholeAt } = data ?? {};
  if (!place) return { place, isWhole: !wholeAt || now.getTime() - Date.parse(wholeAt) >= WHOLE_EVERY_MS };
  await updateItem(table, POSITION, { set: { takenAt: now.toISOString() }, remove: ['place', 'isWhole'] });
  return { place, isWhole };
};

/** Stores the position for the next walk. Of two overlapping walks the later write stays: some drops are then checked twice. */
export const storeWalk = async (table: string, { place, isWhole }: Walk): Promise<void> => {
  await updateItem(table, POSITION, { set: { place, isWhole, keptAt: new Date().toISOString() } });
};

/** Notes that a whole walk has reached the end. */
export const endWholeWalk = async (table: string): Promise<void> => {
  await updateItem(table, POSITION, { set: { wholeAt: new Date().toISOString() } });
};
