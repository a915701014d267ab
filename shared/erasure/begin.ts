import { nameErased, readCertificate } from '../aws/erasure-store.ts';
import { CallRefusedError } from '../domain/problem.ts';
import { keyOf } from '../ledger/keys.ts';
import { readHold } from '../ledger/legal-holds.ts';
import { listRecords } from '../ledger/records.ts';
import {
  noteAccount,
  personOf,
  putTombstone,
  quietSeconds,
  readTombstone,
  type Tombstone,
} from '../ledger/tombstones.ts';
import { type ErasureSettings, eraseItem, eraseMedia } from './erase-item.ts';

/** Who asked for an erasure, and why. */
export type Request = Pick<Tombstone, 'requestedBy' | 'reason'> & { accountId: string };

export type Erasure = { tombstone: Tombstone; certificate: string | undefined };

/**
 * Begins the erasure of a person: the tombstone first, so that nothing new is claimed; then what the index of the person's cases shows is
 * erased at once, as far as the time lasts. The sweep does the rest and certifies it. A repeat changes nothing.
 * @throws CallRefusedError `legal_hold`
 */
export const beginErasure = async (settings: ErasureSettings, { accountId, ...request }: Request): Promise<Erasure> => {
  const { ledger, erasureBucket, settleSeconds } = settings;
  const { table } = ledger;
  const person = personOf(accountId);
  const existing = await readTombstone(table, person);
  if (existing?.finishedAt && !existing.dueAt) {
    const certificate = existing.isCertified ? await readCertificate(erasureBucket, person) : undefined;
    return { tombstone: existing, certificate };
  }
  // One that the comparison wrote knows the hash only: the media and the rest are found by the account id.
  if (existing) await noteAccount(table, person, accountId);
  else {
    const holdUntil = await readHold(table, accountId);
    if (holdUntil) throw new CallRefusedError('legal_hold', `accountId: must be kept until ${holdUntil}`);
    // Outside of the table first: a restored table that has no tombstone finds it here.
    await nameErased(erasureBucket, person);
    const requestedAt = new Date().toISOString();
    await putTombstone(table, { person, requestedAt, accountId, ...request }, quietSeconds(settleSeconds));
  }
  await eraseIndexed(settings, person, accountId);
  const tombstone = await readTombstone(table, person);
  if (!tombstone) throw new TypeError('the tombstone is gone');
  return { tombstone, certificate: undefined };
};

/** Records of one page. A blank record leaves the index, so each page begins at the start. */
const PAGE = 25;

const eraseIndexed = async (settings: ErasureSettings, person: string, accountId: string): Promise<void> => {
  const seen = new Set<string>();
  while (settings.hasTime()) {
    const { records } = await listRecords(settings.ledger, accountId, { limit: PAGE });
    const fresh = records.filter(({ revalidationId }) => !seen.has(revalidationId));
    if (fresh.length === 0) break;
    for (const { revalidationId } of fresh) {
      seen.add(revalidationId);
      if (settings.hasTime()) await eraseItem(settings, { pk: keyOf(revalidationId), person, accountId });
    }
  }
  if (settings.hasTime()) await eraseMedia(settings, person, accountId);
};
