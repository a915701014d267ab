import * as z from 'zod/mini';

/**
 * The event by which Step Functions tells EventBridge that an execution has ended badly (documented; `input` is a JSON text,
 * left out when it is large). Only what we use is checked.
 */
export const EndedExecution = z.object({
  source: z.literal('aws.states'),
  detail: z.object({
    executionArn: z.string().check(z.minLength(1)),
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    startDate: z.number(),
    input: z.nullish(z.string()),
  }),
});
export type EndedExecution = z.infer<typeof EndedExecution>;

/** Why a re-validation was given up whose execution can record nothing any more. */
export const reasonsOfEnds = {
  FAILED: 'execution_failed',
  TIMED_OUT: 'execution_timed_out',
  ABORTED: 'execution_aborted',
} as const;

/** What the execution was started with. @returns undefined where the event does not say */
export const requestIn = ({ detail: { input } }: EndedExecution): unknown => {
  const { success, data } = z.object({ request: z.unknown() }).safeParse(JSON.parse(input ?? 'null'));
  return success ? data.request : undefined;
};
