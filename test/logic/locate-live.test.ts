import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pointSdkAt } from '../../infra/local/credentials.ts';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Ticket } from '../../shared/domain/api.ts';
import { claimIdOf, revalidationIdOf } from '../../shared/domain/case-id.ts';
import { type Intake, readIntake } from '../../shared/domain/intake.ts';
import type { CallRequest, Options } from '../../shared/domain/request.ts';
import {
  enterCallOnTicket,
  enterDropOnTicket,
  locate,
  locateUnclaimed,
  ticketOfMedia,
} from '../../shared/logic/locate.ts';
import { ticketOfExecution } from '../../shared/logic/locate-live.ts';
import { SPEECH } from '../support/capture.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { BUCKET, errorOf, executionOf, newPerson, newRevalidationId, thrownBy } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { callIntake, dropIntake, fullOf, storeTicket, TICKET_EXECUTION } from '../support/tickets.ts';
import { listen } from '../support/truora.ts';

const policies = { default: { minimumThreshold: 0.6 } };

const speech: Options = { ...SPEECH, subvalidations: [...SPEECH.subvalidations] };

const LIVE: Partial<Ticket> = { capture: 'live', options: speech };

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

let s3: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
  s3 = await listen((response) => response.writeHead(404).end());
  pointSdkAt({ S3: s3.origin });
});

afterAll(() => {
  s3.close();
  open.close();
});

beforeEach(() => {
  commands.clear();
  s3.heard.length = 0;
});

const find = (intake: Intake) =>
  locate(
    { ledger: open.ledger, policies, mediaLimits: { minPixels: 100, maxSeconds: 60 }, resultMode: 'callback' },
    intake,
  );

/** A call of the workflow for a capture that is recorded later. */
const liveCall = (more: Partial<CallRequest> = {}, executionId = TICKET_EXECUTION) => {
  const call = { kind: 'call', ...newPerson(), userAuthorized: true, capture: 'live', options: speech, ...more };
  return readIntake(call, { bucket: BUCKET, executionId });
};

describe('the case of a live capture', () => {
  test('follows from the person and the execution, and nothing of S3 is asked for', async () => {
    const person = newPerson();
    const intake = liveCall(person);
    const { accountId } = person;
    const found = await find(intake);
    expect(found).toMatchObject({
      by: 'live',
      revalidationId: revalidationIdOf({ accountId, bucket: BUCKET, key: 'live', version: TICKET_EXECUTION }),
      request: {
        details: { ...person, userAuthorized: true, requested: { threshold: 0.6, ...speech }, resultMode: 'callback' },
      },
    });
    expect(found).not.toHaveProperty('request.media');
    expect(found.idempotencyKey).toBeUndefined();
    const other = await find(liveCall(person, executionOf('second')));
    expect(other.revalidationId).not.toBe(found.revalidationId);
    expect(s3.heard).toEqual([]);
  });

  test('belongs to the ticket that the API has promised to this person and enrollment, and to no other', async () => {
    const { ticket, id } = await storeTicket(open, LIVE);
    const { accountId, enrollmentId } = ticket;
    const execution = executionOf(id);
    expect(await find(liveCall({ accountId, enrollmentId }, execution))).toMatchObject({
      by: 'live',
      revalidationId: id,
    });
    const ownOf = (account: string) =>
      revalidationIdOf({ accountId: account, bucket: BUCKET, key: 'live', version: execution });
    const another = newPerson();
    for (const person of [
      { ...another, enrollmentId },
      { ...another, accountId },
    ]) {
      expect((await find(liveCall(person, execution))).revalidationId).toBe(ownOf(person.accountId));
    }
  });

  test('comes with the idempotency key of the call', async () => {
    const { idempotencyKey } = await find(liveCall({ idempotencyKey: 'order-7' }));
    expect(idempotencyKey).toMatchObject({ scope: 'workflow', key: 'order-7' });
  });
});

