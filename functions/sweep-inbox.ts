import { startExecution } from '../shared/aws/executions.ts';
import { walkInbox } from '../shared/aws/media-store.ts';
import { idOfDropped } from '../shared/domain/case-id.ts';
import { type Dropped, executionNameOf, requestOfDropped } from '../shared/domain/drop.ts';
import { env } from '../shared/lambda/env.ts';
import { job, logError } from '../shared/lambda/job.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { storeSweepPosition, takeSweepPosition } from '../shared/ledger/sweep-position.ts';
import { unknownAmong } from '../shared/logic/locate.ts';

/** What one batch may take, starts and retries included; the walk ends when less is left. Milliseconds. */
const BATCH_MS = 30_000;

/**
 * Runs every few minutes. Looks for drops that have been in the inbox for a while and have no case, and starts them as the rule
 * does: S3's event came late, or never. ClaimRequest decides what is in order. The sweep claims nothing; starting a drop twice is
 * harmless.
 */
export const handler = job('SweepInbox', async ({ remainingMs }) => {
  const table = env('TABLE_NAME');
  const bucket = env('MEDIA_BUCKET');
  const before = new Date(Date.now() - env('UNCLAIMED_MINUTES') * 60_000);
  const tally = { seen: 0, failed: 0 };
  let unclaimed = 0;
  try {
    for await (const { dropped, behind } of walkInbox(bucket, await takeSweepPosition(table))) {
      const old = dropped.filter(({ putAt }) => putAt <= before);
      const unknown = await unknownAmong(table, bucket, old);
      tally.seen += old.length;
      unclaimed += unknown.length;
      tally.failed += (await Promise.all(unknown.map(start))).filter((isStarted) => !isStarted).length;
      if (!behind || remainingMs() >= BATCH_MS) continue;
      await storeSweepPosition(table, behind);
      break;
    }
  } finally {
    emit('UnclaimedDrops', unclaimed);
  }
  return tally;
});

/** A drop that cannot be started is left for the next sweep; the others do not wait for it. */
const start = async (dropped: Dropped): Promise<boolean> => {
  const id = idOfDropped(env('MEDIA_BUCKET'), dropped);
  const request = requestOfDropped(env('MEDIA_BUCKET'), dropped);
  try {
    await startExecution(env('MACHINE_ARN'), executionNameOf(id, dropped, new Date()), request);
    return true;
  } catch (error) {
    logError('SweepInbox', error, id);
    return false;
  }
};
