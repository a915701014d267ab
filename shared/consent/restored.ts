import { getItems } from '../aws/dynamodb.ts';
import { listNames } from '../aws/erasure-store.ts';
import { REVOKED } from '../domain/erasure-keys.ts';
import { beginRevocation, CONSENT_PREFIX } from './receipts.ts';

/** The caller on a receipt whose revocation a restore has begun again. */
const REVOKED_BY = 'iam:restore';

/** Keys of one batch (documented limit of DynamoDB). */
const BATCH = 100;

/**
 * Before a restored ledger is used: begins each revocation again that the backup does not know, by the names outside of the ledger. From
 * then on nothing is paid for, sent or decided under these receipts, and the sweep ends their cases. The receipt then holds the time of
 * this; the name's object keeps the time at which the person revoked.
 * @returns how many were missing
 */
export const bringBackRevocations = async (table: string, erasureBucket: string): Promise<number> => {
  let missing = 0;
  let after: string | undefined;
  do {
    const { names, next } = await listNames(erasureBucket, REVOKED, after);
    for (let from = 0; from < names.length; from += BATCH) {
      const keys = names.slice(from, from + BATCH).map(({ name }) => `${CONSENT_PREFIX}${name}`);
      const found = await getItems(table, keys, { consistent: true });
      // Of an erased person's receipt hashes and dates are left, and it allows nothing.
      for (const { pk } of found.filter(
        ({ revokingAt, erasedAt }) => revokingAt === undefined && erasedAt === undefined,
      )) {
        await beginRevocation(table, pk.slice(CONSENT_PREFIX.length), REVOKED_BY);
        missing += 1;
      }
    }
    after = next;
  } while (after);
  return missing;
};
