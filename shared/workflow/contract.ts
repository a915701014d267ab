import * as z from 'zod/mini';
import { defined } from '../domain/defined.ts';
import {
  Caught,
  Claim,
  Enrollment,
  Media,
  Notification,
  Outcome,
  Receipt,
  Validation,
  Verdict,
} from '../domain/revalidation.ts';

/**
 * The journal: the state of one execution. Entries are only added, and none holds media, an upload link, a key, a task token or
 * an answer of Truora. The first state replaces the input of the execution with its own entry, so no state holds what a caller wrote.
 */
export const Journal = z.object({
  /**
   * The request, unchecked, from the input of the execution: it is handed to the steps that read it, and no state holds it.
   * ClaimRequest checks all of it.
   */
  request: z.unknown(),
  claim: Claim,
  enrollment: Enrollment,
  validation: Validation,
  /** The recording of a live capture. */
  recording: Media,
  receipt: Receipt,
  notification: Notification,
  verdict: Verdict,
  /** Written by a Catch for refusals. */
  refusal: Caught,
  /** Written by the last Catch. */
  failure: Caught,
  /** Written by the Catch for a request that was decided before. */
  repeat: Caught,
  outcome: Outcome,
});

export type Journal = z.infer<typeof Journal>;

/** The name of one entry of the journal. */
export type JournalEntry = keyof Journal;

type Step = {
  reads: readonly JournalEntry[];
  mayRead?: readonly JournalEntry[];
  writes: JournalEntry;
  token?: true;
  /** The entry for a caught error. The Catch of the first state passes the error without a journal. */
  caught?: JournalEntry;
};

/** The steps: the entries that each one needs, the entries that it may use, and the one entry that it adds. */
export const steps = {
  ClaimRequest: { reads: ['request'], writes: 'claim' },
  CheckEnrollment: { reads: ['claim'], writes: 'enrollment' },
  CreateValidation: { reads: ['claim'], writes: 'validation' },
  AwaitMedia: { reads: ['claim', 'validation'], writes: 'recording', token: true },
  MoveMedia: { reads: ['claim', 'validation'], mayRead: ['recording'], writes: 'receipt' },
  AwaitWebhook: { reads: ['claim', 'validation'], writes: 'notification', token: true },
  ReadVerdict: { reads: ['claim', 'validation'], writes: 'verdict' },
  RecordOutcome: { reads: ['claim', 'validation', 'verdict'], mayRead: ['receipt', 'notification'], writes: 'outcome' },
  RecordRefusal: { reads: ['request', 'refusal'], mayRead: ['claim'], writes: 'outcome', caught: 'refusal' },
  RecordFailure: {
    reads: ['request', 'failure'],
    mayRead: ['claim', 'validation', 'receipt'],
    writes: 'outcome',
    caught: 'failure',
  },
  ReadOutcome: { reads: ['repeat'], writes: 'outcome', caught: 'repeat' },
} as const satisfies Record<string, Step>;

export type StepName = keyof typeof steps;

export const stepNames = Object.keys(steps) as StepName[];

type Reads<S extends StepName> = (typeof steps)[S]['reads'][number];

type MayRead<S extends StepName> = (typeof steps)[S] extends { mayRead: readonly (infer E)[] }
  ? E & JournalEntry
  : never;

/** The parsed input of a step. */
export type Input<S extends StepName> = Pick<Journal, Reads<S>> &
  Partial<Pick<Journal, MayRead<S>>> & {
    /** The execution's ARN, which owns the claim. */
    executionId: string;
  } & ((typeof steps)[S] extends { token: true } ? { taskToken: string } : unknown);

/**
 * The output of a step: its one entry, which the state machine adds to the journal.
 * A waiting step returns nothing: its entry comes with the task token.
 */
export type Output<S extends StepName> = (typeof steps)[S] extends { token: true }
  ? undefined
  : Journal[(typeof steps)[S]['writes']];

/** The Lambda event of every step: the whole journal, and data of the execution. */
const Event = z.object({
  executionId: z.string().check(z.minLength(1)),
  /** Absent for the first step. */
  journal: z.optional(z.record(z.string(), z.unknown())),
  /** The input of the execution, for the steps that read the request. It is unchecked. */
  input: z.optional(z.unknown()),
  /** Step Functions documents up to 2,048 characters; twice that is accepted. */
  taskToken: z.optional(z.string().check(z.minLength(1), z.maxLength(4096))),
});

/**
 * The entries of an event, with the request and a caught error. An execution of an earlier version passes no input; its journal
 * holds the request.
 */
const journalIn = (
  { journal = {}, ...rest }: Omit<z.infer<typeof Event>, 'executionId'>,
  { caught }: Step,
): Record<string, unknown> => {
  const isBare = caught !== undefined && journal[caught] === undefined && typeof journal.Error === 'string';
  const entries = isBare ? { ...journal, [caught]: journal } : journal;
  if (!('input' in rest)) return entries;
  return { ...entries, request: isObject(rest.input) ? rest.input.request : undefined };
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Parses a step's Lambda event. Entries that the step does not read are ignored, so old journals stay readable. */
export const readInput = <S extends StepName>(name: S, event: unknown): Input<S> => {
  const { executionId, taskToken, ...parsed } = Event.parse(event);
  if (parsed.journal === undefined && !('input' in parsed)) throw new TypeError(`${name} was called without a journal`);
  const step: Step = steps[name];
  const journal = journalIn(parsed, step);
  const entries: Record<string, unknown> = {};
  for (const entry of step.reads) entries[entry] = Journal.shape[entry].parse(journal[entry]);
  for (const entry of step.mayRead ?? []) {
    if (journal[entry] !== undefined) entries[entry] = Journal.shape[entry].parse(journal[entry]);
  }
  if (step.token && !taskToken) throw new TypeError(`${name} was called without a task token`);
  const input: Record<string, unknown> = defined({ ...entries, executionId, taskToken: step.token && taskToken });
  return input as Input<S>;
};

/** Checks the output of a step. */
export const checkOutput = <S extends StepName>(name: S, output: Output<S>): Output<S> =>
  ('token' in steps[name] ? undefined : Journal.shape[steps[name].writes].parse(output)) as Output<S>;
