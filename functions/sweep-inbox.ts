import { env } from '../shared/lambda/env.ts';
import { job, leaveMark, logError } from '../shared/lambda/job.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { sweepInbox } from '../shared/logic/inbox-sweep.ts';

/**
 * Runs every few minutes. Looks for drops that have been in the inbox for a while and have no case, and starts them as the rule
 * does: S3's event came late, or never. ClaimRequest decides what is in order. The sweep claims nothing; starting a drop twice is
 * harmless.
 */
export const handler = job('SweepInbox', async ({ remainingMs }) => {
  const tally = await sweepInbox({
    table: env('TABLE_NAME'),
    mediaBucket: env('MEDIA_BUCKET'),
    machineArn: env('MACHINE_ARN'),
    unclaimedMinutes: env('UNCLAIMED_MINUTES'),
    remainingMs,
    emitUnclaimed: (count) => emit('UnclaimedDrops', count),
    logFailure: (error, id) => logError('SweepInbox', error, id),
  });
  return leaveMark('SweepInbox', tally);
});
