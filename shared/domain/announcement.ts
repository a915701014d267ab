import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Amendment } from './amendments.ts';
import { defined } from './defined.ts';
import { AccountId, RevalidationId, TruoraId } from './ids.ts';
import { outcomeStatuses } from './lifecycle.ts';
import { OfferedAlternative } from './person-messages.ts';
import { PolicyVersion } from './policy.ts';
import { Purpose, Reference } from './request.ts';
import { type Outcome, Timestamp } from './revalidation.ts';

/** The event source that a rule on the bus matches. */
export const EVENT_SOURCE = 'face-revalidation';

export const ENDED = 'Re-validation Ended';

export const AMENDED = 'Re-validation Amended';

/** A list of one, not a literal: in OpenAPI 3.0, in which EventBridge publishes the form, there is no `const`. */
const EventVersion = z.enum(['1']);

/**
 * The detail of the event "Re-validation Ended": ids, the caller's reference, the policy and the status. The reason is about a face, so
 * it stays in the record, which needs a separate permission to read.
 */
export const Announcement = z.strictObject({
  /** The version of this form. A new field does not change it; a field that goes, or that means something else, does. */
  version: EventVersion,
  /** `EVT` and 32 hex digits. A repeated event has the same id, so a consumer can drop the second one. */
  eventId: z.string().check(z.regex(/^EVT[0-9a-f]{32}$/, 'must be EVT and 32 hex digits')),
  revalidationId: RevalidationId,
  status: z.enum(outcomeStatuses),
  accountId: z.optional(AccountId),
  validationId: z.optional(TruoraId),
  reference: z.optional(Reference),
  /** The policy that the request was checked by, and the threshold of the verdict: 0 to 1. Absent when nothing was claimed. */
  purpose: z.optional(Purpose),
  policyVersion: z.optional(PolicyVersion),
  threshold: z.optional(z.number()),
  /** Of `alternative_required`: the other way that the deployment offers the person. */
  alternative: z.optional(OfferedAlternative),
  decidedAt: Timestamp,
});

export type Announcement = z.infer<typeof Announcement>;

/** An event of ours on the bus, as far as a reader of the record needs it. */
export const AnnouncedCase = z.object({ detail: z.object({ revalidationId: RevalidationId }) });

/**
 * The event detail for an outcome. The id is a hash of the decision and its time: a repeated announcement has the same id,
 * and an amendment has another one.
 */
export const announcementOf = (outcome: Outcome): Announcement => {
  const { revalidationId, status, accountId, validationId, reference, decidedAt } = outcome;
  const { purpose, policyVersion, threshold, alternative } = outcome;
  const eventId = eventIdOf(revalidationId, status, decidedAt);
  const about = { revalidationId, status, accountId, validationId, reference };
  return defined({ version: '1', eventId, ...about, purpose, policyVersion, threshold, alternative, decidedAt });
};

const eventIdOf = (...of: string[]): string =>
  `EVT${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 32)}`;

/** The detail of the event "Re-validation Amended": Truora gave another verdict after the re-validation ended. */
export const AmendmentAnnouncement = z.extend(z.omit(Announcement, { decidedAt: true }), {
  /** The status of the first outcome, which stays in the record. */
  endedAs: z.enum(outcomeStatuses),
  amendedAt: Timestamp,
});

export type AmendmentAnnouncement = z.infer<typeof AmendmentAnnouncement>;

/** The event detail for an amendment; `status` is the new verdict. */
export const amendmentAnnouncementOf = (outcome: Outcome, { status, at }: Amendment): AmendmentAnnouncement => {
  const { decidedAt: _, eventId: __, ...rest } = announcementOf(outcome);
  const { revalidationId } = outcome;
  const eventId = eventIdOf(revalidationId, 'amended', status, at);
  return { ...rest, eventId, status, endedAs: outcome.status, amendedAt: at };
};
