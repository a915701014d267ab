import { outcomeReasons } from '../domain/reasons.ts';
import type { Outcome } from '../domain/revalidation.ts';

/**
 * Every number we tell CloudWatch, and along which dimensions it may be asked for. Functions emit by these names, alarms
 * and dashboards ask by them, so no name can drift. A dimension takes its values from a closed set: each value is paid for.
 */
export const metrics = {
  /** One for each step that ended well: the funnel. CreateValidation's, and the orphans, are what Truora charges. */
  StepsDone: { unit: 'Count', by: [['step']] },
  Outcomes: { unit: 'Count', by: [['status'], ['status', 'reason']] },
  /** From the claim to a verdict of Truora's. */
  TimeToVerdict: { unit: 'Milliseconds', by: [['decidedBy']] },
  TruoraLatency: { unit: 'Milliseconds', by: [['call']] },
  /** 0 or 1 for each call, so the average is the rate: no usable answer, a refused key, 408, 429 or any 5xx. */
  TruoraErrors: { unit: 'Count', by: [[], ['call']] },
  /** Genuine calls of Truora's, whatever they are about. */
  Webhooks: { unit: 'Count', by: [[]] },
  /**
   * Notifications of Truora's that were written down; every sweep says 0 as well. CloudWatch fills no gap of a number that was
   * never said, and the silence that matters most is that of a rule that was never made.
   */
  NotificationsRecorded: { unit: 'Count', by: [[]] },
  /** Genuine calls of Truora's in which no event about a validation could be read. */
  WebhooksUnread: { unit: 'Count', by: [[]] },
  /** What became of each thing that a genuine call said. */
  Bells: { unit: 'Count', by: [['bell']] },
  WebhookSignatureFailures: { unit: 'Count', by: [[]] },
  /** Drops that had lain in the inbox for a while and that nothing had claimed: said by every sweep, 0 too. */
  UnclaimedDrops: { unit: 'Count', by: [[]] },
  /** Validations that were created, and charged, and will never be used; and calls that may have been charged unseen. */
  Orphans: { unit: 'Count', by: [[]] },
  /** A success of Truora's that is not about what we asked. */
  VerdictMismatches: { unit: 'Count', by: [[]] },
  /** Media that broke off or failed its checksum on the way from S3: ours, and no error of Truora's. */
  MediaReadFailures: { unit: 'Count', by: [[]] },
  /** A success of Truora's that does not say how alike the faces are. */
  VerdictsUnconfirmed: { unit: 'Count', by: [[]] },
  /** Runs of a person for whom Truora lists other finished enrollments than the one that is named. */
  OtherEnrollments: { unit: 'Count', by: [[]] },
  /** What a watch could not put right: one for each thing, or for itself. */
  SweepFailures: { unit: 'Count', by: [[]] },
  /** Days until the Truora key ends; nothing where the key does not say. */
  TruoraKeyDays: { unit: 'Count', by: [[]] },
  /** Words in an answer that Truora does not document. Such a status is looked at again, such a reason kept as it came. */
  UnknownWords: { unit: 'Count', by: [['word']] },
} as const satisfies Record<string, { unit: 'Count' | 'Milliseconds'; by: readonly (readonly string[])[] }>;

export type MetricName = keyof typeof metrics;

type DimensionOf<Name extends MetricName> = (typeof metrics)[Name]['by'][number][number];

export type DimensionsOf<Name extends MetricName> = { [Key in DimensionOf<Name>]: string };

/** What is asked of Truora, as the dimension `call` names it. */
export const truoraCalls = { GET: 'read', POST: 'create', PUT: 'upload' } as const;

/**
 * What became of one event of a webhook: it was no call at all (`created`), about none of ours, rang before anybody was
 * parked, woke somebody, came too late for whoever was parked, was written down though nobody could be woken, or was one
 * too many for one call.
 */
export const notificationResults = ['created', 'unknown', 'rang', 'woke', 'late', 'unsent', 'left_over'] as const;

export type NotificationResult = (typeof notificationResults)[number];

/** Where an unknown word stood. */
export const unknownWords = ['status', 'reason', 'enrollment'] as const;

/** A reason as a dimension: the record keeps any, a metric only those we know, since each is paid for by the month. */
export const closedReason = (reason: string | undefined): string =>
  reason === undefined ? 'none' : outcomeReasons.has(reason) ? reason : 'other';

/** Milliseconds from claim to verdict; undefined for an end that is no decision of Truora's about a face. */
export const timeToVerdict = ({ status, claimedAt, decidedAt }: Outcome): number | undefined =>
  (status === 'approved' || status === 'declined') && claimedAt
    ? Math.max(0, Date.parse(decidedAt) - Date.parse(claimedAt))
    : undefined;

/** Several stages may stand in one account; each has its metrics to itself. */
export const namespaceOf = ({ stage }: { stage: string }): string => `face-revalidation-${stage}`;
