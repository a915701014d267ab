import { countDeadLetters, readHealth } from '../shared/console/health.ts';
import { callerOf, refusePersons } from '../shared/lambda/caller.ts';
import { accessFromEnv, ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { answerJson, route } from '../shared/lambda/route.ts';

/**
 * `GET /health`, called by the operator's console. Gives the follow-ups that are due or late, the throttle before Truora, the last runs
 * of the jobs, the dead letters and the days of the Truora key.
 */
export const handler = route('ReadHealth', async ({ event }) => {
  refusePersons(callerOf(event, env('ACCOUNT_CLAIM')));
  const health = await readHealth(ledgerFromEnv().table, {
    now: new Date(),
    budget: env('DAILY_BUDGET'),
    // Two sweeps: the first one may be at work.
    overdueSeconds: 2 * 60 * env('SWEEP_MINUTES'),
    deadLetters: () => countDeadLetters(accessFromEnv('SQS'), env('DEAD_LETTERS')),
  });
  return answerJson(200, health);
});
