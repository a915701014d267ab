import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bindValidation,
  type Created,
  closeIntent,
  keepAnswer,
  keepLink,
  openIntent,
  readBinding,
  readIntent,
  readLink,
} from '../../shared/aws/intents.ts';
import { type House, openHouse } from '../support/house.ts';
import { inMinutes, newPerson, newRevalidationId, newValidationId } from '../support/journal.ts';

const LINK = 'https://files.truora.com/u/secret?Expires=4102444800&Signature=canary';

let house: House;
let table: string;
let accountId: string;
let ours: string;
let theirs: string;

beforeAll(async () => {
  house = await openHouse(undefined);
  table = house.table;
});
afterAll(() => house.close());
beforeEach(() => {
  ({ accountId } = newPerson());
  ours = newRevalidationId();
  theirs = newRevalidationId();
});

const createdOf = (overrides: Partial<Created> = {}): Created => ({
  validationId: newValidationId(),
  deadline: inMinutes(5),
  threshold: 0.65,
  uploadLink: LINK,
  ...overrides,
});

describe('an intent', () => {
  it('is opened once, by whoever comes first', async () => {
    expect(await openIntent(table, accountId, ours)).toBe(true);
    expect(await openIntent(table, accountId, ours)).toBe(false);
    expect(await openIntent(table, accountId, theirs)).toBe(false);
    expect(await readIntent(table, accountId)).toEqual({ revalidationId: ours, openedAt: expect.any(String) });
  });

  it('is opened by exactly one of many at once', async () => {
    const all = Array.from({ length: 20 }, newRevalidationId);
    const opened = await Promise.all(all.map((id) => openIntent(table, accountId, id)));
    const winners = all.filter((_, n) => opened[n]);
    expect(winners).toHaveLength(1);
    expect((await readIntent(table, accountId))?.revalidationId).toBe(winners[0]);
  });

  it('is of one person and nobody else', async () => {
    const { accountId: another } = newPerson();
    await openIntent(table, accountId, ours);
    expect(await openIntent(table, another, theirs)).toBe(true);
    expect(await readIntent(table, newPerson().accountId)).toBeUndefined();
  });

  it('never expires by the clock', async () => {
    await openIntent(table, accountId, ours);
    expect(await house.item(`ACC#${accountId}`)).not.toHaveProperty('expiresAt');
  });

  it("is closed by its own re-validation; closing it twice, or another's, does nothing", async () => {
    await openIntent(table, accountId, ours);
    await closeIntent(table, accountId, theirs);
    expect(await readIntent(table, accountId)).toMatchObject({ revalidationId: ours });
    await closeIntent(table, accountId, ours);
    expect(await readIntent(table, accountId)).toBeUndefined();
    await closeIntent(table, accountId, ours);
    expect(await openIntent(table, accountId, theirs)).toBe(true);
  });

  it("keeps Truora's whole answer in one write", async () => {
    const created = createdOf();
    await openIntent(table, accountId, ours);
    house.calls.length = 0;
    await keepAnswer(table, accountId, ours, created);
    expect(house.writes()).toHaveLength(1);
    expect(await readIntent(table, accountId)).toMatchObject({ revalidationId: ours, created });
  });

  it('keeps an answer that names no threshold', async () => {
    const { threshold: _, ...created } = createdOf();
    await openIntent(table, accountId, ours);
    await keepAnswer(table, accountId, ours, created);
    expect((await readIntent(table, accountId))?.created).toEqual(created);
  });

  it('has to be there for the answer, and ours', async () => {
    await expect(keepAnswer(table, accountId, ours, createdOf())).rejects.toThrow('the intent is not there');
    expect(await readIntent(table, accountId)).toBeUndefined();
    await openIntent(table, accountId, theirs);
    await expect(keepAnswer(table, accountId, ours, createdOf())).rejects.toThrow('the intent is not there');
    expect(await readIntent(table, accountId)).not.toHaveProperty('created');
  });
});

describe('a binding', () => {
  it('says whose a validation is', async () => {
    const { uploadLink: _, ...validation } = createdOf();
    await bindValidation(table, validation, ours, 30);
    expect(await readBinding(table, validation.validationId)).toEqual({
      revalidationId: ours,
      deadline: validation.deadline,
    });
  });

  it('stands when it is made again', async () => {
    const { uploadLink: _, ...validation } = createdOf();
    await bindValidation(table, validation, ours, 30);
    const before = await house.item(`VLD#${validation.validationId}`);
    await bindValidation(table, { ...validation, deadline: inMinutes(50) }, ours, 60);
    expect(await house.item(`VLD#${validation.validationId}`)).toEqual(before);
  });

  it("is refused for another's validation", async () => {
    const { uploadLink: _, ...validation } = createdOf();
    await bindValidation(table, validation, theirs, 30);
    await expect(bindValidation(table, validation, ours, 30)).rejects.toThrow('bound to another re-validation');
    expect(await readBinding(table, validation.validationId)).toMatchObject({ revalidationId: theirs });
  });

  it('is unknown for a validation that is none of ours', async () => {
    expect(await readBinding(table, newValidationId())).toBeUndefined();
  });

  it('lives as long as a record does, and is not read after that', async () => {
    const { uploadLink: _, ...validation } = createdOf();
    await bindValidation(table, validation, ours, 30);
    const item = await house.item(`VLD#${validation.validationId}`);
    expect(item?.expiresAt).toBe(Math.floor(Date.parse(validation.deadline) / 1000) + 30 * 86_400);
    await house.stand({ ...item, pk: `VLD#${validation.validationId}`, expiresAt: Math.floor(Date.now() / 1000) - 1 });
    expect(await readBinding(table, validation.validationId)).toBeUndefined();
  });
});

describe('an upload link', () => {
  it('is kept, and kept twice is once', async () => {
    const { validationId, deadline } = createdOf();
    await keepLink(table, validationId, LINK, deadline);
    await keepLink(table, validationId, `${LINK}-other`, inMinutes(50));
    expect(await readLink(table, validationId)).toBe(LINK);
  });

  it('is not given out once it has expired, though DynamoDB still has it', async () => {
    const { validationId } = createdOf();
    await keepLink(table, validationId, LINK, new Date(Date.now() - 1000).toISOString());
    expect(await house.item(`LINK#${validationId}`)).toMatchObject({ uploadLink: LINK });
    expect(await readLink(table, validationId)).toBeUndefined();
  });

  it('dies with its deadline', async () => {
    const { validationId, deadline } = createdOf();
    await keepLink(table, validationId, LINK, deadline);
    const item = await house.item(`LINK#${validationId}`);
    expect(item?.expiresAt).toBe(Math.floor(Date.parse(deadline) / 1000));
  });

  it('is unknown for a validation nobody created', async () => {
    expect(await readLink(table, newValidationId())).toBeUndefined();
  });

  it('stands nowhere but on its own item once the intent is closed', async () => {
    const created = createdOf({ uploadLink: `${LINK}-${ours}` });
    const { uploadLink, ...validation } = created;
    await openIntent(table, accountId, ours);
    await keepAnswer(table, accountId, ours, created);
    await bindValidation(table, validation, ours, 30);
    await keepLink(table, validation.validationId, uploadLink, validation.deadline);
    await closeIntent(table, accountId, ours);
    const holders = (await house.items()).filter((item) => JSON.stringify(item).includes(uploadLink));
    expect(holders.map(({ pk }) => pk)).toEqual([`LINK#${validation.validationId}`]);
  });
});
