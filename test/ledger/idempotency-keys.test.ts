import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bindKey, findKey, hashOfQuestion } from '../../shared/ledger/idempotency-keys.ts';
import { inMinutes, newRevalidationId, sha256, thrownBy } from '../support/journal.ts';
import { atStoppedTime } from '../support/stopped-time.ts';
import { type OpenTable, openTable } from '../support/table.ts';

const SCOPE = 'iam:arn:aws:iam::000000000000:user/ana';

let aws: OpenTable;

let key: string;

beforeAll(async () => {
  aws = await openTable();
});

afterAll(() => aws.close());

beforeEach(() => {
  key = randomUUID();
});

const bind = (revalidationId: string, body = sha256('body'), retentionDays = 365) =>
  bindKey({ table: aws.table, retentionDays }, { scope: SCOPE, key, revalidationId, body, accountId: 'ana' });

const itemOf = () => aws.item(`KEY#${SCOPE}#${key}`);

test('binds a key to the re-validation for 90 days', async () => {
  const id = newRevalidationId();
  await atStoppedTime(async (now) => {
    expect(await bind(id)).toBe(id);
    expect(await itemOf()).toMatchObject({
      revalidationId: id,
      body: sha256('body'),
      expiresAt: now / 1000 + 90 * 86_400,
    });
  });
});

test.each([
  [4, 4],
  [89, 89],
  [91, 90],
])('expires no later than its record: kept for %i days, the key lives %i', async (retentionDays, days) => {
  await atStoppedTime(async (now) => {
    await bind(newRevalidationId(), undefined, retentionDays);
    expect(await itemOf()).toHaveProperty('expiresAt', now / 1000 + days * 86_400);
  });
});

test('returns the first id for the same request, even when its media has another by now', async () => {
  const id = newRevalidationId();
  await bind(id);
  const before = await itemOf();
  expect(await bind(id)).toBe(id);
  expect(await bind(newRevalidationId())).toBe(id);
  expect(await itemOf()).toEqual(before);
});

test('refuses the key to another request, and states nothing of either', async () => {
  const id = newRevalidationId();
  await bind(id);
  const again = bind(newRevalidationId(), sha256('another body'));
  expect(await thrownBy(again)).toEqual({ name: 'RequestInvalidError', reason: 'idempotency_key_reused' });
  await expect(again).rejects.not.toThrow(key);
  expect(await itemOf()).toMatchObject({ revalidationId: id });
});

test('returns the same id to all concurrent calls', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => bind(newRevalidationId())));
  expect(new Set(ids).size).toBe(1);
});

test('keeps keys apart, with any characters', async () => {
  const ids = [];
  for (const odd of ['a', 'A', 'a#b', '#', '{"S":"x"}', '~'.repeat(128)]) {
    key = odd;
    const id = newRevalidationId();
    expect(await bind(id)).toBe(id);
    ids.push(id);
  }
  expect(new Set(ids).size).toBe(6);
});

test('ignores a key that has expired, though DynamoDB still has it', async () => {
  const stale = newRevalidationId();
  const expiresAt = Math.floor(Date.now() / 1000) - 1;
  await aws.putItem({ pk: `KEY#${SCOPE}#${key}`, revalidationId: stale, body: sha256('last quarter'), expiresAt });
  const id = newRevalidationId();
  expect(await bind(id, sha256('another request'))).toBe(id);
});

test('keeps the keys of two callers apart at any boundary', async () => {
  const ids = [];
  for (const [scope, name] of [
    ['a', 'b#c'],
    ['a#b', 'c'],
    ['a%23b', 'c'],
    ['a%2523b', 'c'],
    ['a', 'b%23c'],
  ] as const) {
    const alias = {
      scope: `jwt:${scope}`,
      key: `${key}#${name}`,
      body: sha256(name),
      accountId: 'ana',
      revalidationId: newRevalidationId(),
    };
    expect(await bindKey({ table: aws.table, retentionDays: 30 }, alias)).toBe(alias.revalidationId);
    ids.push(alias.revalidationId);
  }
  for (const scope of ['a', 'a%23b', 'a%2523b', 'a%252523b']) {
    expect(await aws.item(`KEY#jwt:${scope}#${key}#${scope === 'a' ? 'b#c' : 'c'}`), scope).toBeDefined();
  }
  expect(new Set(ids).size).toBe(5);
});

