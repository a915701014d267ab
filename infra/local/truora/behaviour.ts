import type * as z from 'zod/mini';
import type { OutcomeStatus } from '../../../shared/domain/lifecycle.ts';
import type { Options, ResultMode } from '../../../shared/domain/request.ts';
import type { CreateAnswer, ValidationAnswer } from '../../../shared/truora/schemas.ts';
import type { Reply, Silence } from './replies.ts';

/** What we read of an answer of Truora's, and whatever else its documentation shows. */
export type Says<Schema extends z.ZodMiniType> = z.output<Schema> & Record<string, unknown>;

type Overlay<Schema extends z.ZodMiniType> = Partial<z.output<Schema>> & Record<string, unknown>;

/** The first `first` calls of a kind go wrong: of an account's creates, an enrollment's or validation's reads, a link's PUTs. */
export type Fault = {
  on: 'create' | 'read' | 'upload' | 'enrollment';
  first: number;
  answer: Reply | Silence;
  /** The call does its work, at once or only some time later, and only the answer to it is spoiled. */
  executed?: true | 'late';
};

/** One webhook: what it says, when it leaves, and how it is dressed. */
export type Sending = {
  event: 'created' | 'final';
  /** Right after the create answer, while the PUT is still being answered, with the verdict, or long after it. */
  when: 'created' | 'uploading' | 'decided' | 'late';
  dress?: 'wrong key' | 'unsigned' | 'in a wrapper' | 'in a batch';
};

/** All that an account id can make the sandbox do; whatever is left out is a good day. */
export type Behaviour = {
  /** Laid over what a validation says once it is decided. */
  decided?: Overlay<typeof ValidationAnswer>;
  /** Laid over its sub-results; a failure has none unless they are named here. */
  face?: Record<string, string | number | undefined>;
  /** Whether a success brings its sub-results: only when the details are asked for, or never how alike the faces are. */
  similarity?: 'detailed' | 'never';
  /** Laid over what it says between the upload and the verdict. */
  meanwhile?: Overlay<typeof ValidationAnswer>;
  pace?: 'slow' | 'never';
  /** The threshold that is used and echoed. */
  threshold?: (requested: number | undefined) => number;
  /** Changes the create answer. */
  created?: (answer: Says<typeof CreateAnswer>) => object;
  /** What the reads of the enrollment say, one after the other; the last one stays. */
  /** Other finished enrollments of the account, besides the registered one. */
  others?: readonly string[];
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
  /** How the whole workflow ends, in our words. */
  expected: { status: OutcomeStatus; reason?: string };
  /** The same where Truora repeats the upload link when the validation is read. */
  expectedIfRepeated?: { status: OutcomeStatus; reason?: string };
  /** What has to be asked for, or the story cannot happen. */
  needs?: Options;
  /** The ways of waiting that the story is about; both when left out. */
  modes?: readonly ResultMode[];
  behaves?: Behaviour;
};

/** For `first`: as often as it is called. */
export const ALWAYS = Number.POSITIVE_INFINITY;

export const created: Sending = { event: 'created', when: 'created' };

export const final: Sending = { event: 'final', when: 'decided' };

/** What goes wrong at the nth call of a kind, counted from 1. */
export const faultAt = (behaves: Behaviour = {}, on: Fault['on'], nth: number): Fault | undefined =>
  behaves.faults?.find((fault) => fault.on === on && nth <= fault.first);

/** Does the work unless a fault comes before it; answers unless a fault comes after it. @param late does work later */
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
