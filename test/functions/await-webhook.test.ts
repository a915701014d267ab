import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { handler } from '../../functions/await-webhook.ts';
import { recordNotification } from '../../shared/ledger/callbacks.ts';
import { context, errorOf, eventOf, journalOf, thrownBy } from '../support/journal.ts';
import { type LocalAws, openLocalAws } from '../support/local-aws.ts';

const RECEIVED_AT = new Date('2026-11-23T10:00:00.000Z');

let house: LocalAws;

let journal: ReturnType<typeof journalOf>;

beforeAll(async () => {
  house = await openLocalAws('AwaitWebhook');
});

afterAll(() => house.close());

beforeEach(() => {
  house.fate();
  house.calls.length = 0;
  house.resumed.length = 0;
  journal = journalOf();
});

const waiting = (taskToken: string) => handler(eventOf('AwaitWebhook', journal, { taskToken }), context);

const waitOf = () => house.item(`WAIT#${journal.validation.validationId}`);

const ring = () => recordNotification(house.table, journal.validation, RECEIVED_AT);

it('leaves its token where the webhook will look, and answers nothing', async () => {
  expect(await waiting('token-1')).toBeUndefined();
  expect(await waitOf()).toMatchObject({ taskToken: 'token-1' });
  expect(house.resumed).toEqual([]);
  expect(await ring()).toMatchObject({ taskToken: 'token-1' });
});

it('resumes itself with the notification that rang before it came', async () => {
  await ring();
  expect(await waiting('token-2')).toBeUndefined();
  expect(house.resumed).toEqual([{ taskToken: 'token-2', output: { receivedAt: RECEIVED_AT.toISOString() } }]);
});

it('says the same twice as if once', async () => {
  await waiting('token-3');
  const item = await waitOf();
  expect(await waiting('token-3')).toBeUndefined();
  expect(await waitOf()).toEqual(item);
});

it('of a later try leaves its own token in the place of the dead one', async () => {
  await waiting('token-4');
  await waiting('token-5');
  expect(await ring()).toMatchObject({ taskToken: 'token-5' });
});

it('resumes itself at each try, and does not mind that nobody waits on the older token', async () => {
  await ring();
  await waiting('token-6');
  house.overTokens.add('token-6');
  expect(await waiting('token-6')).toBeUndefined();
  expect(house.resumed.filter(({ taskToken }) => taskToken === 'token-6')).toHaveLength(1);
});

it.each(['lost', 'answer lost'] as const)('has a second try when its write is %s', async (fate) => {
  house.fateOfWrite(1, fate);
  expect(await thrownBy(waiting(`token-7 ${fate}`))).toMatchObject({ name: 'LostOnTheWay' });
  house.fate();
  await ring();
  await waiting(`token-8 ${fate}`);
  expect(house.resumed.at(-1)).toMatchObject({ taskToken: `token-8 ${fate}` });
});

it('lets the machine try again when it cannot be woken', async () => {
  await ring();
  house.fate(({ operation }) => (operation === 'SendTaskSuccess' ? 'lost' : 'through'));
  expect(await thrownBy(waiting('token-9'))).toMatchObject({ name: 'LostOnTheWay' });
  house.fate();
  await waiting('token-9');
  expect(house.resumed).toMatchObject([{ taskToken: 'token-9' }]);
});

it('is nothing without a token', async () => {
  const { claim, validation } = journal;
  const event = { executionId: 'arn', journal: { claim, validation } };
  expect((await errorOf(handler(event, context))).name).toBe('TypeError');
  expect(house.calls).toEqual([]);
});

it('keeps its token out of the log and out of errors', async () => {
  house.fateOfWrite(1, 'lost');
  const { message, stack } = await errorOf(waiting('canary-token'));
  house.fate();
  await waiting('canary-token');
  expect(`${message} ${stack} ${house.lines.join()}`).not.toContain('canary-token');
});
