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
 * Which cases need a version of the media. Several may: a call about a drop, or one that is forced anew. Each claim holds,
 * each case's own deletion lets go, and the last one to let go frees the version for good: between that and a new hold one
 * item decides, so nothing is deleted under an open case.
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
 * Lets go of a version. One write for a version that no case ever held, as nearly all uploads under a flooded ticket are.
 * @returns whether nothing holds it, nor ever will: it may be deleted
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

/** As long as a record that was written now. */
const lifeOf = ({ retentionDays }: Ledger): number => secondsAfter(new Date(), retentionDays * 86_400);
