import { env } from '../../../shared/lambda/env.ts';
import { step } from '../../../shared/lambda/step.ts';
import { storeTaskToken } from '../../../shared/ledger/callbacks.ts';

/**
 * A published design: one state starts the job, the next one waits and stores its token. It assumes that no webhook
 * comes before the token is stored, and so never checks for one.
 */
export const handler = step('AwaitWebhook', async ({ validation, taskToken }) => {
  await storeTaskToken(env('TABLE_NAME'), validation, taskToken);
  return undefined;
});
