import type { DayNumbers } from '../domain/console.ts';
import { defined } from '../domain/defined.ts';
import { isEnd, type OutcomeStatus, outcomeStatuses } from '../domain/lifecycle.ts';
import { explain } from '../domain/reasons.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { countedOn } from '../ledger/kill-switch.ts';
import { type Ledger, listRecordsOfDay } from '../ledger/records.ts';

/** Records of one read: as many as DynamoDB gives at once (documented: 100). */
const READ_AT_ONCE = 100;

const HOURS = 24;

/** Everything of a day but what is counted outside of its records. */
type Counted = Omit<DayNumbers, 'isComplete' | 'secondsToVerdict'>;

const emptyDay = (day: string): Counted => ({
  day,
  funnel: { claimed: 0, created: 0, moved: 0, decided: 0, approved: 0 },
  open: 0,
  ended: Object.fromEntries(outcomeStatuses.map((status) => [status, 0])) as Record<OutcomeStatus, number>,
  reasons: [],
  decidedBy: { webhook: 0, poll: 0, amended: 0 },
  hours: Array.from({ length: HOURS }, () => ({ approved: 0, declined: 0, other: 0 })),
  spend: { charges: 0, orphans: 0, counted: 0 },
});

/** Counts one record into the day. @returns the seconds from its claim to Truora's verdict, if there is one */
const countInto = (day: Counted, record: LedgerRecord): number | undefined => {
  const { phase, outcome, claimedAt, validationId, receipt, orphans = [], amendments = [] } = record;
  const { funnel, spend } = day;
  funnel.claimed += 1;
  if (validationId) funnel.created += 1;
  if (receipt) funnel.moved += 1;
  spend.charges += (validationId ? 1 : 0) + orphans.length;
  spend.orphans += orphans.length;
  if (amendments.length > 0) day.decidedBy.amended += 1;
  if (!isEnd(phase)) {
    day.open += 1;
    return undefined;
  }
  day.ended[phase] += 1;
  const hour = day.hours[new Date(claimedAt).getUTCHours()];
  if (hour) hour[phase === 'approved' || phase === 'declined' ? phase : 'other'] += 1;
  if (phase === 'approved') funnel.approved += 1;
  if (outcome?.reason) countReason(day, phase, outcome.reason);
  if (outcome?.decidedBy !== 'webhook' && outcome?.decidedBy !== 'poll') return undefined;
  funnel.decided += 1;
  day.decidedBy[outcome.decidedBy] += 1;
  return Math.max(0, (Date.parse(outcome.decidedAt) - Date.parse(claimedAt)) / 1000);
};

const countReason = ({ reasons }: Counted, status: OutcomeStatus, reason: string): void => {
  const known = reasons.find((one) => one.reason === reason && one.status === status);
  if (known) known.count += 1;
  else reasons.push({ reason, status, class: explain(reason).class, count: 1 });
};

/** The nearest rank of a sorted list. */
const rank = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;

/**
 * Counts the cases of a UTC day, a hundred at a time.
 * @param hasTime false when the answer must be given with what was read
 * @param budget the most validations that may be created on one day
 */
export const numbersOfDay = async (
  ledger: Ledger,
  day: string,
  { hasTime, budget }: { hasTime: () => boolean; budget: number | undefined },
): Promise<DayNumbers> => {
  const counted = emptyDay(day);
  const seconds: number[] = [];
  let after: Parameters<typeof listRecordsOfDay>[2]['after'];
  do {
    const page = await listRecordsOfDay(ledger, day, { limit: READ_AT_ONCE, after });
    for (const record of page.records) {
      const took = countInto(counted, record);
      if (took !== undefined) seconds.push(took);
    }
    after = page.next;
  } while (after && hasTime());
  counted.reasons.sort((a, b) => b.count - a.count);
  seconds.sort((a, b) => a - b);
  return defined({
    ...counted,
    isComplete: after === undefined,
    secondsToVerdict: seconds.length > 0 ? { p50: rank(seconds, 0.5), p95: rank(seconds, 0.95) } : undefined,
    spend: defined({ ...counted.spend, counted: await countedOn(ledger.table, new Date(day)), budget }),
  });
};
