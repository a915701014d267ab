import { AnnouncedCase } from '../shared/domain/announcement.ts';
import { evidenceFromEnv, ledgerFromEnv } from '../shared/lambda/clients.ts';
import { job } from '../shared/lambda/job.ts';
import { readRecord } from '../shared/ledger/records.ts';
import { evidenceOf } from '../shared/logic/evidence.ts';

/**
 * Runs for each outcome and each amendment on our bus, beside the machine: what fails here delays no case. Signs the evidence of the
 * case and stores it. A repeated or late event changes nothing, and a record whose retention is over gets none.
 */
export const handler = job('SignEvidence', async ({ event }) => {
  const { revalidationId } = AnnouncedCase.parse(event).detail;
  const record = await readRecord(ledgerFromEnv(), revalidationId);
  await evidenceOf(evidenceFromEnv(), revalidationId, record);
  return { seen: 1, failed: 0 };
});
