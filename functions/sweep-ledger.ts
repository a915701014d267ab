import { announce } from '../shared/aws/announce.ts';
import { listUnannounced } from '../shared/aws/ledger.ts';
import { env, ledgerFromEnv } from '../shared/lambda/env.ts';
import { told, watch } from '../shared/lambda/watch.ts';

/**
 * Woken every few minutes. Asks which outcomes the bus was not told of, because whoever recorded them died before, and
 * tells it. One that cannot be told is logged and left for the next sweep; the others do not wait for it.
 */
export const handler = watch('SweepLedger', async () => {
  const ledger = ledgerFromEnv();
  const { outcomes } = await listUnannounced(ledger, { limit: 100 });
  let failed = 0;
  for (const outcome of outcomes) {
    await announce(ledger, env('EVENT_BUS'), { outcome, isAnnounced: false }).catch((error) => {
      failed += 1;
      told('SweepLedger', error, outcome.revalidationId);
    });
  }
  return { seen: outcomes.length, failed };
});
