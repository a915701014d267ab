import { resume } from '../shared/aws/executions.ts';
import { env } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { storeTaskToken } from '../shared/ledger/callbacks.ts';

/**
 * The fifth step, of callback mode only. Stores the task token, which the webhook reads. The same write returns a notification that
 * arrived before; then no webhook follows, and the step resumes its own execution. It decides nothing.
 */
export const handler = step('AwaitWebhook', async ({ validation, taskToken }) => {
  const notification = await storeTaskToken(env('TABLE_NAME'), validation, taskToken);
  if (notification) await resume(taskToken, notification);
  return undefined;
});
