import type { Ticket } from '../../../shared/domain/api.ts';
import type { Attempt } from '../../../shared/domain/attempts.ts';
import { explain } from '../../../shared/domain/reasons.ts';
import type { LedgerRecord } from '../../../shared/domain/record.ts';
import type { Outcome } from '../../../shared/domain/revalidation.ts';
import { timeText } from './case.ts';

/** What an attempt to create a validation means, in a sentence without its subject. */
const attemptWords: Record<Attempt['result'], string> = {
  created: 'was answered',
  adopted: "lost its answer; the validation was found on the person's list at Truora and used",
  orphaned: 'created a validation that cannot be used; it counts as charged',
  not_found: "is not on the person's list at Truora, so it counts as not executed",
  blind: "is not on the person's list, which shows no later call either; it may have been charged",
  unconfirmed: 'has no known result yet; it may have been charged',
};

const decidedBy: Record<Outcome['decidedBy'], string> = {
  webhook: "Truora's webhook brought the read of the verdict",
  poll: 'the verdict was read at an interval, without a webhook',
  workflow: 'this system ended it',
  caller: 'a caller ended it',
};

/** The execution of an open case: still running, or the reason of its end. */
export type ExecutionState = 'running' | 'unknown' | (string & {});

/** One case in sentences: what happened when, why it ended so, and what can be done. */
export const storyOf = (
  { record, ticket }: { record: LedgerRecord | undefined; ticket: Ticket | undefined },
  execution: ExecutionState,
): string[] => {
  if (record)
    return [
      ...beginning(record),
      ...middle(record),
      ...(record.outcome ? ending(record, record.outcome) : openStory(record, execution)),
    ];
  if (!ticket) return [];
  const person = `account ${ticket.accountId}, enrollment ${ticket.enrollmentId}`;
  return ticket.upload
    ? [
        `${timeText(ticket.issuedAt)}: an upload form was issued for ${person} to ${ticket.calledBy}.`,
        'Nothing was uploaded with it that a run has claimed. Nothing is charged.',
        'What can be done: upload with the form within five minutes of its issue, or ask for a new one.',
      ]
    : [
        `${timeText(ticket.issuedAt)}: a run on media in the bucket was accepted for ${person} from ${ticket.calledBy}.`,
        'No execution has claimed it yet.',
        'What can be done: wait some seconds; if it stays so, look at the failed executions of the state machine.',
      ];
};

const at = ({ trail }: LedgerRecord, phase: string): string => {
  const time = trail.find((one) => one.phase === phase)?.at;
  return time === undefined ? 'At an unknown time' : timeText(time);
};

const beginning = (record: LedgerRecord): string[] => {
  const { accountId, enrollmentId, calledBy, media, object, reference, requested, linkedTo, forceNew } = record;
  const from = calledBy
    ? `a call of ${calledBy}`
    : (media ?? object)?.key.startsWith('inbox/')
      ? 'a drop'
      : 'a workflow';
  const who = accountId ? `account ${accountId}` : 'an unknown person';
  if (!media) return [`${timeText(record.claimedAt)}: ${from} for ${who} was not claimed.`];
  const checks = requested?.subvalidations?.join(' and ') ?? 'similarity';
  const more = [
    ...(reference ? [`reference "${reference}"`] : []),
    ...(linkedTo ? [`a retry of ${linkedTo}`] : []),
    ...(forceNew ? [`forced: "${forceNew.reason}"`] : []),
  ];
  return [
    `${at(record, 'claimed')}: ${from} asked for ${who}, enrollment ${enrollmentId}${more.map((one) => `, ${one}`).join('')}.`,
    `  The media is ${media.type}, ${media.bytes} bytes; ${checks} is checked, at a threshold of ${requested?.threshold ?? "the deployment's minimum"}.`,
  ];
};

const middle = (record: LedgerRecord): string[] => {
  const { validationId, used, receipt, attempts = [], orphans = [] } = record;
  return [
    ...attempts
      .filter(({ result }) => result !== 'created')
      .map(({ n, at: time, result }) => `${timeText(time)}: call ${n} to create a validation ${attemptWords[result]}.`),
    ...(validationId && used
      ? [
          `${at(record, 'created')}: Truora created validation ${validationId}, which is charged. It decides until ${timeText(used.deadline)}.`,
        ]
      : []),
    ...(receipt ? [`${timeText(receipt.movedAt)}: ${receipt.bytes} bytes of media were sent to Truora.`] : []),
    ...(orphans.length > 0 ? [`Charged and never used: ${orphans.join(', ')}.`] : []),
  ];
};

const ending = (record: LedgerRecord, outcome: Outcome): string[] => {
  const { status, reason, detail, rawReason, similarity, threshold } = outcome;
  const { amendments = [], announced, askedAgain = 0, canceledBy } = record;
  const score =
    similarity === undefined
      ? ''
      : ` with similarity ${similarity}${threshold === undefined ? '' : `, threshold ${threshold}`}`;
  const group = reason === undefined ? undefined : explain(reason);
  return [
    `${timeText(outcome.decidedAt)}: it ended as ${status}${score}; ${canceledBy ? `${canceledBy} canceled it` : decidedBy[outcome.decidedBy]}.`,
    ...(reason
      ? [
          `Why: ${reason}${rawReason ? ` (Truora's word: ${rawReason})` : ''}. ${group?.means ?? ''} ${detail ?? ''}`.trimEnd(),
        ]
      : []),
    announced
      ? `${timeText(announced)}: the outcome was announced on the bus.`
      : 'The outcome is not announced yet: the next sweep does that.',
    ...amendments.map(
      ({ at: time, status: later, from }) =>
        `${timeText(time)}: Truora said ${later} after the end (found by the ${from}). The first outcome stays; callers got an event.`,
    ),
    ...(askedAgain > 0 ? [`It was asked for again ${askedAgain} times, without another charge.`] : []),
    `What can be done: ${group?.operator ?? 'Nothing: the person is verified.'}`,
  ];
};

const openStory = ({ phase, dueAt }: LedgerRecord, execution: ExecutionState): string[] => {
  const next = dueAt ? ` A sweep looks at it at ${timeText(dueAt)}.` : '';
  if (execution === 'running')
    return [
      `It is open (${phase}), and its execution runs.${next}`,
      'What can be done: wait, or cancel it. The runbook, "A stuck run", says how long each state may take.',
    ];
  return [
    `It is open (${phase}), but its execution has ended (${execution}).${next}`,
    'What can be done: nothing; the sweep records the end.',
  ];
};
