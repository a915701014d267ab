import { startExecution } from '../shared/aws/executions.ts';
import { walkInbox } from '../shared/aws/media-store.ts';
import { idOfDropped } from '../shared/domain/case-id.ts';
import { type Dropped, executionNameOf, isKnown, requestOfDropped, ticketIdIn } from '../shared/domain/drop.ts';
import { env } from '../shared/lambda/env.ts';
import { job, logError } from '../shared/lambda/job.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { recordedAmong } from '../shared/ledger/records.ts';
import { storeSweepPosition, takeSweepPosition } from '../shared/ledger/sweep-position.ts';
import { readTickets } from '../shared/ledger/tickets.ts';

/** What one batch may take, starts and retries included; the walk ends when less is left. Milliseconds. */
const BATCH_MS = 30_000;

/**
 * Woken every few minutes. Asks of every drop that has lain in the inbox for a while whether anything has become of it, and
 * starts those of which nothing has, just as the rule would have: S3's event came late, or never. What is in order and what
 * is not is ClaimRequest's to say. It claims nothing; starting a drop twice is harmless.
 */
export const handler = job('SweepInbox', async ({ remainingMs }) => {
  const table = env('TABLE_NAME');
  const before = new Date(Date.now() - env('UNCLAIMED_MINUTES') * 60_000);
  const tally = { seen: 0, failed: 0 };
  let unclaimed = 0;
  try {
    for await (const { dropped, behind } of walkInbox(env('MEDIA_BUCKET'), await takeSweepPosition(table))) {
      const due = dropped.filter(({ putAt }) => putAt <= before);
      const forgotten = await forgottenAmong(table, due);
      tally.seen += due.length;
      unclaimed += forgotten.length;
      tally.failed += (await Promise.all(forgotten.map(start))).filter((isStarted) => !isStarted).length;
      if (!behind || remainingMs() >= BATCH_MS) continue;
      await storeSweepPosition(table, behind);
      break;
    }
  } finally {
    emit('UnclaimedDrops', unclaimed);
  }
  return tally;
});

/** The drops of a batch that have no record, and were not entered under a ticket either. */
const forgottenAmong = async (table: string, batch: readonly Dropped[]): Promise<Dropped[]> => {
  const tickets = await readTickets(
    table,
    batch.flatMap(({ key }) => ticketIdIn(key) ?? []),
  );
  const own = batch.map((dropped) => ({ dropped, ownId: idOfDropped(env('MEDIA_BUCKET'), dropped) }));
  const [drops, firsts] = await Promise.all([
    recordedAmong(
      table,
      own.map(({ ownId }) => ownId),
    ),
    recordedAmong(table, [...tickets.keys()]),
  ]);
  const recorded = new Set([...drops, ...firsts]);
  return own
    .filter(({ dropped, ownId }) => {
      const ticket = tickets.get(ticketIdIn(dropped.key) ?? '');
      return !isKnown(dropped, { ownId, ticket, recorded });
    })
    .map(({ dropped }) => dropped);
};

/** One that cannot be started is left for the next sweep; the others do not wait for it. */
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
