import { readRecord } from '../shared/aws/ledger.ts';
import { readCaught } from '../shared/domain/caught.ts';
import { ledgerFromEnv } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';

/**
 * The only other step of a request that was decided before: a second copy of an event, a call made twice. Gives back the
 * stored outcome as if it had just been reached, and pays for nothing.
 */
export const handler = step('ReadOutcome', async ({ repeat }) => {
  const record = await readRecord(ledgerFromEnv(), readCaught(repeat).detail);
  if (!record?.outcome) throw new TypeError('the decided record is not there');
  return record.outcome;
});
