import { getItem, updateItem } from '../aws/dynamodb.ts';
import { Place } from '../domain/drop.ts';

const POSITION = 'SWEEP#inbox';

/** Where the last walk ran out of time, if it did. It is taken away: a walk that dies begins anew, so no place can block it. */
export const takeSweepPosition = async (table: string): Promise<Place | undefined> => {
  const { data: place } = Place.safeParse((await getItem(table, PLACE))?.place);
  if (place) await updateItem(table, PLACE, { set: { takenAt: new Date().toISOString() }, remove: ['place'] });
  return place;
};

/** Leaves the place for the next walk. Of two that overlap the later one's stands: some drops are then looked at twice. */
export const storeSweepPosition = async (table: string, place: Place): Promise<void> => {
  await updateItem(table, PLACE, { set: { place, keptAt: new Date().toISOString() } });
};
