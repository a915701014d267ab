import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynamo } from '../../shared/aws/clients.ts';
import { idOfDropped } from '../../shared/domain/case-id.ts';
import type { Dropped } from '../../shared/domain/drop.ts';
import { recordOf } from '../../shared/logic/ended-record.ts';
import { unknownAmong } from '../../shared/logic/locate.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { BUCKET, executionOf, newPerson, newRevalidationId } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { fullOf, storeTicket } from '../support/tickets.ts';

const OURS = executionOf('ours');

const STARTED = Date.parse('2026-11-23T12:00:00.000Z');

const at = (seconds: number) => new Date(STARTED + seconds * 1000).toISOString();

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

beforeAll(async () => {
  open = await openTable({ isIndexed: true });
  commands = commandsSent(dynamo());
});

afterAll(() => open.close());

beforeEach(() => commands.clear());

afterEach(() => {
  vi.restoreAllMocks();
});

const storeRecord = (revalidationId: string, more: Record<string, unknown> = {}) =>
  open.putItem({
    pk: `RUN#${revalidationId}`,
    revalidationId,
    owner: executionOf('theirs'),
    phase: 'moved',
    claimedAt: at(0),
    trail: [],
    ...more,
  });

describe('the drops of a batch that are unknown', () => {
  const dropOf = (key: string, versionId = 'v1'): Dropped => ({ key, versionId, etag: 'e', putAt: new Date(STARTED) });

  const plainKey = () => {
    const { accountId, enrollmentId } = newPerson();
    return `inbox/${accountId}/${enrollmentId}/selfie.jpg`;
  };

  test('have no record of their own, no ticket that knows them, and no original', async () => {
    const [plain, recorded, copy] = [dropOf(plainKey()), dropOf(plainKey()), dropOf(plainKey(), 'copy')];
    await storeRecord(idOfDropped(BUCKET, recorded), { copies: new Set(['copy']) });
    const [fresh, lost, run, later, full] = [
      await storeTicket(open),
      await storeTicket(open, { droppedAs: 'v1', uploads: new Set(['v1']) }),
      await storeTicket(open, { droppedAs: 'v1', uploads: new Set(['v1']) }),
      await storeTicket(open, { droppedAs: 'v0', uploads: new Set(['v0', 'v1']) }),
      await storeTicket(open, { droppedAs: 'v0', uploads: fullOf('v0') }),
    ];
    await storeRecord(run.id);
    const ofTickets = [fresh, lost, run, later, full].map(({ key }) => dropOf(key));
    const batch = [plain, recorded, copy, ...ofTickets];
    expect(await unknownAmong(open.table, BUCKET, batch)).toEqual([plain, ofTickets[0], ofTickets[1]]);
  });

  test('cost one command where no key is of a ticket', async () => {
    const drop = dropOf(plainKey());
    expect(await unknownAmong(open.table, BUCKET, [drop])).toEqual([drop]);
    expect(commands.sent).toEqual(['BatchGetItem']);
  });

  test('do not exist in an empty batch, which is not read', async () => {
    expect(await unknownAmong(open.table, BUCKET, [])).toEqual([]);
    expect(commands.sent).toEqual([]);
  });
});

describe('the record of an ended execution', () => {
  /** The pauses of the tested function, which end at once here. A pause that another function makes is left alone. */
  const pauses = (meanwhile: () => Promise<unknown> = async () => {}): number[] => {
    const lengths: number[] = [];
    const { setTimeout: start } = globalThis;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms = 0, ...more: []) => {
      if (!/^\s+at (?!async ).*logic\/ended-record\.ts/m.test(new Error('here').stack ?? ''))
        return start(run, ms, ...more);
      lengths.push(ms);
      return start(() => meanwhile().then(run), 0);
    }) as typeof setTimeout);
    return lengths;
  };

  const find = (revalidationId: string, accountId?: string) =>
    recordOf(open.ledger, { revalidationId, accountId }, { executionArn: OURS, startDate: STARTED });

  test('lies under the id of its request', async () => {
    const id = newRevalidationId();
    await storeRecord(id);
    expect(await find(id, newPerson().accountId)).toMatchObject({ revalidationId: id });
    expect(commands.sent).toEqual(['GetItem']);
  });

  test('stays unknown without an id and without a person', async () => {
    expect(await find(newRevalidationId())).toBeUndefined();
    expect(commands.sent).toEqual(['GetItem']);
  });

  test('lies among the newest of the person when it was claimed, and is read without a pause', async () => {
    const { accountId } = newPerson();
    const [own, other] = [newRevalidationId(), newRevalidationId()];
    await storeRecord(own, { accountId, owner: OURS, claimedAt: at(0) });
    await storeRecord(other, { accountId, claimedAt: at(1) });
    const lengths = pauses();
    expect(await find(newRevalidationId(), accountId)).toMatchObject({ revalidationId: own });
    expect(lengths).toEqual([]);
  });

  test('gets a second search after three seconds, because the index is behind', async () => {
    const { accountId } = newPerson();
    const own = newRevalidationId();
    const lengths = pauses(() => storeRecord(own, { accountId, owner: OURS }));
    expect(await find(newRevalidationId(), accountId)).toMatchObject({ revalidationId: own });
    expect(lengths).toEqual([3000]);
  });

  /** So many records of others, one second apart, the oldest at `from`. */
  const storeMany = async (accountId: string, count: number, from: number) => {
    await Promise.all(
      Array.from({ length: count }, (_, n) => storeRecord(newRevalidationId(), { accountId, claimedAt: at(from + n) })),
    );
  };

  const queries = () => commands.sent.filter((name) => name === 'Query').length;

  test('appears on a later page of 25, when the records before it were claimed after the start', async () => {
    const { accountId } = newPerson();
    const own = newRevalidationId();
    await storeRecord(own, { accountId, owner: OURS, claimedAt: at(0) });
    await storeMany(accountId, 25, 0.001);
    expect(await find(newRevalidationId(), accountId)).toMatchObject({ revalidationId: own });
    expect(queries()).toBe(2);
  });

  test('gets no search behind a record that was claimed before the start', async () => {
    const { accountId } = newPerson();
    await storeRecord(newRevalidationId(), { accountId, owner: OURS, claimedAt: at(-60) });
    await storeMany(accountId, 25, -1);
    pauses();
    expect(await find(newRevalidationId(), accountId)).toBeUndefined();
    expect(queries()).toBe(2);
  });

  test('gets a search behind a record that was claimed at the moment of the start', async () => {
    const { accountId } = newPerson();
    const own = newRevalidationId();
    await storeRecord(own, { accountId, owner: OURS, claimedAt: at(-0.001) });
    await storeMany(accountId, 25, 0);
    expect(await find(newRevalidationId(), accountId)).toMatchObject({ revalidationId: own });
  });
});
