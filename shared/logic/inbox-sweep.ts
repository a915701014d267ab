import { startExecution } from '../aws/executions.ts';
import { walkInbox } from '../aws/media-store.ts';
import { idOfDropped } from '../domain/case-id.ts';
import { type Dropped, executionNameOf, requestOfDropped } from '../domain/drop.ts';
import { endWholeWalk, storeWalk, takeWalk, WHOLE_EVERY_MS } from '../ledger/sweep-position.ts';
import { unknownAmong } from './locate.ts';

/** What one batch may take, with its starts and retries. The walk ends when less time is left. Milliseconds. */
const BATCH_MS = 30_000;

/** What a sweep of the inbox works with, as the deployment decides it. */
export type InboxSettings = {
  table: string;
  mediaBucket: string;
  machineArn: string;
  /** Minutes after which a drop without a case is started. */
  unclaimedMinutes: number;
  remainingMs: () => number;
  /** Counts the drops without a case; called once, also when the walk fails. */
  emitUnclaimed: (count: number) => void;
  /** Logs a drop that could not be started. */
  logFailure: (error: unknown, revalidationId: string) => void;
};

/**
 * Starts the drops that have been in the inbox for a while and have no case, with the input that the rule would have given. It claims
 * nothing, and starting a drop twice is harmless. The next walk continues where the time of this one ran out.
 *
 * Each sweep looks up the drops of the last hour, and one sweep an hour looks up all: media stays in the inbox for a day, and a lookup of
 * each drop every five minutes would cost as much as all writes of its case.
 */
export const sweepInbox = async (settings: InboxSettings): Promise<{ seen: number; failed: number }> => {
  const { table, mediaBucket, remainingMs } = settings;
  const now = new Date();
  const before = new Date(now.getTime() - settings.unclaimedMinutes * 60_000);
  const { place, isWhole } = await takeWalk(table, now);
  const after = new Date(isWhole ? 0 : before.getTime() - WHOLE_EVERY_MS);
  const tally = { seen: 0, failed: 0 };
  let unclaimed = 0;
  try {
    for await (const { dropped, behind } of walkInbox(mediaBucket, place)) {
      const due = dropped.filter(({ putAt }) => putAt <= before && putAt > after);
      const unknown = await unknownAmong(table, mediaBucket, due);
      tally.seen += due.length;
      unclaimed += unknown.length;
      const started = await Promise.all(unknown.map((one) => start(settings, one)));
      tally.failed += started.filter((isStarted) => !isStarted).length;
      if (!behind || remainingMs() >= BATCH_MS) continue;
      await storeWalk(table, { place: behind, isWhole });
      return tally;
    }
    // What has no case yet is looked up, and counted for its alarm, until it has one.
    if (isWhole && unclaimed === 0) await endWholeWalk(table);
  } finally {
    settings.emitUnclaimed(unclaimed);
  }
  return tally;
};

/** A drop that cannot be started is left for the next sweep; the others do not wait for it. */
const start = async ({ mediaBucket, machineArn, logFailure }: InboxSettings, dropped: Dropped): Promise<boolean> => {
  const id = idOfDropped(mediaBucket, dropped);
  const request = requestOfDropped(mediaBucket, dropped);
  try {
    await startExecution(machineArn, executionNameOf(id, dropped, new Date()), request);
    return true;
  } catch (error) {
    logFailure(error, id);
    return false;
  }
};
