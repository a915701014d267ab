import * as z from 'zod/mini';
import { Timestamp } from './revalidation.ts';

const zero = z._default(z.int(), 0);

/** What is counted as it is deleted. After a crash in between, a count may be lower than what was deleted. */
export const Counts = z.object({
  records: zero,
  canceled: zero,
  tickets: zero,
  idempotencyKeys: zero,
  consents: zero,
  others: zero,
  media: zero,
  evidence: zero,
  enrollments: zero,
});

export type Counts = z.infer<typeof Counts>;

/** Why a person is erased: a word, since a sentence could name the person. */
export const ErasureReason = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be a word of a-z 0-9 _, such as request_of_person'));

/** The state of an erasure, for its caller. */
export const ErasureAnswer = z.object({
  /** `erasing` until the last search of the ledger is done and Truora has deleted each enrollment. */
  status: z.enum(['erasing', 'erased']),
  /** The name of the person from now on: a hash of the account id. */
  person: z.string(),
  requestedAt: Timestamp,
  finishedAt: z.optional(Timestamp),
  /** When the sweep goes on with it at the earliest. */
  nextAt: z.optional(Timestamp),
  /** Enrollments that Truora has not deleted yet. */
  enrollmentsLeft: z.int(),
  erased: Counts,
  /** The signed certificate, where the deployment signs evidence. */
  certificate: z.optional(z.string()),
});

export type ErasureAnswer = z.infer<typeof ErasureAnswer>;
