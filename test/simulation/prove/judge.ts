import { isDeepStrictEqual } from 'node:util';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { LedgerRecord } from '../../../shared/domain/record.ts';
import { settings } from '../simulation.ts';
import { endsOf, type Seen } from './run.ts';

/** Any answer of Truora's takes less, and nothing else takes time at all. Seconds. */
const A_CALL = 1;

/** What a retry costs at most where the definition says 2 s, the one function's time included. Seconds. */
const A_RETRY = 4;

/** When the wait has to be over at the latest: at once when token and notification meet; else at the callback timeout. */
const waitOver = ({ tokens, notifications, waitBegan = 0 }: Seen): number => {
  const token = tokens.at(-1);
  const timeoutAt = waitBegan + settings.callbackTimeout;
  if (!token) return timeoutAt;
  const found =
    token.isAlive && notifications.some(({ nth }) => nth < token.nth)
      ? Math.max(token.at, token.sent ?? 0)
      : Number.POSITIVE_INFINITY;
  const sent = notifications
    .filter(({ nth, isAlive }) => isAlive && nth > token.nth)
    .map(({ at, sent }) => Math.max(at, sent ?? at));
  return Math.min(timeoutAt, found, ...sent);
};

/** The machine's own poll: 2 s, growing by 10 % to 60 s. @returns how many looks fit in, and the gap after the last */
const polls = (seconds: number): { looks: number; gap: number } => {
  let gap = 2;
  let looks = 1;
  for (let at = gap; at <= seconds; at += gap) {
    looks += 1;
    gap = Math.min(60, gap * 1.1);
  }
  return { looks, gap };
};

/**
 * What a run at the meeting point has to keep, for any order: one wait that ends once, one outcome that
 * depends on Truora alone, nothing left open; and soon, with few reads, since a poll would hide a lost notification.
 */
export const judge = (seen: Seen): string[] => {
  const { system, kills, decided, deadline, ended, looked = Number.NaN } = seen;
  const broken: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) broken.push(what);
  };
  const [start] = system.starts;
  const execution = start && system.machine.describe(start.arn);
  const records = system.itemsOf('RUN').map((item) => LedgerRecord.parse(unmarshall(item)));
  const [record] = records;
  const inTime = decided !== undefined && decided <= deadline;
  const expected = inTime ? 'approved' : 'expired';

  must(execution?.status === 'SUCCEEDED', `the execution is ${execution?.status} ${execution?.error ?? ''}`);
  must(records.length === 1 && record !== undefined, `there are ${records.length} records`);
  if (!record) return broken;
  must(endsOf(record.trail).length === 1, `the record has ended as ${endsOf(record.trail).join(', ') || 'nothing'}`);
  must(record.outcome?.status === expected, `the outcome is ${record.outcome?.status}, not ${expected}`);
  must(isDeepStrictEqual(execution?.output, record.outcome), 'the execution says something else than the record');
  must(system.itemsOf('ACC').length === 0, "the person's intent is open");
  must(system.truora.charged.length === 1, `${system.truora.charged.length} validations were charged`);

  const events = new Set(system.announced.map(({ detail }) => detail.eventId));
  must(events.size === 1, `${events.size} different events were announced`);
  must(system.announced.length <= 1 + kills, `the outcome was announced ${system.announced.length} times`);
  must(system.counts.resumed <= 1, `the wait was resumed ${system.counts.resumed} times`);
  must(system.left.get('AwaitWebhook') === 1, `the wait ended ${system.left.get('AwaitWebhook') ?? 0} times`);
  const refused = system.answers.filter(({ name, status }) => name === 'ReceiveWebhook' && status !== 200);
  must(refused.length <= kills - seen.unsent, `${refused.length} genuine webhooks were not answered 200`);

  const over = waitOver(seen);
  const slack = kills * A_RETRY;
  must(looked <= over + 0.01 + slack, `the wait ended at ${looked} s, not ${over} s`);
  const undecided = Math.max(0, (decided ?? Number.POSITIVE_INFINITY) - looked);
  const until = Number.isFinite(undecided) && inTime ? undecided : deadline + settings.grace - looked;
  const { looks, gap } = polls(until);
  const last = until > 0 ? looked + until + gap : looked;
  // A look takes time too, so the series drifts: by less than one call a look.
  must(ended <= last + A_CALL + slack + (until > 0 ? looks * 0.4 : 0), `it ended at ${ended} s, not by ${last} s`);
  const most = (until > 0 ? looks + 1 : 1) + kills;
  must(system.truora.calls.read <= most, `Truora was read ${system.truora.calls.read} times, not ${most}`);
  const { rings, notifications, holds } = seen.case;
  // What is left to itself, with webhooks that work and a decision before the callback timeout, needs one read.
  const isPlain =
    rings &&
    kills === 0 &&
    notifications.length + holds.length === 0 &&
    (decided ?? 999) < settings.callbackTimeout - 10;
  if (isPlain) must(system.truora.calls.read === 1, `a plain run read Truora ${system.truora.calls.read} times`);
  return broken;
};

/** What every run has to keep whose webhooks are all lost, and one function of which died anywhere at all. */
export const judgeLost = ({ system, ended, deadline }: Seen): string[] => {
  const records = system.itemsOf('RUN').map((item) => LedgerRecord.parse(unmarshall(item)));
  const ends = records.flatMap(({ trail }) => endsOf(trail));
  const latest = (Number.isFinite(deadline) ? deadline : 0) + settings.grace + settings.sweepMinutes * 60;
  return [
    ...(records.length === 1 && ends.length === 1
      ? []
      : [`${records.length} records have ended as ${ends.join(', ')}`]),
    ...(ended <= latest ? [] : [`it ended at ${ended} s, not by ${latest} s`]),
    ...(system.truora.charged.length <= 1 ? [] : [`${system.truora.charged.length} validations were charged`]),
  ];
};
