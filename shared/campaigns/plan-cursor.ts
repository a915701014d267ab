import * as z from 'zod/mini';

const Counts = z.record(z.string(), z.int());

/** Where a plan goes on. The state machine hands it from one call to the next. */
export const PlanCursor = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('read') }),
  z.object({
    stage: z.literal('check'),
    /** The first byte that is not checked, and the number of the next part. */
    from: z.int(),
    part: z.int(),
    rows: z.int(),
    runnable: z.int(),
    refusals: Counts,
    mediaUntil: z.optional(z.number()),
    sha256: z.string(),
  }),
  z.object({
    stage: z.literal('join'),
    part: z.int(),
    rows: z.int(),
    runnable: z.int(),
    refusals: Counts,
    mediaUntil: z.optional(z.number()),
    sha256: z.string(),
  }),
]);

export type PlanCursor = z.infer<typeof PlanCursor>;
