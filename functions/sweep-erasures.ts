import { sweepErasures } from '../shared/erasure/sweep.ts';
import { erasureFromEnv, evidenceIfAnyFromEnv, throttleFromEnv, truoraFromEnv } from '../shared/lambda/clients.ts';
import { job, leaveMark, logError } from '../shared/lambda/job.ts';

/** What a page of items, or the calls to Truora about one person, may take. Milliseconds. */
const RESERVE_MS = 40_000;

/**
 * Runs every few minutes. Goes on with erasures until they are certified, and begins those again that a restored ledger does not know.
 * A sweep with nothing to do lists the names of erased persons and reads one item.
 */
export const handler = job('SweepErasures', async ({ remainingMs }) => {
  const tally = await sweepErasures({
    ...erasureFromEnv(() => remainingMs() > RESERVE_MS),
    truora: truoraFromEnv(),
    throttle: throttleFromEnv(),
    evidence: evidenceIfAnyFromEnv(),
    logFailure: (error) => logError('SweepErasures', error),
  });
  return leaveMark('SweepErasures', tally);
});
