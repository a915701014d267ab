import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { pointSdkAt } from '../../infra/local/credentials.ts';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Amendment } from '../../shared/domain/amendments.ts';
import { amendmentAnnouncementOf, announcementOf } from '../../shared/domain/announcement.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { announce, announceAmendment, endCase, endRefused, repair } from '../../shared/logic/outcome.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { NOW, OURS, secondsAgo } from '../support/creation.ts';
import { claimOf, executionOf, newRevalidationId } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { listen } from '../support/truora.ts';

const EARLIER = secondsAgo(3600);

/** The outcomes that were counted. */
const counted: Outcome[] = [];

const BUS = { bus: 'outcomes', mediaHours: 24, emitOutcome: (outcome: Outcome) => counted.push(outcome) };

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

let bus: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
  bus = await listen((response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: 'one' }] }));
  });
  pointSdkAt({ EVENTBRIDGE: bus.origin });
});

afterAll(() => {
  bus.close();
  open.close();
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  bus.heard.length = 0;
  counted.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

/** The entries that the bus got, with their details parsed. */
const events = () =>
  bus.heard
    .flatMap(({ body }) => JSON.parse(body).Entries)
    .map(({ Detail, ...entry }) => ({ ...entry, detail: JSON.parse(Detail) }));

const eventOf = (detailType: string, detail: object, at: string) => ({
  EventBusName: 'outcomes',
  Source: 'face-revalidation',
  DetailType: detailType,
  Time: Date.parse(at) / 1000,
  detail,
});

const store = async (more: Partial<LedgerRecord> = {}) => {
  const claim = claimOf({ claimedAt: EARLIER });
  const { revalidationId } = claim;
  const phase = 'moved';
  const pk = `RUN#${revalidationId}`;
  await open.putItem({ pk, ...claim, owner: OURS, phase, trail: [{ phase, at: EARLIER }], ...more });
  const stored = async () => (await readRecord(open.ledger, revalidationId)) as LedgerRecord;
  const record = await stored();
  commands.clear();
  return { claim, revalidationId, record, pk, stored };
};

const endOf = (revalidationId: string, more: Partial<Outcome> = {}): Outcome => ({
  revalidationId,
  status: 'declined',
  decidedBy: 'poll',
  decidedAt: EARLIER,
  ...more,
});

describe('the end of a case', () => {
  test('reaches the record, the bus at the time of its decision, and the mark of its announcement', async () => {
    const { revalidationId, stored } = await store();
    const outcome = endOf(revalidationId);
    expect(await endCase(open.ledger, BUS, outcome, { owner: OURS })).toEqual(outcome);
    expect(events()).toEqual([eventOf('Re-validation Ended', announcementOf(outcome), EARLIER)]);
    expect(await stored()).toMatchObject({ phase: 'declined', outcome, announced: NOW });
    // One day after the decision, when the media is deleted.
    expect((await stored()).dueAt).toBe(secondsAgo(3600 - 86_400));
  });

  test('counts once, for any number of retries', async () => {
    const { revalidationId } = await store();
    const outcome = endOf(revalidationId);
    for (const _ of [1, 2]) await endCase(open.ledger, BUS, outcome, { owner: OURS });
    expect(counted).toEqual([outcome]);
  });

  test('counts in the retry when the first try could not announce it', async () => {
    const { revalidationId, record, pk } = await store();
    const outcome = endOf(revalidationId, { status: 'failed', reason: 'unexpected' });
    await open.putItem({ pk, ...record, phase: 'failed', outcome });
    await endCase(open.ledger, BUS, { ...outcome, decidedAt: NOW }, { owner: OURS });
    expect(counted).toEqual([outcome]);
  });

  test('counts no end of another kind that came first: a cancellation or a repair counts itself', async () => {
    const { revalidationId, record, pk } = await store();
    const failed = endOf(revalidationId, { status: 'failed', reason: 'unexpected' });
    const canceled = endOf(revalidationId, { status: 'canceled', reason: 'unexpected' });
    for (const [first, later] of [
      [canceled, failed],
      [failed, { ...failed, reason: 'list_blind' }],
    ] as const) {
      await open.putItem({ pk, ...record, phase: first.status, outcome: first });
      expect(await endCase(open.ledger, BUS, later, { owner: OURS })).toEqual(first);
    }
    expect(counted).toEqual([]);
  });

  test('names the object of a request that was never claimed', async () => {
    const outcome = endOf(newRevalidationId(), { status: 'refused' });
    const object = { key: 'inbox/a', versionId: 'v' };
    await endCase(open.ledger, BUS, outcome, { owner: OURS, object });
    expect(await readRecord(open.ledger, outcome.revalidationId)).toMatchObject({ owner: OURS, object });
  });

  test('stays the first outcome, which is announced again only when it was not announced', async () => {
    const first = endOf(newRevalidationId());
    for (const announced of [EARLIER, undefined]) {
      const { revalidationId } = await store({
        phase: 'declined',
        outcome: first,
        ...(announced ? { announced } : {}),
      });
      const later = endOf(revalidationId, { status: 'failed' });
      expect(await endCase(open.ledger, BUS, later, { owner: executionOf('theirs') })).toEqual(first);
      expect(events()).toHaveLength(announced ? 0 : 1);
    }
  });

  test('sends and writes nothing when its outcome was announced', async () => {
    const outcome = endOf(newRevalidationId());
    commands.clear();
    expect(await announce(open.ledger, BUS, { outcome, isAnnounced: true })).toBe(outcome);
    expect([events(), commands.sent]).toEqual([[], []]);
  });
});

describe('the end of a refused request', () => {
  const refusedOf = (revalidationId: string) => endOf(revalidationId, { status: 'refused' });

  test('reaches the record with its object and the bus, and a retry gets it again', async () => {
    const outcome = refusedOf(newRevalidationId());
    const object = { key: 'inbox/a', versionId: 'v' };
    for (const _ of [1, 2])
      expect(await endRefused(open.ledger, BUS, outcome, { owner: OURS, object })).toEqual(outcome);
    expect(events()).toHaveLength(1);
    expect(await readRecord(open.ledger, outcome.revalidationId)).toMatchObject({
      owner: OURS,
      object,
      announced: NOW,
    });
  });

  test('gives way to the outcome of another execution, which is announced if it was not and read by ReadOutcome', async () => {
    const { revalidationId, record, pk, stored } = await store();
    const first = endOf(revalidationId);
    await open.putItem({ pk, ...record, phase: 'declined', outcome: first });
    const refused = endRefused(open.ledger, BUS, refusedOf(revalidationId), { owner: executionOf('theirs') });
    await expect(refused).rejects.toThrow(`already_decided: ${revalidationId}`);
    await expect(refused).rejects.toMatchObject({ name: 'AlreadyDecidedError' });
    expect(events()).toHaveLength(1);
    expect(await stored()).toMatchObject({ outcome: first, announced: NOW });
  });
});

describe('the repair of a case whose execution is dead', () => {
  test('ends it as failed in the name of its owner, and announces it', async () => {
    const { claim, revalidationId, record, stored } = await store();
    const { accountId, enrollmentId, reference } = claim;
    const outcome = {
      revalidationId,
      accountId,
      enrollmentId,
      reference,
      threshold: claim.requested.threshold,
      status: 'failed',
      reason: 'execution_failed',
      detail: 'the execution ended before it could record an outcome',
      decidedBy: 'workflow',
      claimedAt: EARLIER,
      decidedAt: NOW,
    };
    await repair(open.ledger, BUS, record, 'execution_failed');
    expect(counted).toEqual([outcome]);
    expect(await stored()).toMatchObject({ phase: 'failed', outcome, announced: NOW });
    expect(events()).toHaveLength(1);
  });

  test('counts nothing when the case has ended meanwhile, and announces that outcome', async () => {
    const { revalidationId, record, pk, stored } = await store();
    const outcome = endOf(revalidationId);
    await open.putItem({ pk, ...record, phase: 'declined', outcome });
    await repair(open.ledger, BUS, record, 'execution_failed');
    expect(counted).toEqual([]);
    expect(events()).toEqual([eventOf('Re-validation Ended', announcementOf(outcome), EARLIER)]);
    expect(await stored()).toMatchObject({ phase: 'declined', outcome, announced: NOW });
  });

  test('counts nothing for a case that had ended, writes no outcome, and announces it unless it was announced', async () => {
    for (const announced of [EARLIER, undefined]) {
      const outcome = endOf(newRevalidationId());
      const { record } = await store({ phase: 'declined', outcome, ...(announced ? { announced } : {}) });
      await repair(open.ledger, BUS, record, 'execution_failed');
      expect(counted).toEqual([]);
      expect(events()).toHaveLength(announced ? 0 : 1);
      // What was announced needs no command at all.
      if (announced) expect(commands.sent).toEqual([]);
    }
  });
});

describe('an amendment', () => {
  const amendment: Amendment = { status: 'approved', at: EARLIER, from: 'webhook' };

  const amended = async (more: Partial<LedgerRecord> = {}) => {
    const outcome = endOf(newRevalidationId(), { status: 'expired' });
    const { eventId } = amendmentAnnouncementOf(outcome, amendment);
    const all = { phase: 'expired' as const, outcome, amendments: [amendment], amended: eventId, ...more };
    return { ...(await store(all)), outcome, eventId };
  };

  test('reaches the bus at its time, and gets its mark', async () => {
    const { record, stored, outcome, eventId } = await amended();
    await announceAmendment(open.ledger, 'outcomes', record);
    const detail = amendmentAnnouncementOf(outcome, amendment);
    expect(events()).toEqual([eventOf('Re-validation Amended', detail, EARLIER)]);
    expect(await stored()).toEqual({ ...record, amendmentAnnounced: eventId });
    await announceAmendment(open.ledger, 'outcomes', await stored());
    expect(events()).toHaveLength(1);
  });

  test('replaces an earlier one: the last of several counts', async () => {
    const earlier: Amendment = { status: 'failed', at: secondsAgo(7200), from: 'sweep' };
    const { record, outcome } = await amended({ amendments: [earlier, earlier, amendment] });
    await announceAmendment(open.ledger, 'outcomes', record);
    expect(events()).toMatchObject([{ detail: amendmentAnnouncementOf(outcome, amendment) }]);
  });

  test('gets no mark when another one was added meanwhile', async () => {
    const { record, pk, stored } = await amended();
    await open.putItem({ pk, ...record, amended: 'another' });
    await announceAmendment(open.ledger, 'outcomes', record);
    expect(await stored()).not.toHaveProperty('amendmentAnnounced');
  });

  test('stays silent where the record has no outcome, no amendment or no event id', async () => {
    const { record } = await amended();
    const { outcome: _, ...withoutOutcome } = record;
    const { amendments: __, ...withoutAmendments } = record;
    const { amended: ___, ...withoutEvent } = record;
    for (const one of [withoutOutcome, withoutAmendments, withoutEvent])
      await announceAmendment(open.ledger, 'outcomes', one as LedgerRecord);
    expect([events(), commands.sent]).toEqual([[], []]);
  });
});
