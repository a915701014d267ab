import * as z from 'zod/mini';
import { CaseStatus, PageSize, Revalidation, readCursor } from './api.ts';
import { Attempt } from './attempts.ts';
import { TruoraId } from './ids.ts';
import { type OutcomeStatus, outcomeStatuses } from './lifecycle.ts';
import { type ReasonClass, reasonClasses } from './reason-classes.ts';
import { Media, Timestamp } from './revalidation.ts';

/** What the operator's console reads beside what other callers read. None of it is for a token of one account. */

/** A day in UTC. */
export const Day = z.iso.date('must be a day such as 2026-11-23');

const classes = Object.keys(reasonClasses) as [ReasonClass, ...ReasonClass[]];

/** The query of the cases of a day. Each part is optional. */
export const DayQuery = z.strictObject({
  status: z.optional(CaseStatus),
  class: z.optional(z.enum(classes)),
  limit: PageSize,
  cursor: z.optional(z.string()),
});

export const positionIn = ({ cursor }: z.infer<typeof DayQuery>) =>
  cursor === undefined ? undefined : readCursor(cursor);

/** A state that an execution has entered. */
export const EnteredState = z.object({
  name: z.string(),
  at: Timestamp,
  /** How often its function failed and was tried again, or the error was caught. */
  failures: z.int(),
});

export type EnteredState = z.infer<typeof EnteredState>;

/** A case as an operator sees it: what callers see, and what the ledger and the execution know besides. Of media only its facts. */
export const OperatorCase = z.object({
  case: Revalidation,
  media: z.optional(z.pick(Media, { type: true, bytes: true })),
  attempts: z.array(Attempt),
  /** Validations that were charged and will never be used. */
  orphans: z.array(TruoraId),
  /** Executions that asked for the same again. */
  askedAgain: z.int(),
  /** When the outcome was announced. */
  announcedAt: z.optional(Timestamp),
  /** The next follow-up; absent when nothing is left to do. */
  followUpAt: z.optional(Timestamp),
  /** When the person was erased. */
  erasedAt: z.optional(Timestamp),
  execution: z.enum(['none', 'running', 'ended']),
  /** The states in the order of their entry. Empty when Step Functions has forgotten the execution, 90 days after its end. */
  states: z.array(EnteredState),
});

export type OperatorCase = z.infer<typeof OperatorCase>;

const count = z.int().check(z.minimum(0));

/** The numbers of a day: of the cases that were claimed on it, as they are now. */
export const DayNumbers = z.object({
  day: Day,
  /** Whether every case of the day was read in the time that there is. */
  isComplete: z.boolean(),
  /** How many cases came to each point. */
  funnel: z.object({ claimed: count, created: count, moved: count, decided: count, approved: count }),
  open: count,
  ended: z.object({
    approved: count,
    declined: count,
    expired: count,
    refused: count,
    failed: count,
    canceled: count,
    alternative_required: count,
  } satisfies Record<OutcomeStatus, typeof count>),
  reasons: z.array(z.object({ reason: z.string(), status: z.enum(outcomeStatuses), class: z.enum(classes), count })),
  /** What led to the verdicts of Truora, and how many cases got another one after their end. */
  decidedBy: z.object({ webhook: count, poll: count, amended: count }),
  /** From the claim to Truora's verdict. Seconds; absent without a verdict. */
  secondsToVerdict: z.optional(z.object({ p50: z.number(), p95: z.number() })),
  /** The cases of each hour (UTC) by their end. */
  hours: z.array(z.object({ approved: count, declined: count, other: count })),
  spend: z.object({
    /** Validations that were created. */
    charges: count,
    orphans: count,
    /** Calls that were taken out of the day's budget. They are kept for a week. */
    counted: count,
    /** Absent when the deployment has none. */
    budget: z.optional(count),
  }),
});

export type DayNumbers = z.infer<typeof DayNumbers>;

/** The dead-letter queues: drops, failed executions, and outcomes whose evidence was not signed. */
export const deadLetterQueues = ['drops', 'jobs', 'evidence'] as const;

export type DeadLetterQueue = (typeof deadLetterQueues)[number];

/** What the deployment has to do, and what keeps it from it. */
export const Health = z.object({
  at: Timestamp,
  /** Follow-ups that are due now, at most 100 of each of sixteen shards, and those that two sweeps have passed by. */
  followUps: z.object({ due: count, overdue: count, oldest: z.optional(Timestamp) }),
  throttle: z.object({
    isClosed: z.boolean(),
    reason: z.optional(z.string()),
    notBefore: z.optional(Timestamp),
    callsToday: count,
    budget: z.optional(count),
  }),
  /** The last run of each scheduled job. */
  jobs: z.array(z.object({ name: z.string(), at: Timestamp, seen: count, failed: count })),
  /** About how many messages each dead-letter queue holds; without a number where the queue could not be asked. */
  deadLetters: z.array(z.object({ queue: z.enum(deadLetterQueues), messages: z.optional(count) })),
  /** Days until the Truora key ends, when the key says it. */
  keyDays: z.optional(z.int()),
});

export type Health = z.infer<typeof Health>;
