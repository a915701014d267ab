import { outcomeReasons } from '../domain/reasons.ts';
import type { Outcome } from '../domain/revalidation.ts';

/**
 * Every CloudWatch metric with its dimensions. Functions, alarms and dashboards use these names. The values of a dimension are
 * a closed set, because each value costs money.
 */
export const metrics = {
  /** One for each successful step. Truora charges those of CreateValidation, and the orphans (assumed). */
  StepsDone: { unit: 'Count', by: [['step']] },
  Outcomes: { unit: 'Count', by: [['status'], ['status', 'reason']] },
  /** From the claim to a verdict of Truora. */
  TimeToVerdict: { unit: 'Milliseconds', by: [['decidedBy']] },
  TruoraLatency: { unit: 'Milliseconds', by: [['call']] },
  /** 1 for a failed call, 0 otherwise, so the average is the rate. Failed: no usable answer, a refused key, 408, 429, any 5xx. */
  TruoraErrors: { unit: 'Count', by: [[], ['call']] },
  /** Webhooks with a valid signature. */
  Webhooks: { unit: 'Count', by: [[]] },
  /**
   * Notifications that were stored. Every sweep emits 0 too, because CloudWatch has no data points for a metric that was never
   * emitted, and a missing webhook rule at Truora must cause an alarm.
   */
  NotificationsRecorded: { unit: 'Count', by: [[]] },
  /** Webhooks with a valid signature and without a readable event about a validation. */
  WebhooksUnread: { unit: 'Count', by: [[]] },
  /** The result of each event of a webhook with a valid signature. */
  Notifications: { unit: 'Count', by: [['result']] },
  WebhookSignatureFailures: { unit: 'Count', by: [[]] },
  /** Drops in the inbox that no execution claimed for a while. Every sweep emits it, 0 too. */
  UnclaimedDrops: { unit: 'Count', by: [[]] },
  /** Validations that were created, charged and will never be used, and calls that may have been charged. */
  Orphans: { unit: 'Count', by: [[]] },
  /** A success of Truora that contradicts the request. */
  VerdictMismatches: { unit: 'Count', by: [[]] },
  /** Media from S3 that was cut off or failed its checksum: our fault, and no error of Truora. */
  MediaReadFailures: { unit: 'Count', by: [[]] },
  /** A success of Truora without a similarity. */
  VerdictsUnconfirmed: { unit: 'Count', by: [[]] },
  /** Runs of a person with further finished enrollments at Truora. */
  OtherEnrollments: { unit: 'Count', by: [[]] },
  /** Rows of campaigns that have ended, by their status. */
  CampaignRows: { unit: 'Count', by: [['status']] },
  /** Failures of a job: one for each item, or for the job itself. */
  SweepFailures: { unit: 'Count', by: [[]] },
  /** Days until the Truora key expires; absent when the key holds no date. */
  TruoraKeyDays: { unit: 'Count', by: [[]] },
  /** Undocumented words in an answer of Truora. An unknown status is read again later, an unknown reason is stored unchanged. */
  UnknownWords: { unit: 'Count', by: [['word']] },
} as const satisfies Record<string, { unit: 'Count' | 'Milliseconds'; by: readonly (readonly string[])[] }>;

export type MetricName = keyof typeof metrics;

type DimensionOf<Name extends MetricName> = (typeof metrics)[Name]['by'][number][number];

export type DimensionsOf<Name extends MetricName> = { [Key in DimensionOf<Name>]: string };

/** The values of the dimension `call`. */
export const truoraCalls = { GET: 'read', POST: 'create', PUT: 'upload', DELETE: 'delete' } as const;

/**
 * The result of one event of a webhook: `created` (no notification), `unknown` (not ours), `recorded` (no execution waits yet),
 * `resumed` (the execution continues), `late` (the wait was over), `unsent` (stored, but the execution could not be resumed),
 * `left_over` (over the limit of one webhook).
 */
export const notificationResults = [
  'created',
  'unknown',
  'recorded',
  'resumed',
  'late',
  'unsent',
  'left_over',
] as const;

export type NotificationResult = (typeof notificationResults)[number];

/** The kinds of unknown words. */
export const unknownWords = ['status', 'reason', 'enrollment'] as const;

/** A reason as a dimension: the record keeps any, a metric only those we know, since each is paid for by the month. */
export const closedReason = (reason: string | undefined): string =>
  reason === undefined ? 'none' : outcomeReasons.has(reason) ? reason : 'other';

/** Milliseconds from claim to verdict; undefined when Truora did not decide about the face. */
export const timeToVerdict = ({ status, claimedAt, decidedAt }: Outcome): number | undefined =>
  (status === 'approved' || status === 'declined') && claimedAt
    ? Math.max(0, Date.parse(decidedAt) - Date.parse(claimedAt))
    : undefined;

/** The metric namespace of a stage. Several stages may be in one account. */
export const namespaceOf = ({ stage }: { stage: string }): string => `face-revalidation-${stage}`;
