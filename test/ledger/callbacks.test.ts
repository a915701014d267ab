import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LATE_SECONDS, readCallback, recordNotification, storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { inMinutes, newValidationId } from '../support/journal.ts';
import { type LocalAws, openLocalAws } from '../support/local-aws.ts';

let aws: LocalAws;

let table: string;

let validation: { validationId: string; deadline: string };

beforeAll(async () => {
  aws = await openLocalAws(undefined);
  table = aws.table;
});

afterAll(() => aws.close());

beforeEach(() => {
  validation = { validationId: newValidationId(), deadline: inMinutes(5) };
});

const first = new Date('2026-11-23T10:00:00.000Z');

const second = new Date('2026-11-23T10:00:07.000Z');

test('returns the stored token to the notification', async () => {
  expect(await storeTaskToken(table, validation, 'token')).toBeUndefined();
  expect(await recordNotification(table, validation, first)).toEqual({
    taskToken: 'token',
    notification: { receivedAt: first.toISOString() },
  });
});

test('returns the earlier notification to the token', async () => {
  expect(await recordNotification(table, validation, first)).toEqual({
    notification: { receivedAt: first.toISOString() },
  });
  expect(await storeTaskToken(table, validation, 'token')).toEqual({ receivedAt: first.toISOString() });
});

test('keeps the first of two notifications', async () => {
  await recordNotification(table, validation, first);
  expect(await recordNotification(table, validation, second)).toEqual({
    notification: { receivedAt: first.toISOString() },
  });
  expect(await storeTaskToken(table, validation, 'token')).toEqual({ receivedAt: first.toISOString() });
});

test('keeps the newest of several tokens, because the older ones are no longer valid', async () => {
  await storeTaskToken(table, validation, 'older');
  await storeTaskToken(table, validation, 'newer');
  expect(await recordNotification(table, validation, first)).toMatchObject({ taskToken: 'newer' });
});

test('returns the newest token to a caller whose token is no longer valid', async () => {
  expect((await readCallback(table, validation.validationId)).taskToken).toBeUndefined();
  await recordNotification(table, validation, first);
  expect((await readCallback(table, validation.validationId)).taskToken).toBeUndefined();
  await storeTaskToken(table, validation, 'older');
  await storeTaskToken(table, validation, 'newer');
  expect((await readCallback(table, validation.validationId)).taskToken).toBe('newer');
});

test('keeps the waits of two validations apart', async () => {
  await storeTaskToken(table, validation, 'token');
  const another = { ...validation, validationId: newValidationId() };
  expect(await recordNotification(table, another, first)).not.toHaveProperty('taskToken');
});

test('is kept after the deadline for the days in which a webhook may still come', async () => {
  await storeTaskToken(table, validation, 'token');
  const expiresAt = Math.floor(Date.parse(validation.deadline) / 1000) + LATE_SECONDS;
  expect(await aws.item(`WAIT#${validation.validationId}`)).toMatchObject({ expiresAt });
  const another = { ...validation, validationId: newValidationId() };
  await recordNotification(table, another, first);
  expect(await aws.item(`WAIT#${another.validationId}`)).toMatchObject({ expiresAt });
});

test('never lets a token and a notification miss each other, in any order', async () => {
  const pairs = Array.from({ length: 50 }, (_, n) => ({
    validation: { validationId: newValidationId(), deadline: inMinutes(5) },
    tokenFirst: n % 2 === 0,
  }));
  const seen = await Promise.all(
    pairs.map(async ({ validation, tokenFirst }) => {
      const token = () => storeTaskToken(table, validation, 'token');
      const notification = () => recordNotification(table, validation, first);
      const [found, rung] = tokenFirst
        ? await Promise.all([token(), notification()])
        : (await Promise.all([notification(), token()])).toReversed();
      return {
        notificationSeen: found !== undefined,
        tokenSeen: (rung as { taskToken?: string }).taskToken !== undefined,
      };
    }),
  );
  expect(seen.filter(({ notificationSeen, tokenSeen }) => !notificationSeen && !tokenSeen)).toEqual([]);
  // Both halves are on the item in the end, in either order.
  for (const { validation } of pairs) {
    expect(await aws.item(`WAIT#${validation.validationId}`)).toMatchObject({ taskToken: 'token', notification: {} });
  }
});

test('needs one write for each side, which removes the race', async () => {
  aws.calls.length = 0;
  await storeTaskToken(table, validation, 'token');
  await recordNotification(table, validation, first);
  expect(aws.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem']);
});
