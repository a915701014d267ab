import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { bindKey } from '../../shared/aws/aliases.ts';
import { type House, openHouse } from '../support/house.ts';
import { newRevalidationId, sha256, thrownBy } from '../support/journal.ts';

let house: House;
let key: string;

beforeAll(async () => {
  house = await openHouse(undefined);
});
afterAll(() => house.close());
beforeEach(() => {
  key = randomUUID();
});

const bind = (revalidationId: string, body = sha256('body'), retentionDays = 365) =>
  bindKey({ table: house.table, retentionDays }, { scope: 'workflow', key, revalidationId, body });
const itemOf = () => house.item(`KEY#workflow#${key}`);

it('makes a key another name of the re-validation, for 90 days', async () => {
  const id = newRevalidationId();
  expect(await bind(id)).toBe(id);
  const item = await itemOf();
  expect(item).toMatchObject({ revalidationId: id, body: sha256('body') });
  expect(Math.abs((item?.expiresAt as number) - Date.now() / 1000 - 90 * 86_400)).toBeLessThan(5);
});

it.each([
  [4, 4],
  [89, 89],
  [91, 90],
])('is forgotten no later than its record: kept for %i days, the key lives %i', async (retentionDays, days) => {
  const bound = Date.now() / 1000;
  await bind(newRevalidationId(), undefined, retentionDays);
  expect(Math.abs(((await itemOf())?.expiresAt as number) - bound - days * 86_400)).toBeLessThan(5);
});

it('gives the same request the first id, even if its media has another by now', async () => {
  const id = newRevalidationId();
  await bind(id);
  const before = await itemOf();
  expect(await bind(id)).toBe(id);
  expect(await bind(newRevalidationId())).toBe(id);
  expect(await itemOf()).toEqual(before);
});

it('refuses the key to another request, and says nothing of either', async () => {
  const id = newRevalidationId();
  await bind(id);
  const again = bind(newRevalidationId(), sha256('another body'));
  expect(await thrownBy(again)).toEqual({ name: 'RequestInvalidError', reason: 'idempotency_key_reused' });
  await expect(again).rejects.not.toThrow(key);
  expect(await itemOf()).toMatchObject({ revalidationId: id });
});

it('gives everybody who comes at once the same id', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => bind(newRevalidationId())));
  expect(new Set(ids).size).toBe(1);
});

it('keeps keys apart, whatever characters they are made of', async () => {
  const ids = [];
  for (const odd of ['a', 'A', 'a#b', '#', '{"S":"x"}', '~'.repeat(128)]) {
    key = odd;
    const id = newRevalidationId();
    expect(await bind(id)).toBe(id);
    ids.push(id);
  }
  expect(new Set(ids).size).toBe(6);
});

it('forgets a key that has expired, though DynamoDB still has it', async () => {
  const stale = newRevalidationId();
  const expiresAt = Math.floor(Date.now() / 1000) - 1;
  await house.stand({ pk: `KEY#workflow#${key}`, revalidationId: stale, body: sha256('last quarter'), expiresAt });
  const id = newRevalidationId();
  expect(await bind(id, sha256('somebody else'))).toBe(id);
});
