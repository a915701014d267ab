import * as z from 'zod/mini';
import { Amendment } from './amendments.ts';
import { Attempt } from './attempts.ts';
import { RevalidationId, TruoraId } from './ids.ts';
import { phases } from './lifecycle.ts';
import { CalledBy, type Options, subvalidationsOf } from './request.ts';
import { Claim, Outcome, Receipt, Timestamp, Validation } from './revalidation.ts';

/** What the ledger keeps of one re-validation: all of it, from the claim to the outcome, in one item. */
export const LedgerRecord = z.extend(z.partial(Claim), {
  revalidationId: RevalidationId,
  phase: z.enum(phases as [(typeof phases)[number], ...typeof phases]),
  /** The execution that owns the claim, by its ARN. */
  owner: z.string(),
  claimedAt: Timestamp,
  /** The hash of the idempotency key that it was claimed under. */
  keyHash: z.optional(z.string()),
  validationId: z.optional(TruoraId),
  /** What Truora said it uses, beside `requested`, which is what the caller asked for. */
  used: z.optional(z.pick(Validation, { deadline: true, threshold: true })),
  /** Each call to create one that may have reached Truora. */
  attempts: z.optional(z.array(Attempt)),
  /** Validations that were created for this, and charged, and will never be used. */
  orphans: z.optional(z.array(TruoraId)),
  /** How many executions asked for the same thing again, and got this outcome for nothing. */
  askedAgain: z.optional(z.int()),
  receipt: z.optional(Receipt),
  outcome: z.optional(Outcome),
  /** The drop's object, where there was never a claim that holds it. */
  object: z.optional(z.object({ key: z.string(), versionId: z.string() })),
  /** Versions of the same object that are copies of this one's media, and were not run for themselves. */
  copies: z.optional(z.set(z.string())),
  /** When the bus was told of the outcome. */
  announced: z.optional(Timestamp),
  /** What Truora said after we had closed the case. The first outcome stays. */
  amendments: z.optional(z.array(Amendment)),
  /** The event of the last amendment, and of the last one that the bus was told of. */
  amended: z.optional(z.string()),
  amendedTold: z.optional(z.string()),
  /** When a sweep has to look at it; absent once there is nothing left to do. */
  dueAt: z.optional(Timestamp),
  /** When Truora called about it after it had ended. */
  lateBell: z.optional(Timestamp),
  canceledBy: z.optional(CalledBy),
  /** Each phase and when it was reached. */
  trail: z.array(z.object({ phase: z.enum(phases as [(typeof phases)[number], ...typeof phases]), at: Timestamp })),
});

export type LedgerRecord = z.infer<typeof LedgerRecord>;

type Question = Pick<LedgerRecord, 'enrollmentId' | 'requested'>;

/**
 * Options as they would be sent to Truora, in one form: subvalidations are a set, `liveness` is another way to name them, and
 * how the result is waited for is ours alone. Two ways to ask for the same come out the same.
 */
export const normalisedOptions = (options: Options): string => {
  const { liveness: _, resultMode: __, ...sent } = options;
  const subvalidations = [...(subvalidationsOf(options) ?? [])].sort();
  const words = Object.entries({ ...sent, subvalidations }).filter(([, value]) => value !== undefined);
  return JSON.stringify(words.sort(([a], [b]) => (a < b ? -1 : 1)));
};

/**
 * Whether what stands is the answer to another question than the one that is asked. A record without a claim is a refusal
 * of the very same drop. A retry is the same by our name of what it retries and by Truora's.
 */
export const isDifferentRequest = (standing: Question & Pick<LedgerRecord, 'linkedTo'>, wanted: Question): boolean => {
  const { requested, linkedTo, enrollmentId } = standing;
  if (requested === undefined) return false;
  const retryOf = wanted.requested?.retryOf;
  const same = retryOf !== undefined && retryOf === linkedTo ? { retryOf: requested.retryOf } : {};
  return (
    enrollmentId !== wanted.enrollmentId ||
    normalisedOptions(requested) !== normalisedOptions({ ...wanted.requested, ...same })
  );
};

/**
 * Whether what stands was asked for longer ago than a caller takes an answer for. It counts from the claim: that is when the
 * media was taken and the person had agreed, however long the verdict took.
 */
export const isOlderThan = ({ claimedAt }: Pick<LedgerRecord, 'claimedAt'>, seconds: number, now: Date): boolean =>
  now.getTime() - Date.parse(claimedAt) > seconds * 1000;

/** The validation of a record, once there is one. */
export const validationOf = ({
  validationId,
  used,
}: Pick<LedgerRecord, 'validationId' | 'used'>): Validation | undefined =>
  validationId && used ? { validationId, ...used } : undefined;

/** The index over the records: one person's, by the time of their claims. */
export const BY_PERSON = { name: 'by-person', attribute: 'accountId', sort: 'claimedAt' } as const;

/**
 * The index of what is due, and until when: an attribute that a record comes with and loses once nothing is left to do, so
 * the index holds what is open or young. Spread over sixteen values, so that no partition takes every write.
 */
export const BY_DUE = { name: 'by-due', attribute: 'shard', sort: 'dueAt' } as const;
