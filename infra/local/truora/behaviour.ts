import type * as z from 'zod/mini';
import type { OutcomeStatus } from '../../../shared/domain/lifecycle.ts';
import type { Options, ResultMode } from '../../../shared/domain/request.ts';
import type { CreateAnswer, ValidationAnswer } from '../../../shared/truora/schemas.ts';
import type { Reply, Silence } from './replies.ts';

/** An answer of Truora: the fields that we read, and any other field. */
export type AnswerOf<Schema extends z.ZodMiniType> = z.output<Schema> & Record<string, unknown>;

type Overlay<Schema extends z.ZodMiniType> = Partial<z.output<Schema>> & Record<string, unknown>;

/** The first `first` calls of a kind fail: creates of an account, reads of an enrollment or validation, PUTs to a link. */
export type Fault = {
  on: 'create' | 'read' | 'upload' | 'enrollment';
  first: number;
  answer: Reply | Silence;
  /** The call is executed, at once or later, and only its answer fails. */
  executed?: true | 'late';
};

/** One webhook: its event, its time and its form. */
export type Sending = {
  event: 'created' | 'final';
  /** Directly after the create answer, during the PUT, with the verdict, or long after it. */
  when: 'created' | 'uploading' | 'decided' | 'late';
  form?: 'wrong key' | 'unsigned' | 'in a wrapper' | 'in a batch';
};

/** What an account id can make the sandbox do. Everything that is left out works normally. */
export type Behaviour = {
  /** Overlays the answer about a decided validation. */
  decided?: Overlay<typeof ValidationAnswer>;
  /** Overlays its sub-results; a failure has none unless they are given here. */
  face?: Record<string, string | number | undefined>;
  /** Whether a success has a similarity: only with details, or never. */
  similarity?: 'detailed' | 'never';
  /** Overlays the answer between the upload and the verdict. */
  meanwhile?: Overlay<typeof ValidationAnswer>;
  pace?: 'slow' | 'never';
  /** The threshold that is used and echoed. */
  threshold?: (requested: number | undefined) => number;
  /** Changes the create answer. */
  created?: (answer: AnswerOf<typeof CreateAnswer>) => object;
  /** Other finished enrollments of the account, besides the registered one. */
  others?: readonly string[];
  /** The answers of the enrollment's reads in order; the last one stays. */
  enrollment?: readonly [
    'pending' | 'success' | 'failure' | 'archived' | 'unknown' | 'other',
    ...('pending' | 'success')[],
  ];
  webhooks?: readonly Sending[];
  faults?: readonly Fault[];
};

export type Scenario = {
  /** The end of the account id. */
  suffix: string;
  story: string;
  /** The outcome of the whole workflow. */
  expected: { status: OutcomeStatus; reason?: string };
  /** The outcome if Truora repeats the upload link when the validation is read. */
  expectedIfRepeated?: { status: OutcomeStatus; reason?: string };
  /** The request options that the scenario needs. */
  needs?: Options;
  /** The result modes of the scenario; both when left out. */
  modes?: readonly ResultMode[];
  behaves?: Behaviour;
};

/** For `first`: every call. */
export const ALWAYS = Number.POSITIVE_INFINITY;

export const created: Sending = { event: 'created', when: 'created' };

export const final: Sending = { event: 'final', when: 'decided' };

/** The fault of the nth call of a kind, counted from 1. */
export const faultAt = (behaves: Behaviour = {}, on: Fault['on'], nth: number): Fault | undefined =>
  behaves.faults?.find((fault) => fault.on === on && nth <= fault.first);

/** Runs the work and answers, or applies the fault: before the work, after it, or with late work. @param late runs work later */
export const withFault = async (
  fault: Fault | undefined,
  work: () => Reply | Silence | Promise<Reply | Silence>,
  late: (work: () => unknown) => void = (now) => now(),
): Promise<Reply | Silence> => {
  if (fault?.executed === 'late') {
    late(work);
    return fault.answer;
  }
  if (fault && !fault.executed) return fault.answer;
  const answer = await work();
  return fault ? fault.answer : answer;
};
