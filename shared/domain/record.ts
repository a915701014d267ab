import * as z from 'zod/mini';
import { Amendment } from './amendments.ts';
import { Attempt } from './attempts.ts';
import { RevalidationId, TruoraId } from './ids.ts';
import { phases } from './lifecycle.ts';
import { purposeOf } from './policy.ts';
import { CalledBy, type Options, subvalidationsOf } from './request.ts';
import { Claim, Outcome, Receipt, Timestamp, Validation } from './revalidation.ts';

/** The ledger's record of one re-validation, from the claim to the outcome, in one item. */
export const LedgerRecord = z.extend(z.partial(Claim), {
  revalidationId: RevalidationId,
  phase: z.enum(phases as [(typeof phases)[number], ...typeof phases]),
  /** The execution that owns the claim, by its ARN. */
  owner: z.string(),
  claimedAt: Timestamp,
  /** The hash of the idempotency key of the claim. */
  keyHash: z.optional(z.string()),
  validationId: z.optional(TruoraId),
  /** The values that Truora uses; `requested` holds those that are sent: what the caller asked for, under the policy. */
  used: z.optional(z.pick(Validation, { deadline: true, threshold: true })),
  /** Each create call that may have reached Truora. */
  attempts: z.optional(z.array(Attempt)),
  /** Validations that were created for this case, charged, and will never be used. */
  orphans: z.optional(z.array(TruoraId)),
  /** How many executions asked for the same again and got this outcome without a charge. */
  askedAgain: z.optional(z.int()),
  receipt: z.optional(Receipt),
  outcome: z.optional(Outcome),
  /** The drop's object, when there was no claim. */
  object: z.optional(z.object({ key: z.string(), versionId: z.string() })),
  /** Versions of the same object that are copies of this media. They were not run. */
  copies: z.optional(z.set(z.string())),
  /** When the outcome was announced on the bus. */
  announced: z.optional(Timestamp),
  /** Verdicts of Truora after the case was closed. The first outcome stays. */
  amendments: z.optional(z.array(Amendment)),
  /** The event id of the last amendment, and of the last announced one. */
  amended: z.optional(z.string()),
  amendmentAnnounced: z.optional(z.string()),
  /** The time of the next follow-up; absent when nothing is left to do. */
  dueAt: z.optional(Timestamp),
  /** When a webhook arrived after the end. */
  lateWebhookAt: z.optional(Timestamp),
  /** When the consent of a case that had ended was revoked. A late verdict approves nothing. */
  consentRevokedAt: z.optional(Timestamp),
  canceledBy: z.optional(CalledBy),
  /** Of an erased record, which names no person any more: the hash of its account id, and when it was erased. */
  person: z.optional(z.string()),
  erasedAt: z.optional(Timestamp),
  /** Who ended the case as `alternative_required`. */
  endedBy: z.optional(CalledBy),
  /** Each phase and when it was reached. */
  trail: z.array(z.object({ phase: z.enum(phases as [(typeof phases)[number], ...typeof phases]), at: Timestamp })),
});

export type LedgerRecord = z.infer<typeof LedgerRecord>;

/** What is compared of two requests about the same media. */
type Compared = Pick<LedgerRecord, 'enrollmentId' | 'requested' | 'purpose'>;

/**
 * Options in one form, to compare requests: subvalidations are sorted, `liveness` becomes subvalidations, and `resultMode` is
 * left out because it is not sent to Truora.
 */
export const normalisedOptions = (options: Options): string => {
  const { liveness: _, resultMode: __, ...sent } = options;
  const subvalidations = [...(subvalidationsOf(options) ?? [])].sort();
  const entries = Object.entries({ ...sent, subvalidations }).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};

/**
 * Whether an existing record answers another request than the wanted one. A record without a claim is a refusal of the same
 * drop. `retryOf` may be our id or Truora's id of the same validation.
 */
export const isDifferentRequest = (existing: Compared & Pick<LedgerRecord, 'linkedTo'>, wanted: Compared): boolean => {
  const { requested, linkedTo, enrollmentId } = existing;
  if (requested === undefined) return false;
  const retryOf = wanted.requested?.retryOf;
  const same = retryOf !== undefined && retryOf === linkedTo ? { retryOf: requested.retryOf } : {};
  return (
    enrollmentId !== wanted.enrollmentId ||
    purposeOf(existing) !== purposeOf(wanted) ||
    normalisedOptions(requested) !== normalisedOptions({ ...wanted.requested, ...same })
  );
};

/**
 * Whether a record is older than a caller accepts. The age counts from the claim, the time of the media and of the person's
 * consent.
 */
export const isOlderThan = ({ claimedAt }: Pick<LedgerRecord, 'claimedAt'>, seconds: number, now: Date): boolean =>
  now.getTime() - Date.parse(claimedAt) > seconds * 1000;

/** The validation of a record. @returns undefined before there is one */
export const validationOf = ({
  validationId,
  used,
}: Pick<LedgerRecord, 'validationId' | 'used'>): Validation | undefined =>
  validationId && used ? { validationId, ...used } : undefined;

/** The index of one person's records, by the time of the claim. */
export const BY_PERSON = { name: 'by-person', attribute: 'accountId', sort: 'claimedAt' } as const;

/**
 * The index of follow-ups, by their time. A record has the attribute until nothing is left to do, so the index holds only
 * open or recent cases. Sixteen shards, so that no partition takes every write.
 */
export const BY_DUE = { name: 'by-due', attribute: 'shard', sort: 'dueAt' } as const;