const record = (revalidationId: string, more: object) =>
  aws.putItem({
    pk: `RUN#${revalidationId}`,
    revalidationId,
    owner: 'arn',
    phase: 'claimed',
    claimedAt: inMinutes(0),
    trail: [],
    ...more,
  });

test('frees the key of a refused request for any other, and no other key', async () => {
  const ended = async (phase: string) => {
    key = randomUUID();
    const id = newRevalidationId();
    await bind(id);
    await record(id, { phase });
    return id;
  };
  for (const phase of ['approved', 'declined', 'expired', 'failed', 'canceled', 'created']) {
    const id = await ended(phase);
    expect(await bind(newRevalidationId()), phase).toBe(id);
  }
  await ended('refused');
  const next = newRevalidationId();
  expect(await bind(next, sha256('another question'))).toBe(next);
});

test('ignores a reserved key, unless its case was claimed under it', async () => {
  const own = { scope: 'workflow', key, body: sha256('body'), accountId: 'ana' };
  const workflow = (revalidationId: string) => ({ ...own, revalidationId });
  const ledger = { table: aws.table, retentionDays: 30 };
  const [first, second] = [newRevalidationId(), newRevalidationId()];
  await bindKey(ledger, workflow(first), 'one');
  expect(await findKey(ledger, workflow(first))).toBeUndefined();
  // Claimed by a call without the key: that is no use of the key.
  await record(first, {});
  expect(await findKey(ledger, workflow(first))).toBeUndefined();
  await record(first, { keyHash: sha256(`KEY#workflow#${key}`) });
  expect(await findKey(ledger, workflow(second))).toBe(first);
  expect(await bindKey(ledger, workflow(second), 'two')).toBe(first);
});

describe('the hash of a request', () => {
  const of = (options?: object, more: object = {}) =>
    hashOfQuestion({ accountId: 'ana', ...more, options }, { default: { minimumThreshold: 0.6 } });

  test.each([
    [undefined, {}],
    [{ subvalidations: ['similarity', 'passive_liveness'] }, { subvalidations: ['passive_liveness', 'similarity'] }],
    [{ liveness: 'passive' }, { subvalidations: ['passive_liveness', 'similarity'] }],
    [{ liveness: 'disabled' }, { subvalidations: ['similarity'] }],
    [{ resultMode: 'poll' }, {}],
    [{ subvalidations: ['similarity'] }, {}],
    [{ liveness: 'disabled' }, {}],
    [{ threshold: 0.6 }, {}],
    [{ threshold: 0.5 }, {}],
    [{ subvalidations: ['passive_liveness'] }, { liveness: 'passive' }],
  ])('of %j equals that of %j', (one, other) => {
    expect(of(one)).toBe(of(other));
  });

  test('differs for what would be sent differently, and for another reference', () => {
    const all = [
      of({}),
      of({ threshold: 0.7 }),
      of({ subvalidations: ['similarity'], timeoutSeconds: 60 }),
      of({ liveness: 'passive' }),
      of({}, { reference: 'r' }),
      of({}, { accountId: 'bob' }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('does not depend on the floor when no threshold is given', () => {
    expect(hashOfQuestion({}, { default: { minimumThreshold: 0.9 } })).toBe(
      hashOfQuestion({}, { default: { minimumThreshold: 0.6 } }),
    );
  });

  test('does not depend on the accepted age of an outcome', () => {
    expect(of({}, { maxAgeSeconds: 60 })).toBe(of({}));
  });
});
