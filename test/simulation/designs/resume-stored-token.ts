import { resume } from '../../../shared/aws/executions.ts';
import { readSecret } from '../../../shared/aws/secrets.ts';
import { accessFromEnv } from '../../../shared/lambda/clients.ts';
import { env } from '../../../shared/lambda/env.ts';
import { route } from '../../../shared/lambda/route.ts';
import { readCallback } from '../../../shared/ledger/callbacks.ts';
import { keysOf, validationIdsOf, verifyWebhook } from '../../../shared/truora/webhook.ts';

/** The receiver of both published designs: it looks for a token and sends it back; where there is none, there is nothing to do. */
export const handler = route('ReceiveWebhook', async ({ event }) => {
  const keys = keysOf(await readSecret(accessFromEnv('SECRETS_MANAGER'), env('WEBHOOK_KEYS_SECRET')));
  const events = (await verifyWebhook(event.body ?? '', keys)) ?? [];
  for (const validationId of validationIdsOf(events)) {
    const { taskToken } = await readCallback(env('TABLE_NAME'), validationId);
    if (taskToken) await resume(taskToken, { receivedAt: new Date().toISOString() });
  }
  return { statusCode: 200 };
});
