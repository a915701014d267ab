import * as z from 'zod/mini';
import { CampaignId } from './campaign.ts';
import { PlanCursor } from './plan-cursor.ts';
import { PlannedRow, RowKey } from './row.ts';
import { Answer, Failure } from './row-end.ts';
import { Sum } from './sum-up.ts';

/** What the machine hands to ReadManifest: where the plan goes on. */
export const PlanEvent = z.object({
  state: z.object({ campaignId: CampaignId, plan: z.optional(z.object({ cursor: z.optional(PlanCursor) })) }),
});

/** To WaitForTurn. */
export const TurnEvent = z.object({ campaignId: CampaignId, rowKey: RowKey });

/** To RecordRow: the row, with the answer of the machine of cases, or the error of its execution. */
export const RowEvent = z.object({
  row: z.extend(PlannedRow, { answer: z.optional(Answer), failure: z.optional(Failure) }),
});

/** To SumUp: the sum before, in the same execution. */
export const SumEvent = z.object({ state: z.object({ campaignId: CampaignId, sum: z.optional(Sum) }) });
