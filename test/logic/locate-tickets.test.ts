import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Ticket } from '../../shared/domain/api.ts';
import type { Intake } from '../../shared/domain/intake.ts';
import { caseOfTicket, enterCallOnTicket, enterDropOnTicket, ticketOfMedia } from '../../shared/logic/locate.ts';
import { ticketOfExecution } from '../../shared/logic/locate-live.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { errorOf, executionOf, newRevalidationId, thrownBy } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { callIntake, dropIntake, fullOf, storeTicket } from '../support/tickets.ts';

const ELSEWHERE = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
});

afterAll(() => open.close());

beforeEach(() => commands.clear());

const storeRecord = (revalidationId: string, phase: string) =>
  open.putItem({
    pk: `RUN#${revalidationId}`,
    revalidationId,
    owner: executionOf('ours'),
    phase,
    claimedAt: '2026-11-23T12:00:00.000Z',
    trail: [],
  });

describe('a drop under the key of a ticket', () => {
  const enter = (key: string, version: string) => enterDropOnTicket(open.ledger, dropIntake(key, version));

  test('becomes the run of the ticket when it is the first, at any number of entries', async () => {
    const { ticket, key } = await storeTicket(open);
    const entered = { ...ticket, droppedAs: 'v1', uploads: new Set(['v1']) };
    for (const _ of [1, 2]) expect(await enter(key, 'v1')).toEqual(entered);
  });

  test('matches by its content where the bucket keeps no versions', async () => {
    const { key } = await storeTicket(open);
    expect(await enterDropOnTicket(open.ledger, dropIntake(key, undefined))).toMatchObject({ droppedAs: 'e' });
  });

  test('waits for the first upload while that has no record or an open one', async () => {
    const { key, id, item } = await storeTicket(open, { droppedAs: 'v1' });
    expect(await thrownBy(enter(key, 'v2'))).toEqual(ELSEWHERE);
    await storeRecord(id, 'moved');
    expect(await thrownBy(enter(key, 'v2'))).toEqual(ELSEWHERE);
    expect(await item()).toMatchObject({ droppedAs: 'v1', uploads: new Set(['v2']) });
  });

  test('gets the outcome of the first upload once that has ended', async () => {
    const { key, id } = await storeTicket(open, { droppedAs: 'v1' });
    await storeRecord(id, 'approved');
    expect((await errorOf(enter(key, 'v2'))).message).toBe(`already_decided: ${id}`);
  });

  test('fails at a full ticket, unless the first upload has ended', async () => {
    const { key, id, item } = await storeTicket(open, { droppedAs: 'v1', uploads: fullOf('v1') });
    const refused = { name: 'RequestInvalidError', reason: 'too_many_uploads' };
    expect(await thrownBy(enter(key, 'v2'))).toEqual(refused);
    await storeRecord(id, 'approved');
    expect(await thrownBy(enter(key, 'v2'))).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(await item()).toMatchObject({ uploads: fullOf('v1') });
  });

  test('gets no ticket that was issued only after its entry', async () => {
    const { ticket, key, pk } = await storeTicket(open);
    await open.remove(pk);
    commands.before('GetItem', () => open.putItem({ pk, ...ticket }));
    expect(await enter(key, 'v1')).toBeUndefined();
  });

  test('gets no ticket where its key is of none, and neither does a call', async () => {
    const { ticket, key } = await storeTicket(open);
    expect(await enter(`inbox/${ticket.accountId}/${ticket.enrollmentId}/selfie.jpg`, 'v1')).toBeUndefined();
    expect(await enterDropOnTicket(open.ledger, callIntake({ media: { key } }))).toBeUndefined();
    expect(commands.sent).toEqual([]);
  });
});

