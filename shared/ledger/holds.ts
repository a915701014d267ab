import { createHash } from 'node:crypto';
import { updateItem } from '../aws/dynamodb.ts';
import { secondsAfter } from './keys.ts';
import type { Ledger } from './records.ts';

/** One version of one object. */
type Version = { bucket: string; key: string; versionId: string };

/** Hashed, because a key and a version id together may be longer than a key of the ledger. */
const keyOf = ({ bucket, key, versionId }: Version): string =>
  `HOLD#${createHash('sha256')
    .update(JSON.stringify([bucket, key, versionId]))
    .digest('hex')}`;

/**
 * Holds a version of the media for a case. Several cases may hold it: a call about a drop, or a forced case. Each claim adds a
 * hold, each case's deletion removes its hold, and the last one frees the version permanently. One item decides between that
 * and a new hold, so no media of an open case is deleted.
 * @returns false when the version was freed before
 */
export const holdMedia = async (ledger: Ledger, version: Version, revalidationId: string): Promise<boolean> => {
  const held = await updateItem(ledger.table, keyOf(version), {
    set: { expiresAt: lifeOf(ledger) },
    add: { holders: revalidationId },
    when: { freed: [] },
    orAbsent: true,
  });
  return held !== undefined;
};

/**
 * Removes a hold. One write is enough for a version that no case ever held, like most uploads of a flooded ticket.
 * @returns true when no case holds it or can hold it again: it may be deleted
 */
export const freeMedia = async (ledger: Ledger, version: Version, revalidationId: string): Promise<boolean> => {
  const pk = keyOf(version);
  const close = () =>
    updateItem(ledger.table, pk, {
      set: { freed: new Date().toISOString(), expiresAt: lifeOf(ledger) },
      when: { holders: [] },
    });
  if (await close()) return true;
  const left = await updateItem(ledger.table, pk, {
    set: { expiresAt: lifeOf(ledger) },
    take: { holders: revalidationId },
  });
  return left?.holders === undefined && (await close()) !== undefined;
};

/** The expiry of a record that is written now. Seconds since 1970. */
const lifeOf = ({ retentionDays }: Ledger): number => secondsAfter(new Date(), retentionDays * 86_400);
