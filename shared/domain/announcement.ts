import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Amendment } from './amendments.ts';
import { defined } from './defined.ts';
import { AccountId, RevalidationId, TruoraId } from './ids.ts';
import { outcomeStatuses } from './lifecycle.ts';
import { Reference } from './request.ts';
import { type Outcome, Timestamp } from './revalidation.ts';

/** What a rule on the bus asks for. */
export const EVENT_SOURCE = 'face-revalidation';

export const ENDED = 'Re-validation Ended';

export const AMENDED = 'Re-validation Amended';

/**
 * The detail of the event that a re-validation has ended: ids, the caller's reference and the status. Why it ended that
 * way is about a face, so it stays in the record, where reading it takes a right of its own.
 */
export const Announcement = z.strictObject({
  /** `EVT` and 32 hex digits. An event that comes twice carries the same one: who has seen it may forget the second. */
  eventId: z.string().check(z.regex(/^EVT[0-9a-f]{32}$/, 'must be EVT and 32 hex digits')),
  revalidationId: RevalidationId,
  status: z.enum(outcomeStatuses),
  accountId: z.optional(AccountId),
  validationId: z.optional(TruoraId),
  reference: z.optional(Reference),
  decidedAt: Timestamp,
});

export type Announcement = z.infer<typeof Announcement>;

/**
 * What the bus is told of an outcome. The id is a hash of what was decided and when, so it is the same however often it is
 * told, and another one for a later truth about the same re-validation.
 */
export const announcementOf = (outcome: Outcome): Announcement => {
  const { revalidationId, status, accountId, validationId, reference, decidedAt } = outcome;
  const eventId = eventIdOf(revalidationId, status, decidedAt);
  return defined({ eventId, revalidationId, status, accountId, validationId, reference, decidedAt });
};

const eventIdOf = (...of: string[]): string =>
  `EVT${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 32)}`;

/** The detail of the event that Truora has said something else, after a re-validation had ended. */
export const AmendmentAnnouncement = z.extend(z.omit(Announcement, { decidedAt: true }), {
  /** How the re-validation had ended, which stays in its record. */
  endedAs: z.enum(outcomeStatuses),
  amendedAt: Timestamp,
});

export type AmendmentAnnouncement = z.infer<typeof AmendmentAnnouncement>;

/** What the bus is told of an amendment; `status` is what Truora says by now. */
export const amendmentAnnouncementOf = (outcome: Outcome, { status, at }: Amendment): AmendmentAnnouncement => {
  const { decidedAt: _, eventId: __, ...rest } = announcementOf(outcome);
  const { revalidationId } = outcome;
  const eventId = eventIdOf(revalidationId, 'amended', status, at);
  return { ...rest, eventId, status, endedAs: outcome.status, amendedAt: at };
};
