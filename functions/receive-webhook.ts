import { resume } from '../shared/aws/executions.ts';
import { readSecret } from '../shared/aws/secrets.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import type { Notification } from '../shared/domain/revalidation.ts';
import { accessFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { route, textOf } from '../shared/lambda/route.ts';
import { readBinding } from '../shared/ledger/bindings.ts';
import { readCallback, recordNotification } from '../shared/ledger/callbacks.ts';
import { markLateWebhook } from '../shared/ledger/follow-ups.ts';
import { CREATED, keysOf, MAX_WEBHOOK_BYTES, validationIdsOf, verifyWebhook } from '../shared/truora/webhook.ts';
import type { NotificationResult } from '../shared/workflow/metrics.ts';

/** How many validations one call is heard for. Truora's carry one event each (assumed); ten seconds are enough for these. */
const MOST_NOTIFICATIONS = 50;

/**
 * `POST /webhooks/truora`, called by Truora. Asks only whether the call is genuine and which of our validations it is
 * about, rings the bell and wakes whoever is parked. It decides nothing: ReadVerdict asks Truora. A bad signature costs
 * no read and no write; `created` rings nothing; a validation that is none of ours is somebody else's and answered 200.
 */
export const handler = route('ReceiveWebhook', async ({ event }) => {
  const body = textOf(event, MAX_WEBHOOK_BYTES);
  const events = body === undefined ? undefined : await eventsOf(body);
  if (!events) {
    emit('WebhookSignatureFailures', 1);
    log('warn', 'bad signature', { step: 'ReceiveWebhook', count: 'webhook_refused' });
    throw new CallRefusedError('signature_invalid', 'body: must be signed with a key of ours');
  }
  emit('Webhooks', 1);
  if (events.length === 0) {
    emit('WebhooksUnread', 1);
    log('warn', 'unread', { step: 'ReceiveWebhook', count: 'webhook_unread' });
  }
  for (const { event_action } of events) if (event_action === CREATED) seen('created');
  const called = validationIdsOf(events);
  const rung = await Promise.allSettled(called.slice(0, MOST_NOTIFICATIONS).map(ring));
  // The rest is left to the timed poll: a call that takes us more than our time would be heard for none.
  for (const _ of called.slice(MOST_NOTIFICATIONS)) seen('left_over');
  log('info', 'done', { step: 'ReceiveWebhook', events: events.length });
  // What was not written down is not acknowledged; the others have rung, and ring no louder at the repeat.
  for (const one of rung) if (one.status === 'rejected') throw one.reason;
  return { statusCode: 200 };
});

/** The events of a genuine call; a key that refuses it is read anew first, at most once a minute. */
const eventsOf = async (body: string) => {
  const secretId = env('WEBHOOK_KEYS_SECRET');
  const access = accessFromEnv('SECRETS_MANAGER');
  const keys = await readSecret(access, secretId);
  const events = await verifyWebhook(body, keysOf(keys));
  if (events) return events;
  const newer = await readSecret(access, secretId, keys);
  return newer === keys ? undefined : verifyWebhook(body, keysOf(newer));
};

/** The bell is durable before anybody is woken, and before Truora gets its 200. */
const ring = async (validationId: string): Promise<void> => {
  const table = env('TABLE_NAME');
  const binding = await readBinding(table, validationId);
  if (!binding) return seen('unknown');
  const at = new Date();
  const { notification, taskToken } = await recordNotification(table, { validationId, deadline: binding.deadline }, at);
  emit('NotificationsRecorded', 1);
  const fate = taskToken === undefined ? 'recorded' : await wake(validationId, taskToken, notification);
  // Nobody waits: it has not come to that yet, or the case is closed, and then the sweep asks what Truora wanted to say.
  if (fate !== 'resumed') await markLateWebhook(table, binding.revalidationId, at);
  seen(fate, binding.revalidationId);
};

/** From here on whoever parks finds the bell, and whoever is parked and cannot be woken runs out of patience and looks. */
const wake = async (
  validationId: string,
  taskToken: string,
  notification: Notification,
): Promise<NotificationResult> => {
  try {
    if (await resume(taskToken, notification)) return 'resumed';
    // That token is over. Should a retry have left a newer one meanwhile, it is tried, once.
    const { taskToken: newer } = await readCallback(env('TABLE_NAME'), validationId);
    return newer && newer !== taskToken && (await resume(newer, notification)) ? 'resumed' : 'late';
  } catch {
    return 'unsent';
  }
};

const seen = (result: NotificationResult, revalidationId?: string): void => {
  emit('Notifications', 1, { result });
  log(result === 'unsent' ? 'warn' : 'info', result, {
    step: 'ReceiveWebhook',
    revalidationId,
    count: `webhook_${result}`,
  });
};
