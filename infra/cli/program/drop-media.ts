import { setTimeout as wait } from 'node:timers/promises';
import { idOfDropped } from '../../../shared/domain/case-id.ts';
import { writeInboxKey } from '../../../shared/domain/drop.ts';
import type { Outcome } from '../../../shared/domain/revalidation.ts';
import { readRecord } from '../../../shared/ledger/records.ts';
import { drop, registerEnrollment } from '../../local/put-media.ts';
import { type Connected, ledgerOf, outputOf } from './deployment.ts';
import type { Requested } from './request.ts';

/** Drops media into the inbox. @returns the version, and the id of its re-validation */
export const dropMedia = async (
  connected: Connected,
  { media, ...details }: Omit<Requested, 'forceNew'>,
): Promise<{ revalidationId: string; versionId: string }> => {
  const { running } = connected;
  const { accountId, enrollmentId } = details;
  if (running?.autoEnroll) await registerEnrollment(running.sandboxOrigin, { accountId, enrollmentId });
  const bucket = outputOf(connected, 'MediaBucket');
  const { name, content } = media;
  const at = running ?? { bucket };
  const versionId = await drop(at, { ...details, name, file: content });
  const key = writeInboxKey({ accountId, enrollmentId, name });
  // The id is made of the person and the version; the event of S3 also has a hash of the content, which it leaves out.
  const revalidationId = idOfDropped(bucket, { key, versionId, etag: versionId, putAt: new Date() });
  return { revalidationId, versionId };
};

/** The pause between two reads of the record. Each read is charged in AWS. Milliseconds. */
const PAUSE_MS = 2000;

const LOCAL_PAUSE_MS = 100;

/** Waits for the outcome of a case. @param until when to give up; never when left out @returns undefined when it is given up */
export const waitForOutcome = async (
  connected: Connected,
  id: string,
  until = Number.POSITIVE_INFINITY,
): Promise<Outcome | undefined> => {
  for (;;) {
    const outcome = (await readRecord(ledgerOf(connected), id))?.outcome;
    if (outcome || Date.now() > until) return outcome;
    await wait(connected.running ? LOCAL_PAUSE_MS : PAUSE_MS);
  }
};
