import * as z from 'zod/mini';
import { RevalidationRequest } from './request.ts';

/** What an execution is started with: the third door's envelope, and what the other doors make of theirs. */
export const RevalidationInput = z.strictObject({
  request: RevalidationRequest,
  /** Step Functions' own mark of a nested start, by which its console links the two executions. We do not read it. */
  AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
});
export type RevalidationInput = z.infer<typeof RevalidationInput>;
