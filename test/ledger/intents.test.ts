import { beforeEach, describe, expect } from 'vitest';
import { bindValidation, readBinding } from '../../shared/ledger/bindings.ts';
import { closeIntent, type Intent, openIntent, readIntent, recordFirstCheck } from '../../shared/ledger/intents.ts';
import { inMinutes, newPerson, newRevalidationId, newValidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws(undefined);

let accountId: string;

let ours: string;

let theirs: string;

beforeEach(() => {
  ({ accountId } = newPerson());
  ours = newRevalidationId();
  theirs = newRevalidationId();
});

const validationOf = () => ({ validationId: newValidationId(), deadline: inMinutes(5) });

const opening = (aws: LocalAws, revalidationId: string, attempt = 1) =>
  openIntent(aws.table, accountId, { revalidationId, attempt });

const opened = async (aws: LocalAws, revalidationId: string): Promise<Intent> => {
  const intent = await opening(aws, revalidationId);
  if (!intent) throw new TypeError('another intent is open');
  return intent;
};

describe('an intent', () => {
  test('opens once, for the first caller', async ({ aws }) => {
    const intent = await opened(aws, ours);
    expect(intent).toEqual({ revalidationId: ours, attempt: 1, openedAt: expect.any(String) });
    expect(await opening(aws, ours)).toBeUndefined();
    expect(await opening(aws, theirs)).toBeUndefined();
    expect(await readIntent(aws.table, accountId)).toEqual(intent);
  });

  test('opens for exactly one of many at once', async ({ aws }) => {
    const all = Array.from({ length: 20 }, newRevalidationId);
    const intents = await Promise.all(all.map((id) => opening(aws, id)));
    const winners = all.filter((_, n) => intents[n]);
    expect(winners).toHaveLength(1);
    expect((await readIntent(aws.table, accountId))?.revalidationId).toBe(winners[0]);
  });

  test('belongs to its run when the answer was lost and the SDK wrote it twice, and not when the run opened another just then', async ({
    aws,
  }) => {
    aws.setWriteDelivery(1, 'twice');
    const intent = await opened(aws, ours);
    aws.setDelivery();
    expect(await readIntent(aws.table, accountId)).toEqual(intent);
    const again = { revalidationId: ours, attempt: 1, openedAt: intent.openedAt };
    expect(await openIntent(aws.table, accountId, again)).toBeUndefined();
  });

  test('belongs to one person only', async ({ aws }) => {
    const { accountId: another } = newPerson();
    await opened(aws, ours);
    expect(await openIntent(aws.table, another, { revalidationId: theirs, attempt: 1 })).toBeDefined();
    expect(await readIntent(aws.table, newPerson().accountId)).toBeUndefined();
  });

  test('never expires by the clock', async ({ aws }) => {
    await opened(aws, ours);
    expect(await aws.item(`ACC#${accountId}`)).not.toHaveProperty('expiresAt');
  });

  test('closes by its own name; closing it twice, or another, does nothing', async ({ aws }) => {
    const intent = await opened(aws, ours);
    await closeIntent(aws.table, accountId, { ...intent, revalidationId: theirs });
    expect(await readIntent(aws.table, accountId)).toEqual(intent);
    await closeIntent(aws.table, accountId, intent);
    expect(await readIntent(aws.table, accountId)).toBeUndefined();
    await closeIntent(aws.table, accountId, intent);
    expect(await opening(aws, theirs)).toBeDefined();
  });

  test('of a later attempt is not changed by a function that was taken for dead', async ({ aws }) => {
    const intent = await opened(aws, ours);
    const dead = { ...intent, openedAt: '2026-11-23T12:00:00.000Z' };
    await closeIntent(aws.table, accountId, dead);
    await recordFirstCheck(aws.table, accountId, dead, ['VLD1']);
    expect(await readIntent(aws.table, accountId)).toEqual(intent);
  });

  test('keeps the first read of the list', async ({ aws }) => {
    const intent = await opened(aws, ours);
    await recordFirstCheck(aws.table, accountId, intent, ['VLD1']);
    const firstCheck = { at: expect.any(String), seen: ['VLD1'] };
    expect(await readIntent(aws.table, accountId)).toEqual({ ...intent, firstCheck });
  });
});

describe('a binding', () => {
  test('names the case of a validation', async ({ aws }) => {
    const validation = validationOf();
    await bindValidation(aws.table, validation, ours, 30);
    expect(await readBinding(aws.table, validation.validationId)).toEqual({
      revalidationId: ours,
      deadline: validation.deadline,
    });
  });

  test('stays when it is made again', async ({ aws }) => {
    const validation = validationOf();
    await bindValidation(aws.table, validation, ours, 30);
    const before = await aws.item(`VLD#${validation.validationId}`);
    await bindValidation(aws.table, { ...validation, deadline: inMinutes(50) }, ours, 60);
    expect(await aws.item(`VLD#${validation.validationId}`)).toEqual(before);
  });

  test('refuses a validation of another case', async ({ aws }) => {
    const validation = validationOf();
    await bindValidation(aws.table, validation, theirs, 30);
    await expect(bindValidation(aws.table, validation, ours, 30)).rejects.toThrow('bound to another re-validation');
    expect(await readBinding(aws.table, validation.validationId)).toMatchObject({ revalidationId: theirs });
  });

  test('does not exist for a validation that is none of ours', async ({ aws }) => {
    expect(await readBinding(aws.table, newValidationId())).toBeUndefined();
  });

  test('lives as long as a record, and is not read after that', async ({ aws }) => {
    const validation = validationOf();
    await bindValidation(aws.table, validation, ours, 30);
    const item = await aws.item(`VLD#${validation.validationId}`);
    expect(item?.expiresAt).toBe(Math.floor(Date.parse(validation.deadline) / 1000) + 30 * 86_400);
    await aws.putItem({ ...item, pk: `VLD#${validation.validationId}`, expiresAt: Math.floor(Date.now() / 1000) - 1 });
    expect(await readBinding(aws.table, validation.validationId)).toBeUndefined();
  });
});
