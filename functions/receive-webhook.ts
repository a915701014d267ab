import { resume } from '../shared/aws/callbacks.ts';
import { readBinding } from '../shared/aws/intents.ts';
import { readSecret } from '../shared/aws/secrets.ts';
import { ringBell } from '../shared/aws/waits.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { keysOf } from '../shared/domain/webhook-keys.ts';
import { accessFromEnv, env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { route } from '../shared/lambda/route.ts';
import { verifyWebhook } from '../shared/truora/webhook.ts';

/**
 * `POST /webhooks/truora`, called by Truora. Asks only whether the call is genuine and which of our validations it is
 * about, rings the bell and wakes whoever is parked. It decides nothing: ReadVerdict asks Truora. A bad signature costs
 * no read and no write; `created` rings nothing; a validation that is none of ours is somebody else's and answered 200.
 */
export const handler = route('ReceiveWebhook', async ({ body }) => {
  const secretId = env('WEBHOOK_KEYS_SECRET');
  const access = accessFromEnv('SECRETS_MANAGER');
  const keys = await readSecret(access, secretId);
  let events = await verifyWebhook(body, keysOf(keys));
  if (!events) {
    const newer = await readSecret(access, secretId, keys);
    if (newer !== keys) events = await verifyWebhook(body, keysOf(newer));
  }
  if (!events) {
    emit('WebhookSignatureFailures', 1);
    log('warn', 'bad signature', { step: 'ReceiveWebhook', count: 'webhook_refused' });
    throw new CallRefusedError('signature_invalid', 'body: must be signed with a key of ours');
  }
  emit('Webhooks', 1);
  for (const { event_action, object } of events) {
    if (event_action !== 'created') await ring(object.validation_id);
  }
  log('info', 'done', { step: 'ReceiveWebhook', events: events.length });
  return { statusCode: 200 };
});

/** The bell is durable before anybody is woken, and before Truora gets its 200. */
const ring = async (validationId: string): Promise<void> => {
  const table = env('TABLE_NAME');
  const binding = await readBinding(table, validationId);
  if (!binding) return log('info', 'not ours', { step: 'ReceiveWebhook', count: 'webhook_unknown' });
  const { bell, taskToken } = await ringBell(table, { validationId, deadline: binding.deadline }, new Date());
  const woken = taskToken !== undefined && (await resume(taskToken, bell));
  log('info', woken ? 'woken' : 'rang', { step: 'ReceiveWebhook', revalidationId: binding.revalidationId });
};
