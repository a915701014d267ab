import type { Health } from '../domain/console.ts';
import { defined } from '../domain/defined.ts';
import { countDue } from '../ledger/follow-ups.ts';
import { markedJobs, readJobMarks } from '../ledger/job-marks.ts';
import { countedOn, readThrottle } from '../ledger/kill-switch.ts';

/**
 * What the deployment has to do now, and what keeps it from it.
 * @param budget the most validations that may be created on one day
 * @param overdueSeconds how late a follow-up may be while the sweeps run
 */
export const readHealth = async (
  table: string,
  { now, budget, overdueSeconds }: { now: Date; budget: number | undefined; overdueSeconds: number },
): Promise<Health> => {
  const [due, { closed, notBefore }, callsToday, marks] = await Promise.all([
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
    keyDays: marks.find(({ name }) => name === 'CheckKey')?.keyDays,
  });
};