describe('a call about the object of a ticket', () => {
  const policies = { default: { minimumThreshold: 0.6 } };

  const detailsOf = ({ accountId, enrollmentId }: Ticket, threshold = 0.7) => ({
    accountId,
    enrollmentId,
    // As they are sent: similarity is always among them.
    requested: { threshold, subvalidations: ['similarity' as const] },
  });

  const enter = (key: string, details: ReturnType<typeof detailsOf>, version = 'v1', intake?: Intake) =>
    enterCallOnTicket(open.table, intake ?? callIntake({ media: { key } }), {
      details,
      media: { versionId: version, etag: 'e' },
      policies,
    });

  test('counts as the first upload, in either order with the drop', async () => {
    for (const more of [{}, { droppedAs: 'v1' }]) {
      const { ticket, key } = await storeTicket(open, more);
      const entered = { ...ticket, droppedAs: 'v1', uploads: new Set(['v1']) };
      expect(await enter(key, detailsOf(ticket))).toEqual(entered);
    }
  });

  test('matches the ticket as that is sent under the policy', async () => {
    const { ticket, key } = await storeTicket(open, { options: {} });
    expect(await enter(key, detailsOf(ticket, 0.6))).toMatchObject({ droppedAs: 'v1' });
  });

  test('fails when it asks for something else than the ticket', async () => {
    const { ticket, key, item } = await storeTicket(open);
    const refused = { name: 'RequestInvalidError', reason: 'already_asked_otherwise' };
    expect(await thrownBy(enter(key, detailsOf(ticket, 0.9)))).toEqual(refused);
    const another = { ...detailsOf(ticket), enrollmentId: 'ENR0123456789abcdef' };
    expect(await thrownBy(enter(key, another))).toEqual(refused);
    expect(await item()).not.toHaveProperty('droppedAs');
  });

  test('stays a case of its own when it is a drop, is forced, or is about another person or a later upload', async () => {
    const { ticket, key, item } = await storeTicket(open, { droppedAs: 'v1' });
    const before = await item();
    const details = detailsOf(ticket);
    expect(await enter(key, details, 'v1', dropIntake(key, 'v1'))).toBeUndefined();
    const forced = callIntake({ media: { key }, forceNew: { reason: 'new consent' }, idempotencyKey: 'k' });
    expect(await enter(key, details, 'v1', forced)).toBeUndefined();
    expect(commands.sent).toEqual([]);
    expect(await enter(key, { ...details, accountId: 'another' })).toBeUndefined();
    expect(await enter(key, details, 'v2')).toBeUndefined();
    expect(await item()).toEqual(before);
  });

  test('stays a case of its own when another upload comes first, or the ticket goes, in between', async () => {
    const { ticket, key, pk } = await storeTicket(open);
    commands.before('UpdateItem', () => open.putItem({ pk, ...ticket, droppedAs: 'v0', uploads: new Set(['v0']) }));
    expect(await enter(key, detailsOf(ticket))).toBeUndefined();
    const gone = await storeTicket(open);
    commands.before('UpdateItem', () => open.remove(gone.pk));
    expect(await enter(gone.key, detailsOf(gone.ticket))).toBeUndefined();
  });

  test('stays a case of its own when the key is of no ticket', async () => {
    const { ticket } = await storeTicket(open);
    expect(await enter('media/selfie.jpg', detailsOf(ticket))).toBeUndefined();
    expect(commands.sent).toEqual([]);
    const { accountId, enrollmentId } = ticket;
    const unknown = `inbox/${accountId}/${enrollmentId}/${newRevalidationId()}.jpg`;
    expect(await enter(unknown, detailsOf(ticket))).toBeUndefined();
  });
});

describe('the ticket of media', () => {
  test('must have this media as its first upload', async () => {
    const { ticket, key } = await storeTicket(open, { droppedAs: 'v1' });
    expect(await ticketOfMedia(open.table, key, 'v1')).toEqual(ticket);
    expect(await ticketOfMedia(open.table, key, 'v2')).toBeUndefined();
  });

  test('does not exist where the ticket has given out another key or none, or there is no ticket', async () => {
    const { key } = await storeTicket(open, { droppedAs: 'v1' });
    expect(await ticketOfMedia(open.table, key.replace('.jpg', '.png'), 'v1')).toBeUndefined();
    const { upload: _, ...rest } = (await storeTicket(open)).ticket;
    const { revalidationId, accountId, enrollmentId } = rest;
    await open.putItem({ pk: `TICKET#${revalidationId}`, ...rest, droppedAs: 'v1' });
    const own = (id: string) => `inbox/${accountId}/${enrollmentId}/${id}.jpg`;
    expect(await ticketOfMedia(open.table, own(revalidationId), 'v1')).toBeUndefined();
    expect(await ticketOfMedia(open.table, own(newRevalidationId()), 'v1')).toBeUndefined();
    expect(await ticketOfMedia(open.table, 'media/selfie.jpg', 'v1')).toBeUndefined();
  });
});

describe('the ticket of an execution', () => {
  test('belongs to a call about media, by the name of the execution', async () => {
    const media = { key: 'media/selfie.jpg' };
    const { ticket, id } = await storeTicket(open, { media });
    expect(await ticketOfExecution(open.table, executionOf(id))).toEqual(ticket);
  });

  test('does not exist for an upload form, an unknown id, and a name that is no id', async () => {
    const { id } = await storeTicket(open);
    expect(await ticketOfExecution(open.table, executionOf(id))).toBeUndefined();
    expect(await ticketOfExecution(open.table, executionOf(newRevalidationId()))).toBeUndefined();
    commands.clear();
    expect(await ticketOfExecution(open.table, executionOf('sweep-1'))).toBeUndefined();
    expect(commands.sent).toEqual([]);
  });
});

test('names the case of a ticket by its ids and its reference alone', async () => {
  const { ticket } = await storeTicket(open, { reference: 'case-7' });
  const { revalidationId, accountId, enrollmentId } = ticket;
  expect(caseOfTicket(ticket)).toStrictEqual({ revalidationId, accountId, enrollmentId, reference: 'case-7' });
  const { reference: _, ...rest } = ticket;
  expect(caseOfTicket(rest)).toStrictEqual({ revalidationId, accountId, enrollmentId });
});
