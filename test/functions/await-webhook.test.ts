import { expect } from 'vitest';
import { handler } from '../../functions/await-webhook.ts';
import { recordNotification } from '../../shared/ledger/callbacks.ts';
import { context, errorOf, eventOf, journalOf, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const RECEIVED_AT = new Date('2026-11-23T10:00:00.000Z');

const test = withLocalAws('AwaitWebhook');

let journal: ReturnType<typeof journalOf>;

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
  aws.resumed.length = 0;
  journal = journalOf();
});

const waiting = (taskToken: string) => handler(eventOf('AwaitWebhook', journal, { taskToken }), context);

const waitOf = (aws: LocalAws) => aws.item(`WAIT#${journal.validation.validationId}`);

const ring = (aws: LocalAws) => recordNotification(aws.table, journal.validation, RECEIVED_AT);

test('stores its task token where the webhook looks for it, and returns nothing', async ({ aws }) => {
  expect(await waiting('token-1')).toBeUndefined();
  expect(await waitOf(aws)).toMatchObject({ taskToken: 'token-1' });
  expect(aws.resumed).toEqual([]);
  expect(await ring(aws)).toMatchObject({ taskToken: 'token-1' });
});

test('resumes itself with a notification that came before it', async ({ aws }) => {
  await ring(aws);
  expect(await waiting('token-2')).toBeUndefined();
  expect(aws.resumed).toEqual([{ taskToken: 'token-2', output: { receivedAt: RECEIVED_AT.toISOString() } }]);
});

test('stores the same token twice without a change', async ({ aws }) => {
  await waiting('token-3');
  const item = await waitOf(aws);
  expect(await waiting('token-3')).toBeUndefined();
  expect(await waitOf(aws)).toEqual(item);
});

test('replaces the token of an earlier try', async ({ aws }) => {
  await waiting('token-4');
  await waiting('token-5');
  expect(await ring(aws)).toMatchObject({ taskToken: 'token-5' });
});

test('resumes itself at each try, and ignores that the older token is no longer valid', async ({ aws }) => {
  await ring(aws);
  await waiting('token-6');
  aws.overTokens.add('token-6');
  expect(await waiting('token-6')).toBeUndefined();
  expect(aws.resumed.filter(({ taskToken }) => taskToken === 'token-6')).toHaveLength(1);
});

test.for(['lost', 'answer lost'] as const)(
  'succeeds at the second try when its write is %s',
  async (delivery, { aws }) => {
    aws.setWriteDelivery(1, delivery);
    expect(await thrownBy(waiting(`token-7 ${delivery}`))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    await ring(aws);
    await waiting(`token-8 ${delivery}`);
    expect(aws.resumed.at(-1)).toMatchObject({ taskToken: `token-8 ${delivery}` });
  },
);

test('throws, so that the machine tries again, when it cannot resume itself', async ({ aws }) => {
  await ring(aws);
  aws.setDelivery(({ operation }) => (operation === 'SendTaskSuccess' ? 'lost' : 'through'));
  expect(await thrownBy(waiting('token-9'))).toMatchObject({ name: 'LostOnTheWay' });
  aws.setDelivery();
  await waiting('token-9');
  expect(aws.resumed).toMatchObject([{ taskToken: 'token-9' }]);
});

test('refuses an event without a token', async ({ aws }) => {
  const { claim, validation } = journal;
  const event = { executionId: 'arn', journal: { claim, validation } };
  expect((await errorOf(handler(event, context))).name).toBe('TypeError');
  expect(aws.calls).toEqual([]);
});

test('keeps its token out of the log and out of errors', async ({ aws }) => {
  aws.setWriteDelivery(1, 'lost');
  const { message, stack } = await errorOf(waiting('canary-token'));
  aws.setDelivery();
  await waiting('canary-token');
  expect(`${message} ${stack} ${aws.lines.join()}`).not.toContain('canary-token');
});
