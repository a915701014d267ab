import { getItem, type Item } from '../aws/dynamodb.ts';
import { type ListedVersion, versionsUnder } from '../aws/versions-under.ts';
import { LedgerRecord } from '../domain/record.ts';
import { personItems } from '../ledger/person-items.ts';
import { SECRETS } from '../ledger/records.ts';
import { personOf } from '../ledger/tombstones.ts';
import { foldersOf } from './erase-item.ts';

/** Everything that is held about a person: names of media, never its bytes, and no token and no link. */
export type Held = {
  accountId: string;
  person: string;
  items: Item[];
  media: ListedVersion[];
  /** The cases that may have signed evidence. */
  evidenceOf: string[];
  enrollments: string[];
};

/** Attributes that are secrets or names of our own writes, and say nothing about the person. */
const ours = [...SECRETS, 'taskToken', 'attemptsVersion', 'opening', 'shard'];

const withoutOurs = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !ours.includes(name))) as Item;

/** Reads what is held about a person. It reads, and pays for, the whole table. */
export const heldAbout = async (
  { table, mediaBucket }: { table: string; mediaBucket: string },
  accountId: string,
): Promise<Held> => {
  const person = personOf(accountId);
  const items: Item[] = [];
  const add = async (pk: string) => {
    const item = await getItem(table, pk);
    if (item) items.push(withoutOurs(item));
  };
  for await (const page of personItems(table)) {
    for (const item of page.items.filter((one) => one.person === person)) await add(item.pk);
  }
  const records = items.flatMap((item) => LedgerRecord.safeParse(item).data ?? []);
  const validations = records.flatMap(({ validationId, orphans = [] }) => [validationId, ...orphans]);
  for (const id of validations.filter((one) => one !== undefined)) {
    for (const kind of ['VLD', 'WAIT', 'RETRY']) await add(`${kind}#${id}`);
  }
  const places = [...foldersOf(accountId), ...records.flatMap(({ media, object }) => (media ?? object)?.key ?? [])];
  const media = new Map<string, ListedVersion>();
  for (const place of new Set(places)) {
    for await (const version of versionsUnder(mediaBucket, place)) {
      if (place.endsWith('/') || version.key === place) media.set(`${version.key} ${version.versionId}`, version);
    }
  }
  return {
    accountId,
    person,
    items,
    media: [...media.values()],
    evidenceOf: records.filter(({ outcome }) => outcome).map(({ revalidationId }) => revalidationId),
    enrollments: [
      ...new Set(items.flatMap(({ enrollmentId }) => (typeof enrollmentId === 'string' ? [enrollmentId] : []))),
    ],
  };
};
