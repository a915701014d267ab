import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamo } from '../../shared/aws/clients.ts';
import { accessFromEnv } from '../../shared/lambda/clients.ts';
import { bindOrphans, bindValidation, readBinding } from '../../shared/ledger/bindings.ts';
import { reserveBudget, reserveOne } from '../../shared/ledger/budget.ts';
import { readCallback, recordNotification, storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { freeMedia, holdMedia } from '../../shared/ledger/holds.ts';
import { closeIntent, Intent, isOpen, openIntent, readIntent, recordFirstCheck } from '../../shared/ledger/intents.ts';
import { changeTexts, readTexts, throttleOf } from '../../shared/ledger/throttle.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { newPerson, newRevalidationId, newValidationId } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';

let aws: OpenTable;

beforeAll(async () => {
  aws = await openTable();
});

afterAll(() => aws.close());

const DAY = 86_400;

/** Far ahead, so that nothing here is over. */
const deadline = '2126-11-23T10:05:00.000Z';

const deadlineSeconds = Date.parse(deadline) / 1000;

/** A time to live that was counted from now, between the two times that a test looked at the clock. */
const expectLife = (expiresAt: unknown, from: number, seconds: number) => {
  expect(expiresAt).toBeGreaterThanOrEqual(Math.floor(from / 1000) + seconds);
  expect(expiresAt).toBeLessThanOrEqual(Math.floor(Date.now() / 1000) + seconds);
};

describe('a binding', () => {
  test('names the case of a validation until the deadline and the retention are over', async () => {
    const [id, ours] = [newValidationId(), newRevalidationId()];
    await bindValidation(aws.table, { validationId: id, deadline }, ours, 3);
    const expiresAt = deadlineSeconds + 3 * DAY;
    expect(await aws.item(`VLD#${id}`)).toEqual({ pk: `VLD#${id}`, revalidationId: ours, deadline, expiresAt });
    await aws.putItem({ pk: `VLD#${id}`, revalidationId: ours, deadline, expiresAt: Date.now() });
    expect(await readBinding(aws.table, id)).toEqual({ revalidationId: ours, deadline });
    await aws.putItem({ pk: `VLD#${id}`, revalidationId: ours, deadline, expiresAt: 1 });
    expect(await readBinding(aws.table, id)).toBeUndefined();
    expect(await readBinding(aws.table, newValidationId())).toBeUndefined();
  });

  test('stays when it is made again, and is refused to another case', async () => {
    const [id, ours] = [newValidationId(), newRevalidationId()];
    await bindValidation(aws.table, { validationId: id, deadline }, ours, 3);
    await bindValidation(aws.table, { validationId: id, deadline }, ours, 3);
    await expect(bindValidation(aws.table, { validationId: id, deadline }, newRevalidationId(), 3)).rejects.toThrow(
      TypeError,
    );
  });

  test('covers each orphan, as long as a validation may live after its call', async () => {
    const [one, other, ours] = [newValidationId(), newValidationId(), newRevalidationId()];
    const of = { revalidationId: ours, openedAt: '2026-11-23T10:00:00.000Z' };
    await bindOrphans(aws.ledger, of, [one, other]);
    const end = '2026-11-23T16:00:00.000Z';
    for (const id of [one, other]) {
      expect(await aws.item(`VLD#${id}`)).toMatchObject({
        revalidationId: ours,
        deadline: end,
        expiresAt: Date.parse(end) / 1000 + 30 * DAY,
      });
    }
  });

  test('does not parse without an owner', async () => {
    const id = newValidationId();
    await aws.putItem({ pk: `VLD#${id}`, expiresAt: Date.now() });
    await expect(readBinding(aws.table, id)).rejects.toThrow();
  });
});

describe('a callback', () => {
  const validationOf = () => ({ validationId: newValidationId(), deadline });

  test('returns the token to the notification and the notification to the token, in either order', async () => {
    const at = new Date('2026-11-23T10:00:00.000Z');
    const notification = { receivedAt: at.toISOString() };
    const first = validationOf();
    expect(await storeTaskToken(aws.table, first, 'token')).toBeUndefined();
    expect(await recordNotification(aws.table, first, at)).toEqual({ taskToken: 'token', notification });
    const second = validationOf();
    expect(await recordNotification(aws.table, second, at)).toEqual({ notification });
    expect(await recordNotification(aws.table, second, new Date())).toEqual({ notification });
    expect(await storeTaskToken(aws.table, second, 'token')).toEqual(notification);
    expect(await readCallback(aws.table, second.validationId)).toEqual({ taskToken: 'token', notification });
    expect(await readCallback(aws.table, newValidationId())).toEqual({});
  });

  test.each<[string, (validation: { validationId: string; deadline: string }) => Promise<unknown>]>([
    ['a token', (validation) => storeTaskToken(aws.table, validation, 'token')],
    ['a notification', (validation) => recordNotification(aws.table, validation, new Date())],
  ])('of %s is kept for four days after the deadline', async (_, leave) => {
    const validation = validationOf();
    await leave(validation);
    expect(await aws.item(`WAIT#${validation.validationId}`)).toMatchObject({
      expiresAt: deadlineSeconds + 4 * DAY,
    });
  });
});

describe('a version of the media', () => {
  const newVersion = () => ({ bucket: 'media', key: `media/${newValidationId()}`, versionId: 'v1' });

  const itemOf = ({ bucket, key, versionId }: ReturnType<typeof newVersion>) =>
    aws.item(
      `HOLD#${createHash('sha256')
        .update(JSON.stringify([bucket, key, versionId]))
        .digest('hex')}`,
    );

  test('takes a hold of each case, and becomes free once the last one releases it', async () => {
    const [version, one, other, from] = [newVersion(), newRevalidationId(), newRevalidationId(), Date.now()];
    expect(await holdMedia(aws.ledger, version, one)).toBe(true);
    expect(await holdMedia(aws.ledger, version, other)).toBe(true);
    const held = await itemOf(version);
    expect(held?.holders).toEqual(new Set([one, other]));
    expectLife(held?.expiresAt, from, 30 * DAY);
    expect(await freeMedia(aws.ledger, version, one)).toBe(false);
    expect(await freeMedia(aws.ledger, version, one)).toBe(false);
    expect(await holdMedia(aws.ledger, version, one)).toBe(true);
    expect(await freeMedia(aws.ledger, version, other)).toBe(false);
    expect(await freeMedia(aws.ledger, version, one)).toBe(true);
    expect(await holdMedia(aws.ledger, version, one)).toBe(false);
  });

  test('lives as long as a record after its last change', async () => {
    const [version, one, other] = [newVersion(), newRevalidationId(), newRevalidationId()];
    await holdMedia(aws.ledger, version, one);
    const longer = { ...aws.ledger, retentionDays: 40 };
    const from = Date.now();
    expect(await freeMedia(longer, version, other)).toBe(false);
    expectLife((await itemOf(version))?.expiresAt, from, 40 * DAY);
    expect(await freeMedia({ ...aws.ledger, retentionDays: 50 }, version, one)).toBe(true);
    const freed = await itemOf(version);
    expectLife(freed?.expiresAt, from, 50 * DAY);
    expect(Date.parse(String(freed?.freed))).toBeGreaterThanOrEqual(from);
  });

  test('counts as free at once when no case has held it, and takes no hold', async () => {
    const version = newVersion();
    expect(await freeMedia(aws.ledger, version, newRevalidationId())).toBe(true);
    expect(await holdMedia(aws.ledger, version, newRevalidationId())).toBe(false);
    for (const other of [{ bucket: 'x' }, { key: 'x' }, { versionId: 'x' }]) {
      expect(await holdMedia(aws.ledger, { ...version, ...other }, newRevalidationId())).toBe(true);
    }
  });
});

describe('an intent', () => {
  const opened = async () => {
    const { accountId } = newPerson();
    const revalidationId = newRevalidationId();
    const intent = await openIntent(aws.table, accountId, { revalidationId, attempt: 1 });
    if (!intent) throw new TypeError('another intent is open');
    return { accountId, intent };
  };

  test('opens now, or under the time of its first opening, and for one caller', async () => {
    const from = Date.now();
    const { accountId, intent } = await opened();
    expect(Date.parse(intent.openedAt)).toBeGreaterThanOrEqual(from);
    const again = { revalidationId: intent.revalidationId, attempt: 2 };
    expect(await openIntent(aws.table, accountId, again)).toBeUndefined();
    await closeIntent(aws.table, accountId, intent);
    const first = { ...again, openedAt: '2026-11-23T10:00:00.000Z' };
    expect(await openIntent(aws.table, accountId, first)).toEqual(first);
    expect(await readIntent(aws.table, accountId)).toEqual(first);
    expect(await aws.item(`ACC#${accountId}`)).toMatchObject(first);
  });

  test('does not open while another one is closed, and opens once when the SDK repeats the write', async () => {
    const { accountId, intent } = await opened();
    const commands = commandsSent(dynamo());
    const again = { revalidationId: intent.revalidationId, attempt: 2 };
    commands.before('GetItem', () => aws.remove(`ACC#${accountId}`));
    expect(await openIntent(aws.table, accountId, again)).toBeUndefined();
    commands.repeat('PutItem');
    expect(await openIntent(aws.table, accountId, again)).toMatchObject(again);
  });

  test('counts as open while it exists, and no other does', async () => {
    const { accountId, intent } = await opened();
    expect(await isOpen(aws.table, accountId, intent)).toBe(true);
    expect(await isOpen(aws.table, accountId, { ...intent, revalidationId: newRevalidationId() })).toBe(false);
    expect(await isOpen(aws.table, accountId, { ...intent, openedAt: deadline })).toBe(false);
    expect(await isOpen(aws.table, newPerson().accountId, intent)).toBe(false);
  });

  test('keeps a read of the list and is closed by its own name alone', async () => {
    const { accountId, intent } = await opened();
    const others = [
      { ...intent, revalidationId: newRevalidationId() },
      { ...intent, openedAt: deadline },
    ];
    for (const other of others) {
      await recordFirstCheck(aws.table, accountId, other, ['VLD1']);
      await closeIntent(aws.table, accountId, other);
    }
    expect(await readIntent(aws.table, accountId)).toEqual(intent);
    const from = Date.now();
    await recordFirstCheck(aws.table, accountId, intent, ['VLD1']);
    const looked = await readIntent(aws.table, accountId);
    expect(looked).toEqual({ ...intent, firstCheck: { at: expect.any(String), seen: ['VLD1'] } });
    expect(Date.parse(looked?.firstCheck?.at ?? '')).toBeGreaterThanOrEqual(from);
    await closeIntent(aws.table, accountId, intent);
    await closeIntent(aws.table, accountId, intent);
    expect(await readIntent(aws.table, accountId)).toBeUndefined();
  });

  test.each([
    { revalidationId: 'x' },
    { openedAt: 'today' },
    { attempt: 0 },
    { attempt: 1.5 },
    { firstCheck: {} },
    { firstCheck: { at: 'today', seen: [] } },
    { firstCheck: { at: deadline, seen: ['a/b'] } },
  ])('does not parse with %j', (odd) => {
    const intent = { revalidationId: newRevalidationId(), openedAt: deadline, attempt: 1 };
    expect(Intent.safeParse(intent).success).toBe(true);
    expect(Intent.safeParse({ ...intent, ...odd }).success).toBe(false);
  });
});

describe('the throttle', () => {
  const seconds = (at = '') => (Date.parse(at) - Date.now()) / 1000;
  const throttle = () => throttleOf(accessFromEnv('DYNAMODB'), aws.table);
  const inForce = () => ({ table: aws.table, throttle: throttle() });

  test('keeps the later of two times when a second call backs off for less', async () => {
    await aws.putItem({ pk: 'GATE#truora' });
    expect(await throttle().read()).toEqual({});
    await throttle().backOff(200);
    const stored = await throttle().read();
    expect(seconds(stored.notBefore)).toBeGreaterThan(60);
    await throttle().backOff(1);
    expect(await throttle().read({ consistent: true })).toEqual(stored);
  });

  test('stays open while its item does not exist', async () => {
    expect(await readTexts(accessFromEnv('DYNAMODB'), aws.table, 'GATE#none')).toBeUndefined();
  });

  test('can be read without the client: texts, numbers and truth values as they are, lists as JSON', async () => {
    const pk = 'GATE#odd';
    await aws.putItem({ pk, text: 'a', number: 7, isTrue: true, isFalse: false, list: ['a'], nothing: null });
    expect(await readTexts(accessFromEnv('DYNAMODB'), aws.table, pk)).toEqual({
      pk,
      text: 'a',
      number: '7',
      isTrue: 'true',
      isFalse: 'false',
      list: JSON.stringify([{ S: 'a' }]),
    });
  });

  test('can be changed without the client while its condition holds, and throws any other error', async () => {
    const access = accessFromEnv('DYNAMODB');
    const change = (value: string) => ({ set: { at: value }, whileBelow: { at: value } });
    expect(await changeTexts(access, aws.table, 'GATE#two', change('b'))).toBe(true);
    expect(await changeTexts(access, aws.table, 'GATE#two', change('a'))).toBe(false);
    expect(await aws.item('GATE#two')).toEqual({ pk: 'GATE#two', at: 'b' });
    await expect(changeTexts(access, 'NoTable', 'GATE#two', change('c'))).rejects.toThrow();
  });

  test('refuses a charged call while it is closed, states when to retry, and otherwise lets it through', async () => {
    await aws.putItem({ pk: 'GATE#truora', closed: 'an incident' });
    await expect(reserveBudget(inForce(), 5, 'RVL1#1')).rejects.toMatchObject({ reason: 'truora_closed' });
    await aws.putItem({ pk: 'GATE#truora' });
    await throttle().backOff(100);
    await expect(reserveBudget(inForce(), 5, 'RVL1#1')).rejects.toMatchObject({ reason: 'truora_rate_limited' });
    await aws.putItem({ pk: 'GATE#truora' });
    await expect(reserveBudget(inForce(), undefined, 'RVL1#1')).resolves.toBeUndefined();
    await expect(reserveBudget(inForce(), 1, 'RVL1#1')).resolves.toBeUndefined();
    await expect(reserveBudget(inForce(), 0, 'RVL2#1')).rejects.toMatchObject({
      name: 'SpendingRefusedError',
      reason: 'daily_budget_spent',
    });
  });
});

describe('a budget', () => {
  const countersOf = async (day: string, shards: number) => {
    const counters = await Promise.all(
      Array.from({ length: shards }, (_, shard) => aws.item(`GATE#truora#${day}#${shard}`)),
    );
    return counters.filter((counter) => counter !== undefined);
  };

  test('lets exactly its calls through, each counted once, and keeps its counters for a week', async () => {
    const day = new Date('2027-04-02T12:00:00Z');
    const attempts = Array.from({ length: 12 }, (_, n) => `RVL${n}#1`);
    for (const _ of [1, 2]) {
      for (const attempt of attempts) expect(await reserveOne(aws.table, 12, attempt, day)).toBe(true);
    }
    expect(await reserveOne(aws.table, 12, 'RVLother#1', day)).toBe(false);
    const counters = await countersOf('2027-04-02', 10);
    expect(counters.map(({ spent }) => spent)).toEqual([2, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
    for (const { expiresAt, attempts: marks } of counters) {
      expect(expiresAt).toBe(day.getTime() / 1000 + 7 * DAY);
      expect([...(marks as Set<string>)].every((mark) => mark.length === 12)).toBe(true);
    }
  });

  test('counts an attempt first on the counter of its own name', async () => {
    const day = new Date('2027-04-03T12:00:00Z');
    const hash = createHash('sha256').update('RVL7#1').digest();
    expect(await reserveOne(aws.table, 1000, 'RVL7#1', day)).toBe(true);
    const shard = hash.readUInt32BE(28) % 10;
    expect(await aws.item(`GATE#truora#2027-04-03#${shard}`)).toMatchObject({
      spent: 1,
      attempts: new Set([hash.toString('base64url').slice(0, 12)]),
    });
    expect(await countersOf('2027-04-03', 10)).toHaveLength(1);
  });
});
