import { beforeEach, expect } from 'vitest';
import { LATE_SECONDS, readCallback, recordNotification, storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { inMinutes, newValidationId } from '../support/journal.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws(undefined);

let validation: { validationId: string; deadline: string };

beforeEach(() => {
  validation = { validationId: newValidationId(), deadline: inMinutes(5) };
});

const first = new Date('2026-11-23T10:00:00.000Z');

const second = new Date('2026-11-23T10:00:07.000Z');

test('returns the stored token to the notification', async ({ aws }) => {
  expect(await storeTaskToken(aws.table, validation, 'token')).toBeUndefined();
  expect(await recordNotification(aws.table, validation, first)).toEqual({
    taskToken: 'token',
    notification: { receivedAt: first.toISOString() },
  });
});

test('returns the earlier notification to the token', async ({ aws }) => {
  expect(await recordNotification(aws.table, validation, first)).toEqual({
    notification: { receivedAt: first.toISOString() },
  });
  expect(await storeTaskToken(aws.table, validation, 'token')).toEqual({ receivedAt: first.toISOString() });
});

test('keeps the first of two notifications', async ({ aws }) => {
  await recordNotification(aws.table, validation, first);
  expect(await recordNotification(aws.table, validation, second)).toEqual({
    notification: { receivedAt: first.toISOString() },
  });
  expect(await storeTaskToken(aws.table, validation, 'token')).toEqual({ receivedAt: first.toISOString() });
});

test('keeps the newest of several tokens, because the older ones are no longer valid', async ({ aws }) => {
  await storeTaskToken(aws.table, validation, 'older');
  await storeTaskToken(aws.table, validation, 'newer');
  expect(await recordNotification(aws.table, validation, first)).toMatchObject({ taskToken: 'newer' });
});

test('returns the newest token to a caller whose token is no longer valid', async ({ aws }) => {
  expect((await readCallback(aws.table, validation.validationId)).taskToken).toBeUndefined();
  await recordNotification(aws.table, validation, first);
  expect((await readCallback(aws.table, validation.validationId)).taskToken).toBeUndefined();
  await storeTaskToken(aws.table, validation, 'older');
  await storeTaskToken(aws.table, validation, 'newer');
  expect((await readCallback(aws.table, validation.validationId)).taskToken).toBe('newer');
});

test('keeps the waits of two validations apart', async ({ aws }) => {
  await storeTaskToken(aws.table, validation, 'token');
  const another = { ...validation, validationId: newValidationId() };
  expect(await recordNotification(aws.table, another, first)).not.toHaveProperty('taskToken');
});

test('keeps the callback after the deadline for the days in which a webhook may still come', async ({ aws }) => {
  await storeTaskToken(aws.table, validation, 'token');
  const expiresAt = Math.floor(Date.parse(validation.deadline) / 1000) + LATE_SECONDS;
  expect(await aws.item(`WAIT#${validation.validationId}`)).toMatchObject({ expiresAt });
  const another = { ...validation, validationId: newValidationId() };
  await recordNotification(aws.table, another, first);
  expect(await aws.item(`WAIT#${another.validationId}`)).toMatchObject({ expiresAt });
});

test('never lets a token and a notification miss each other, in any order', async ({ aws }) => {
  const pairs = Array.from({ length: 50 }, (_, n) => ({
    validation: { validationId: newValidationId(), deadline: inMinutes(5) },
    tokenFirst: n % 2 === 0,
  }));
  const seen = await Promise.all(
    pairs.map(async ({ validation, tokenFirst }) => {
      const token = () => storeTaskToken(aws.table, validation, 'token');
      const notification = () => recordNotification(aws.table, validation, first);
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

test('needs one write for each side, which removes the race', async ({ aws }) => {
  aws.calls.length = 0;
  await storeTaskToken(aws.table, validation, 'token');
  await recordNotification(aws.table, validation, first);
  expect(aws.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem']);
});
