import * as z from 'zod/mini';
import {
  Caught,
  Claim,
  Enrollment,
  Notification,
  Outcome,
  Receipt,
  Validation,
  Verdict,
} from '../domain/revalidation.ts';

/**
 * The journal: what one execution has learnt so far, which is the state machine's state. Entries are only ever added, and
 * none holds media, an upload link, a key, a task token or a body of Truora's. The first state puts it in the place of the
 * input that the machine was started with, so nothing that a caller wrote stands in it.
 */
export const Journal = z.object({
  /**
   * As it was handed over, read from the input of the execution. ClaimRequest believes nothing of it and checks all of it.
   */
  request: z.unknown(),
  claim: Claim,
  enrollment: Enrollment,
  validation: Validation,
  receipt: Receipt,
  notification: Notification,
  verdict: Verdict,
  /** Left by a Catch that names the refusals. */
  refusal: Caught,
  /** Left by the last Catch. */
  failure: Caught,
  /** Left by the Catch of a request that was decided before. */
  repeat: Caught,
  outcome: Outcome,
});

export type Journal = z.infer<typeof Journal>;

export type Entry = keyof Journal;

type Step = {
  reads: readonly Entry[];
  mayRead?: readonly Entry[];
  writes: Entry;
  token?: true;
  /** The entry that a caught error is. The catch of the first state leaves the error alone, without a name. */
  caught?: Entry;
};

/** The steps: what each must find in the journal, what it may find, and the one entry it adds. */
export const steps = {
  ClaimRequest: { reads: ['request'], writes: 'claim' },
  CheckEnrollment: { reads: ['claim'], writes: 'enrollment' },
  CreateValidation: { reads: ['claim'], writes: 'validation' },
  MoveMedia: { reads: ['claim', 'validation'], writes: 'receipt' },
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

type MayRead<S extends StepName> = (typeof steps)[S] extends { mayRead: readonly (infer E)[] } ? E & Entry : never;

/** What a step's function is called with, after the journal was parsed. */
export type Input<S extends StepName> = Pick<Journal, Reads<S>> &
  Partial<Pick<Journal, MayRead<S>>> & {
    /** The execution's ARN: whoever holds a claim holds it under this name. */
    executionId: string;
  } & ((typeof steps)[S] extends { token: true } ? { taskToken: string } : unknown);

/**
 * What a step's function returns: the one entry, and the machine does the remembering.
 * Nothing for a parked step: its entry comes from whoever brings the token back.
 */
export type Output<S extends StepName> = (typeof steps)[S] extends { token: true }
  ? undefined
  : Journal[(typeof steps)[S]['writes']];

/** The Lambda event of every step: the whole journal, and what only the machine knows. */
const Event = z.object({
  executionId: z.string().check(z.minLength(1)),
  /** Absent for the first step, where there is none yet. */
  journal: z.optional(z.record(z.string(), z.unknown())),
  /** What the execution was started with, for the steps that read the request. A caller may have written anything into it. */
  input: z.optional(z.unknown()),
  /** Step Functions documents up to 2,048 characters; the bound is against nonsense, not a rule. */
  taskToken: z.optional(z.string().check(z.minLength(1), z.maxLength(4096))),
});

/**
 * The entries of an event, the request and a caught error among them. An execution that began before the request was read
 * from the input hands over no input, and its journal holds the request.
 */
const journalIn = (
  { journal = {}, ...rest }: Omit<z.infer<typeof Event>, 'executionId'>,
  { caught }: Step,
): Record<string, unknown> => {
  const isBare = caught !== undefined && journal[caught] === undefined && typeof journal.Error === 'string';
  return {
    ...journal,
    ...('input' in rest ? { request: isObject(rest.input) ? rest.input.request : undefined } : {}),
    ...(isBare ? { [caught]: journal } : {}),
  };
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Parses a step's Lambda event. Entries the step does not read are not looked at, so old journals stay readable. */
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
  return { ...entries, executionId, ...(step.token ? { taskToken } : {}) } as Input<S>;
};

/** Checks what a step is about to hand to the machine. */
export const checkOutput = <S extends StepName>(name: S, output: Output<S>): Output<S> =>
  ('token' in steps[name] ? undefined : Journal.shape[steps[name].writes].parse(output)) as Output<S>;
