import * as z from 'zod/mini';
import { getItem, isAlive } from '../aws/dynamodb.ts';
import { outcomeStatuses } from '../domain/lifecycle.ts';
import { type endReasons, outcomeReasons } from '../domain/reasons.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import type { RowResult } from './items.ts';

/** The answer of the machine that re-validates: its output is the outcome. */
export const Answer = z.object({
  Output: z.object({
    status: z.enum(outcomeStatuses),
    reason: z.optional(z.string()),
    revalidationId: z.optional(z.string()),
  }),
});

/** A caught error of Step Functions. The cause of a nested execution is its description, as JSON. */
export const Failure = z.object({ Error: z.string(), Cause: z.optional(z.string()) });

const Description = z.object({ Status: z.optional(z.string()), Cause: z.optional(z.string()) });

const reasonsOf: Record<string, (typeof endReasons)[number]> = {
  ABORTED: 'execution_aborted',
  TIMED_OUT: 'execution_timed_out',
};

const reasonIn = (cause: string | undefined): string => {
  try {
    const { Status = '', Cause = '' } = Description.parse(JSON.parse(cause ?? ''));
    return reasonsOf[Status] ?? (outcomeReasons.has(Cause) ? Cause : 'execution_failed');
  } catch {
    return 'execution_failed';
  }
};

/** The case of a row, by the key of the row. @returns undefined for a row that has not begun */
export const caseOf = async (table: string, key: string): Promise<string | undefined> => {
  // Where `claimUnderKey` binds the key of a workflow.
  const item = await getItem(table, `KEY#workflow#${key}`);
  return item && isAlive(item) ? String(item.revalidationId) : undefined;
};

/**
 * How a row ended whose execution failed: by the record of its case, which a cancellation or a repair may have ended, or else by the
 * error.
 */
export const failedResult = async (
  ledger: Ledger,
  key: string,
  { Cause }: z.infer<typeof Failure>,
): Promise<RowResult> => {
  const revalidationId = await caseOf(ledger.table, key);
  const outcome = revalidationId === undefined ? undefined : (await readRecord(ledger, revalidationId))?.outcome;
  if (outcome) return resultOf(outcome);
  return { status: 'failed', reason: reasonIn(Cause), ...(revalidationId === undefined ? {} : { revalidationId }) };
};

/** The part of an outcome that a row keeps. */
export const resultOf = ({ status, reason, revalidationId }: z.infer<typeof Answer>['Output']): RowResult => ({
  status,
  ...(reason === undefined ? {} : { reason }),
  ...(revalidationId === undefined ? {} : { revalidationId }),
});
