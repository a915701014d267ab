import { unmarshall } from '@aws-sdk/util-dynamodb';
import { isEnd } from '../../../shared/domain/lifecycle.ts';
import { LedgerRecord } from '../../../shared/domain/record.ts';
import { SECRETS } from '../../../shared/ledger/records.ts';
import { PHRASE } from '../truora/vendor.ts';
import type { Put, Seen } from './run.ts';

/** What the functions of one recording take, with Truora's answers and the longest pause between two looks in these runs. Seconds. */
const A_TURN = 6;

/** What a retry costs at most: 2 s doubling, with the function's time. Seconds. */
const A_RETRY = 8;

/** How long an execution waits for the event of a recording before it looks itself. Seconds. */
const A_LOOK = 30;

/** The phases of a record's trail that are ends. */
const endsOf = (trail: readonly { phase: string }[]): string[] =>
  trail.map(({ phase }) => phase).filter((phase) => isEnd(phase as never));

/**
 * Whether only a look finds a recording: its event was lost; or it came before there was a phrase, where its event is refused, in the
 * second of S3's clock that the look cannot tell from a later one.
 */
const needsLook = ({ how, at }: Put, createdAt: number): boolean => how === 'lost' || at < createdAt;

/** When a recording has to be on its way at the latest: after its event, or after a look. */
const dueOf = (put: Put, createdAt: number): number => put.at + (needsLook(put, createdAt) ? A_LOOK : 0) + A_TURN;

/**
 * What a live capture has to keep, for any order: one charge, one end, no secret left; a recording that came in time is sent, once and
 * soon, and no other one; without one the case has expired; a cancellation before the end counts; each drop ends with an answer.
 */
export const judge = (seen: Seen): string[] => {
  const { system, puts, calledAt, createdAt, expiresAt, moved, canceledAt, kills, struck, case: given } = seen;
  const broken: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) broken.push(what);
  };
  const [start, ...drops] = system.starts;
  const execution = start && system.machine.describe(start.arn);
  const items = system.itemsOf('RUN').map((item) => unmarshall(item));
  const [item, ...more] = items.filter(({ capture }) => capture === 'live');
  must(item !== undefined && more.length === 0, `there are ${more.length + 1} live records`);
  if (!item) return broken;
  const record = LedgerRecord.parse(item);
  const { outcome, media } = record;
  const [validation] = system.truora.charged;
  const isCanceled = canceledAt !== undefined && outcome?.status === 'canceled';
  // A cancellation before the call leaves nothing to charge; one that the call has overtaken leaves an orphan on the record.
  const { length: charged } = system.truora.charged;
  const mayBeFree = isCanceled && canceledAt < createdAt;
  must(charged === 1 || (charged === 0 && mayBeFree), `${charged} validations were charged`);
  const isPaidLate = charged > 0 && calledAt > (canceledAt ?? Number.POSITIVE_INFINITY) + A_TURN;
  must(!isPaidLate, 'a canceled case was paid for');
  const written = [record.validationId, ...(record.orphans ?? [])];
  must(!validation || written.includes(validation.id), 'the record does not hold the charge');
  must(endsOf(record.trail).length === 1, `the record has ended as ${endsOf(record.trail).join(', ') || 'nothing'}`);
  must(system.itemsOf('ACC').length === 0, "the person's intent is open");
  // The wait for the verdict, which is proved elsewhere, is resumed once too.
  must(system.counts.resumed <= 2, `the waits were resumed ${system.counts.resumed} times`);
  must((system.left.get('AwaitMedia') ?? 0) <= 1, `the wait ended ${system.left.get('AwaitMedia')} times`);
  for (const secret of SECRETS) must(item[secret] === undefined, `${secret} stays on an ended record`);
  const shown = JSON.stringify([system.logs, system.announced, execution?.output, execution?.input]);
  must(!shown.includes(PHRASE), 'the phrase is in a log, an event or an output');

  const slack = kills * A_RETRY + given.holds.reduce((sum, { seconds }) => sum + seconds, 0);
  // S3 keeps time in whole seconds: within one, a look cannot tell what was put before.
  const real = puts.filter(({ how, at }) => how !== 'bad' && Math.floor(at) + 0.999 >= createdAt);
  const inTime = real.filter((put) => dueOf(put, createdAt) + slack < expiresAt);
  const late = real.filter(({ at }) => at < expiresAt);
  const status = execution?.status;
  // One that a crashed cancellation did not stop finds the outcome, and succeeds with it.
  const isUnstopped = !isCanceled || (struck.has('CancelRevalidation') && status === 'SUCCEEDED');
  must(status === (isUnstopped ? 'SUCCEEDED' : 'ABORTED'), `the execution is ${status} ${execution?.error ?? ''}`);
  const answer = isUnstopped ? (execution?.output as { status?: string } | undefined)?.status : outcome?.status;
  must(answer === outcome?.status, `the execution was answered ${answer}, the case is ${outcome?.status}`);
  must(!seen.isEnteredLate, 'a recording was entered on a case that had ended');
  if (!isCanceled) {
    const first = inTime[0];
    if (first) must(outcome?.status === 'approved', `it was recorded in time, and is ${outcome?.status}`);
    else if (late.length === 0)
      must(outcome?.reason === 'media_not_recorded', `nothing was recorded: ${outcome?.reason}`);
    const due = first ? dueOf(first, createdAt) + slack : Number.POSITIVE_INFINITY;
    if (first) must((moved ?? Number.NaN) <= due, `it moved at ${moved} s, not by ${due} s`);
    if (late.length === 0) must(seen.ended <= expiresAt + A_LOOK + A_TURN + slack, `it ended at ${seen.ended} s`);
  }
  const [upload, ...again] = validation?.uploads ?? [];
  must(again.length === 0, `${again.length + 1} uploads arrived`);
  if (upload) {
    const sent = real.find(({ bytes }) => bytes.equals(upload.bytes));
    must(sent !== undefined, 'what was sent is no recording of this case');
    must(media?.versionId === sent?.versionId, 'the record names another recording than the one that was sent');
  }
  for (const { arn } of drops) {
    const drop = system.machine.describe(arn);
    must(drop?.status === 'SUCCEEDED', `the execution of a recording is ${drop?.status} ${drop?.error ?? ''}`);
  }
  const others = items.filter(({ capture }) => capture !== 'live').map((one) => one.outcome?.status);
  must(
    others.every((one) => one === 'refused'),
    `recordings that are none have ended as ${others.join(', ')}`,
  );
  return broken;
};
