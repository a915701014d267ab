import { announce } from '../shared/aws/announce.ts';
import { recordOutcome } from '../shared/aws/ledger.ts';
import { ticketOfRequest } from '../shared/aws/tickets.ts';
import { EndedExecution, reasonsOfEnds, requestIn } from '../shared/domain/ended-execution.ts';
import { identify } from '../shared/domain/identity.ts';
import { env, ledgerFromEnv } from '../shared/lambda/env.ts';
import { watch } from '../shared/lambda/watch.ts';

/**
 * Woken by each execution of ours that failed, was stopped or ran out of time. Asks whether an outcome was recorded, and
 * records one that says why there is none. What RecordFailure has written down before it failed the execution stands.
 */
export const handler = watch('RepairExecution', async ({ event }) => {
  const ended = EndedExecution.parse(event);
  const { executionArn, status } = ended.detail;
  const ledger = ledgerFromEnv();
  const request = requestIn(ended);
  const identity =
    (await ticketOfRequest(ledger.table, request)) ?? identify(request, env('MEDIA_BUCKET'), executionArn);
  const ending = await recordOutcome(
    ledger,
    {
      ...identity,
      status: 'failed',
      reason: reasonsOfEnds[status],
      decidedBy: 'workflow',
      decidedAt: new Date().toISOString(),
    },
    executionArn,
  );
  await announce(ledger, env('EVENT_BUS'), ending);
  return { seen: 1, failed: 0 };
});
