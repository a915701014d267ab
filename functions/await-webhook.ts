import { resume } from '../shared/aws/executions.ts';
import { env } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { storeTaskToken } from '../shared/ledger/callbacks.ts';

/**
 * The fifth step, of callback mode alone. Leaves the task token where the webhook will look for it. A bell that rang
 * before is found by the same write, and then nobody else would come: the step resumes itself. It says nothing of a verdict.
 */
export const handler = step('AwaitWebhook', async ({ validation, taskToken }) => {
  const notification = await storeTaskToken(env('TABLE_NAME'), validation, taskToken);
  if (notification) await resume(taskToken, notification);
  return undefined;
});
