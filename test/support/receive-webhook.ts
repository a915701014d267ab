/** Fixtures of ReceiveWebhook. The hook binds a new validation and sets new keys before each test. */

import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, expect, vi } from 'vitest';
import { handler } from '../../functions/receive-webhook.ts';
import { bindValidation } from '../../shared/ledger/bindings.ts';
import { signWebhook } from '../../shared/truora/webhook.ts';
import { context, journalOf, newRevalidationId } from './journal.ts';
import type { LocalAws } from './local-aws.ts';
import { withLocalAws } from './with-local-aws.ts';

export const KEY = 'webhook-key';

export const test = withLocalAws('ReceiveWebhook');

export let validationId: string;

export let deadline: string;

export let revalidationId: string;

test.beforeEach(async ({ aws }) => {
  // The cache of secrets belongs to the process, so each test has secrets of its own.
  process.env.WEBHOOK_KEYS_SECRET = `secret:${randomUUID()}`;
  keys(aws, [KEY]);
  ({ validationId, deadline } = journalOf().validation);
  revalidationId = newRevalidationId();
  await bindValidation(aws.table, { validationId, deadline }, revalidationId, 30);
  aws.setDelivery();
  aws.calls.length = 0;
  aws.resumed.length = 0;
  aws.lines.length = 0;
  aws.metrics.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

export const keys = (aws: LocalAws, held: unknown) => {
  const text = typeof held === 'string' ? held : JSON.stringify(held);
  aws.secrets.set(process.env.WEBHOOK_KEYS_SECRET ?? '', text);
};

export const about = (event_action = 'succeeded', id = validationId) => ({
  id: 'HKE1',
  event_type: 'face_recognition',
  event_action,
  object: { validation_id: id, account_id: 'canary-person', validation_status: 'success' },
});

export const sign = (events: unknown[], key = KEY) => signWebhook({ iss: 'Truora', iat: 1, events }, key);

export const receive = async (body: string | undefined, more: Partial<APIGatewayProxyEventV2> = {}) => {
  const event = { version: '2.0', isBase64Encoded: false, ...(body === undefined ? {} : { body }), ...more };
  return handler(event as APIGatewayProxyEventV2, context);
};

export const waitOf = (aws: LocalAws, id = validationId) => aws.item(`WAIT#${id}`);

export const results = (aws: LocalAws) =>
  aws.metrics.flatMap(({ Notifications, result }) => (Notifications === undefined ? [] : [result]));

export const operations = (aws: LocalAws) => aws.calls.map(({ operation }) => operation);

export const broken = { statusCode: 500, body: expect.stringContaining('"code":"unexpected"') };

export const rung = { notification: { receivedAt: expect.stringMatching(/Z$/) } };
