import { EndedExecution } from '../shared/aws/executions.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { job } from '../shared/lambda/job.ts';
import { recordExecutionEnd } from '../shared/logic/execution-end.ts';

/**
 * Runs for each execution of this machine that failed, was stopped or timed out. Records an outcome where the execution left none:
 * for the case that it owned, or for a request that it never claimed. Another execution's case is left to that execution.
 */
export const handler = job('RepairExecution', async ({ event }) => {
  const ended = EndedExecution.parse(event);
  const settings = {
    ledger: ledgerFromEnv(),
    outcomeBus: outcomeSettingsFromEnv(),
    mediaBucket: env('MEDIA_BUCKET'),
    settleSeconds: env('SETTLE_SECONDS'),
  };
  await recordExecutionEnd(settings, ended);
  return { seen: 1, failed: 0 };
});
