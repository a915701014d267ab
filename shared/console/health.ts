import { countMessages } from '../aws/queues.ts';
import type { Access } from '../aws/signed-call.ts';
import { deadLetterQueues, type Health } from '../domain/console.ts';
import { defined } from '../domain/defined.ts';
import { countDue } from '../ledger/follow-ups.ts';
import { markedJobs, readJobMarks } from '../ledger/job-marks.ts';
import { countedOn, readThrottle } from '../ledger/kill-switch.ts';

/** The messages of each dead-letter queue that the deployment has. A queue that cannot be asked does not hide the rest. */
export const countDeadLetters = (
  access: Access,
  addresses: Readonly<Record<string, string>>,
): Promise<Health['deadLetters']> =>
  Promise.all(
    deadLetterQueues
      .filter((queue) => addresses[queue] !== undefined)
      .map(async (queue) => {
        const messages = await countMessages(access, addresses[queue] ?? '').catch(() => undefined);
        return defined({ queue, messages });
      }),
  );

/**
 * What the deployment has to do now, and what keeps it from it.
 * @param budget the most validations that may be created on one day
 * @param deadLetters how many messages each dead-letter queue holds
 * @param overdueSeconds how late a follow-up may be while the sweeps run
 */
export const readHealth = async (
  table: string,
  {
    now,
    budget,
    overdueSeconds,
    deadLetters,
  }: {
    now: Date;
    budget: number | undefined;
    overdueSeconds: number;
    deadLetters: () => Promise<Health['deadLetters']>;
  },
): Promise<Health> => {
  const [letters, due, { closed, notBefore }, callsToday, marks] = await Promise.all([
    deadLetters(),
    countDue(table, now),
    readThrottle(table),
    countedOn(table, now),
    readJobMarks(table),
  ]);
  const latest = new Date(now.getTime() - overdueSeconds * 1000).toISOString();
  return defined({
    at: now.toISOString(),
    followUps: defined({
      due: due.length,
      overdue: due.filter((at) => at < latest).length,
      oldest: due[0],
    }),
    throttle: defined({
      isClosed: closed !== undefined,
      reason: closed,
      notBefore: notBefore !== undefined && notBefore > now.toISOString() ? notBefore : undefined,
      callsToday,
      budget,
    }),
    jobs: markedJobs
      .flatMap((name) => marks.find((mark) => mark.name === name) ?? [])
      .map(({ keyDays: _, ...job }) => job),
    deadLetters: letters,
    keyDays: marks.find(({ name }) => name === 'CheckKey')?.keyDays,
  });
};
