import { getItem, updateItem } from '../aws/dynamodb.ts';
import { Place } from '../domain/drop.ts';

const POSITION = 'SWEEP#inbox';

/** Reads and removes the position where the last walk ran out of time. A walk that fails starts at the beginning, so no position can block it. */
export const takeSweepPosition = async (table: string): Promise<Place | undefined> => {
  const { data: place } = Place.safeParse((await getItem(table, POSITION))?.place);
  if (place) await updateItem(table, POSITION, { set: { takenAt: new Date().toISOString() }, remove: ['place'] });
  return place;
};

/** Stores the position for the next walk. Of two overlapping walks the later write stays: some drops are then checked twice. */
export const storeSweepPosition = async (table: string, place: Place): Promise<void> => {
  await updateItem(table, POSITION, { set: { place, keptAt: new Date().toISOString() } });
};
