import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bindValidation, readBinding } from '../../shared/ledger/bindings.ts';
import { closeIntent, type Intent, openIntent, readIntent, recordFirstCheck } from '../../shared/ledger/intents.ts';
import { inMinutes, newPerson, newRevalidationId, newValidationId } from '../support/journal.ts';
import { type LocalAws, openLocalAws } from '../support/local-aws.ts';

let aws: LocalAws;

let table: string;

let accountId: string;

let ours: string;

let theirs: string;

beforeAll(async () => {
  aws = await openLocalAws(undefined);
  table = aws.table;
});

afterAll(() => aws.close());

beforeEach(() => {
  ({ accountId } = newPerson());
  ours = newRevalidationId();
  theirs = newRevalidationId();
});

const validationOf = () => ({ validationId: newValidationId(), deadline: inMinutes(5) });

const opening = (revalidationId: string, attempt = 1) => openIntent(table, accountId, { revalidationId, attempt });

const opened = async (revalidationId: string): Promise<Intent> => {
  const intent = await opening(revalidationId);
  if (!intent) throw new TypeError('another intent is open');
  return intent;
};

describe('an intent', () => {
  test('is opened once, by the first caller', async () => {
    const intent = await opened(ours);
    expect(intent).toEqual({ revalidationId: ours, attempt: 1, openedAt: expect.any(String) });
    expect(await opening(ours)).toBeUndefined();
    expect(await opening(theirs)).toBeUndefined();
    expect(await readIntent(table, accountId)).toEqual(intent);
  });

  test('is opened by exactly one of many at once', async () => {
    const all = Array.from({ length: 20 }, newRevalidationId);
    const intents = await Promise.all(all.map((id) => opening(id)));
    const winners = all.filter((_, n) => intents[n]);
    expect(winners).toHaveLength(1);
    expect((await readIntent(table, accountId))?.revalidationId).toBe(winners[0]);
  });

  test('belongs to its run when the answer was lost and the SDK wrote it twice, and not when the run opened another just then', async () => {
    aws.setWriteDelivery(1, 'twice');
    const intent = await opened(ours);
    aws.setDelivery();
    expect(await readIntent(table, accountId)).toEqual(intent);
    const again = { revalidationId: ours, attempt: 1, openedAt: intent.openedAt };
    expect(await openIntent(table, accountId, again)).toBeUndefined();
  });

  test('belongs to one person only', async () => {
    const { accountId: another } = newPerson();
    await opened(ours);
    expect(await openIntent(table, another, { revalidationId: theirs, attempt: 1 })).toBeDefined();
    expect(await readIntent(table, newPerson().accountId)).toBeUndefined();
  });

  test('never expires by the clock', async () => {
    await opened(ours);
    expect(await aws.item(`ACC#${accountId}`)).not.toHaveProperty('expiresAt');
  });

  test('is closed by its own name; closing it twice, or another, does nothing', async () => {
    const intent = await opened(ours);
    await closeIntent(table, accountId, { ...intent, revalidationId: theirs });
    expect(await readIntent(table, accountId)).toEqual(intent);
    await closeIntent(table, accountId, intent);
    expect(await readIntent(table, accountId)).toBeUndefined();
    await closeIntent(table, accountId, intent);
    expect(await opening(theirs)).toBeDefined();
  });

  test('of a later attempt is not changed by a function that was taken for dead', async () => {
    const intent = await opened(ours);
    const dead = { ...intent, openedAt: '2026-11-23T12:00:00.000Z' };
    await closeIntent(table, accountId, dead);
    await recordFirstCheck(table, accountId, dead, ['VLD1']);
    expect(await readIntent(table, accountId)).toEqual(intent);
  });

  test('keeps the first read of the list', async () => {
    const intent = await opened(ours);
    await recordFirstCheck(table, accountId, intent, ['VLD1']);
    const firstCheck = { at: expect.any(String), seen: ['VLD1'] };
    expect(await readIntent(table, accountId)).toEqual({ ...intent, firstCheck });
  });
});

describe('a binding', () => {
  test('names the case of a validation', async () => {
    const validation = validationOf();
    await bindValidation(table, validation, ours, 30);
    expect(await readBinding(table, validation.validationId)).toEqual({
      revalidationId: ours,
      deadline: validation.deadline,
    });
  });

  test('stays when it is made again', async () => {
    const validation = validationOf();
    await bindValidation(table, validation, ours, 30);
    const before = await aws.item(`VLD#${validation.validationId}`);
    await bindValidation(table, { ...validation, deadline: inMinutes(50) }, ours, 60);
    expect(await aws.item(`VLD#${validation.validationId}`)).toEqual(before);
  });

  test('is refused for a validation of another case', async () => {
    const validation = validationOf();
    await bindValidation(table, validation, theirs, 30);
    await expect(bindValidation(table, validation, ours, 30)).rejects.toThrow('bound to another re-validation');
    expect(await readBinding(table, validation.validationId)).toMatchObject({ revalidationId: theirs });
  });

  test('is absent for a validation that is none of ours', async () => {
    expect(await readBinding(table, newValidationId())).toBeUndefined();
  });

  test('lives as long as a record, and is not read after that', async () => {
    const validation = validationOf();
    await bindValidation(table, validation, ours, 30);
    const item = await aws.item(`VLD#${validation.validationId}`);
    expect(item?.expiresAt).toBe(Math.floor(Date.parse(validation.deadline) / 1000) + 30 * 86_400);
    await aws.putItem({ ...item, pk: `VLD#${validation.validationId}`, expiresAt: Math.floor(Date.now() / 1000) - 1 });
    expect(await readBinding(table, validation.validationId)).toBeUndefined();
  });
});