describe('the ticket of an execution', () => {
  test('belongs to a live capture, which has no media yet, and to no capture that its person still makes', async () => {
    const { ticket, id } = await storeTicket(open, LIVE);
    expect(await ticketOfExecution(open.table, executionOf(id))).toEqual(ticket);
    const page = await storeTicket(open, { capture: true });
    expect(await ticketOfExecution(open.table, executionOf(page.id))).toBeUndefined();
  });
});

describe('a drop under the key of a live capture', () => {
  const enter = (key: string, version: string) => enterDropOnTicket(open.ledger, dropIntake(key, version));

  const storeRecord = (revalidationId: string, more: object) =>
    open.putItem({
      pk: `RUN#${revalidationId}`,
      revalidationId,
      owner: executionOf('theirs'),
      claimedAt: '2026-11-23T12:00:00.000Z',
      trail: [],
      ...more,
    });

  test('is entered on its ticket at any upload, because its record decides which one counts', async () => {
    const { ticket, key, id } = await storeTicket(open, LIVE);
    await storeRecord(id, { phase: 'approved' });
    expect(await enter(key, 'v1')).toMatchObject({ ...ticket, droppedAs: 'v1' });
    expect(await enter(key, 'v2')).toMatchObject({ droppedAs: 'v1', uploads: new Set(['v1', 'v2']) });
  });

  test('fails at a full ticket', async () => {
    const { key } = await storeTicket(open, { ...LIVE, droppedAs: 'v1', uploads: fullOf('v1') });
    expect(await thrownBy(enter(key, 'v2'))).toMatchObject({ reason: 'too_many_uploads' });
  });

  test('is no request of its own: it is the recording of a case that waits, and is refused where none does', async () => {
    const { key, id } = await storeTicket(open, LIVE);
    expect(await thrownBy(find(dropIntake(key, 'v1')))).toMatchObject({ reason: 'media_too_early' });
    await storeRecord(id, { phase: 'approved' });
    expect((await errorOf(find(dropIntake(key, 'v1')))).message).toBe(`already_decided: ${id}`);
    await storeRecord(id, {
      phase: 'created',
      media: { bucket: BUCKET, key, versionId: 'v0', etag: 'e', bytes: 4, type: 'video/mp4' },
    });
    expect(await thrownBy(find(dropIntake(key, 'v1')))).toMatchObject({ reason: 'claimed_elsewhere' });
    expect(s3.heard).toEqual([]);
  });

  test('is a case of its own where it is refused, and where a call asks about its media', async () => {
    const { ticket, key } = await storeTicket(open, { ...LIVE, droppedAs: 'v1', uploads: new Set(['v1']) });
    expect(await ticketOfMedia(open.table, key, 'v1')).toBeUndefined();
    const drop = dropIntake(key, 'v1');
    expect((await locateUnclaimed(open.table, drop)).revalidationId).toBe(claimIdOf(drop, 'v1'));
    const { accountId, enrollmentId } = ticket;
    const details = { accountId, enrollmentId, requested: { threshold: 0.6, ...speech } };
    const media = { versionId: 'v1', etag: 'e' };
    const call = callIntake({ accountId, enrollmentId, media: { key } });
    expect(await enterCallOnTicket(open.table, call, { details, media, policies })).toBeUndefined();
  });
});

test('names the case of a live call that never became a claim by the ticket that the API has promised', async () => {
  const { ticket, id } = await storeTicket(open, { ...LIVE, purpose: 'transfer', reference: 'case-7' });
  const { accountId, enrollmentId } = ticket;
  const found = await locateUnclaimed(open.table, liveCall({ accountId, enrollmentId }, executionOf(id)));
  expect(found).toEqual({ revalidationId: id, accountId, enrollmentId, reference: 'case-7', purpose: 'transfer' });
  expect((await locateUnclaimed(open.table, liveCall({}, executionOf(newRevalidationId())))).revalidationId).not.toBe(
    id,
  );
});
