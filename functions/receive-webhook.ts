import { readSecret } from '../shared/aws/secrets.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { accessFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { route, textOf } from '../shared/lambda/route.ts';
import { notify } from '../shared/logic/notify.ts';
import { CREATED, keysOf, MAX_WEBHOOK_BYTES, validationIdsOf, verifyWebhook } from '../shared/truora/webhook.ts';
import type { NotificationResult } from '../shared/workflow/metrics.ts';

/** How many validations of one webhook are handled. Truora sends one event each (assumed); ten seconds are enough for these. */
const MOST_NOTIFICATIONS = 50;

/**
 * `POST /webhooks/truora`, called by Truora. Checks only that the call is genuine and which of our validations it is about, stores the
 * notification and resumes the execution that waits. It decides nothing: ReadVerdict asks Truora. A bad signature costs no read and no
 * write; `created` causes no notification; a validation that is none of ours is answered 200.
 */
export const handler = route('ReceiveWebhook', async ({ event }) => {
  const body = textOf(event, MAX_WEBHOOK_BYTES);
  const events = body === undefined ? undefined : await eventsOf(body);
  if (!events) throw unsigned();
  emit('Webhooks', 1);
  if (events.length === 0) {
    emit('WebhooksUnread', 1);
    log('warn', 'unread', { step: 'ReceiveWebhook', count: 'webhook_unread' });
  }
  for (const { event_action } of events) if (event_action === CREATED) emitResult('created');
  const called = validationIdsOf(events);
  const handled = await Promise.allSettled(called.slice(0, MOST_NOTIFICATIONS).map(handle));
  // The timed poll covers the rest: a webhook that takes longer than this function may run would be handled for none.
  for (const _ of called.slice(MOST_NOTIFICATIONS)) emitResult('left_over');
  log('info', 'done', { step: 'ReceiveWebhook', events: events.length });
  // A webhook with a notification that was not stored is not acknowledged. A repeat of the others has no effect.
  for (const one of handled) if (one.status === 'rejected') throw one.reason;
  return { statusCode: 200 };
});

const handle = async (validationId: string): Promise<void> => {
  const notified = await notify(env('TABLE_NAME'), validationId, () => emit('NotificationsRecorded', 1));
  emitResult(notified.result, 'revalidationId' in notified ? notified.revalidationId : undefined);
};

/** The events of a genuine call. The keys are read again before a call is refused, at most once a minute. */
const eventsOf = async (body: string) => {
  const secretId = env('WEBHOOK_KEYS_SECRET');
  const access = accessFromEnv('SECRETS_MANAGER');
  const keys = await readSecret(access, secretId);
  const events = await verifyWebhook(body, keysOf(keys));
  if (events) return events;
  const newer = await readSecret(access, secretId, keys);
  return newer === keys ? undefined : verifyWebhook(body, keysOf(newer));
};

const unsigned = (): CallRefusedError => {
  emit('WebhookSignatureFailures', 1);
  log('warn', 'bad signature', { step: 'ReceiveWebhook', count: 'webhook_refused' });
  return new CallRefusedError('signature_invalid', 'body: must be signed with a key of ours');
};

const emitResult = (result: NotificationResult, revalidationId?: string): void => {
  emit('Notifications', 1, { result });
  log(result === 'unsent' ? 'warn' : 'info', result, {
    step: 'ReceiveWebhook',
    revalidationId,
    count: `webhook_${result}`,
  });
};
