import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Amendment } from '../../shared/domain/amendments.ts';
import { amendmentAnnouncementOf } from '../../shared/domain/announcement.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import {
  amend,
  announceAgain,
  countRepeat,
  markAnnounced,
  recordCancellation,
  recordOutcome,
} from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { claimOf, executionOf, newRevalidationId, thrownBy, UPLOAD_LINK } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

/** Every clock of these tests stands still here. */
const NOW = '2026-11-23T12:00:00.000Z';

const SECONDS = Date.parse(NOW) / 1000;

const DAY = 86_400;

const IN_FIVE_MINUTES = '2026-11-23T12:05:00.000Z';

const EARLIER = '2026-11-23T11:00:00.000Z';

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
});

afterAll(() => open.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  commands.clear();
});

afterEach(() => {
  vi.useRealTimers();
});

const pkOf = ({ revalidationId }: { revalidationId: string }) => `RUN#${revalidationId}`;

const endOf = (id: string, status: OutcomeStatus = 'declined', more: Partial<Outcome> = {}): Outcome => ({
  revalidationId: id,
  status,
  decidedBy: 'workflow',
  decidedAt: NOW,
  ...more,
});

/** A stored record of ours, written without the tested code. */
const store = async (more: Record<string, unknown> = {}, expiresAt = SECONDS + DAY) => {
  const wanted = claimOf({ claimedAt: EARLIER });
  const record = {
    ...wanted,
    owner: OURS,
    phase: 'moved' as const,
    trail: [{ phase: 'claimed' as const, at: EARLIER }],
    ...more,
  };
  const pk = pkOf(wanted);
  await open.putItem({ pk, ...record, expiresAt });
  return { id: wanted.revalidationId, wanted, record, pk, item: () => open.item(pk) };
};

describe('recordOutcome', () => {
  test('ends a record with one command, for the whole retention, and removes the upload link', async () => {
    const { id, record, pk, item } = await store({ uploadLink: UPLOAD_LINK, shard: 'due#0', dueAt: EARLIER });
    const outcome = endOf(id, 'declined', { accountId: 'another' });
    expect(await recordOutcome(open.ledger, outcome, OURS)).toEqual({ outcome, isAnnounced: false, owner: OURS });
    expect(commands.sent).toEqual(['UpdateItem']);
    const { uploadLink: _, ...rest } = record as typeof record & { uploadLink: string };
    expect(await item()).toEqual({
      pk,
      ...rest,
      day: '2026-11-23',
      phase: 'declined',
      outcome,
      trail: [...record.trail, { phase: 'declined', at: NOW }],
      expiresAt: SECONDS + 30 * DAY,
    });
  });

  const written = (id: string, outcome: Outcome, more: Record<string, unknown>) => ({
    pk: pkOf({ revalidationId: id }),
    revalidationId: id,
    owner: OURS,
    claimedAt: NOW,
    day: '2026-11-23',
    shard: `due#${id[3]}`,
    dueAt: IN_FIVE_MINUTES,
    phase: 'refused',
    outcome,
    trail: [{ phase: 'refused', at: NOW }],
    expiresAt: SECONDS + 30 * DAY,
    ...more,
  });

  test('writes a record with the person and the object where there is none, with one command', async () => {
    const id = newRevalidationId();
    const outcome = endOf(id, 'refused', { accountId: 'ana' });
    const object = { key: 'inbox/a', versionId: 'v' };
    expect(await recordOutcome(open.ledger, outcome, OURS, object)).toEqual({
      outcome,
      isAnnounced: false,
      owner: OURS,
    });
    expect(commands.sent).toEqual(['UpdateItem']);
    expect(await open.item(pkOf(outcome))).toEqual(written(id, outcome, { accountId: 'ana', object }));
  });

  test('writes a new record over one that has expired', async () => {
    const { id, item } = await store({ phase: 'approved', outcome: { left: 'over' } }, SECONDS);
    const outcome = endOf(id, 'refused');
    expect(await recordOutcome(open.ledger, outcome, THEIRS)).toEqual({ outcome, isAnnounced: false, owner: THEIRS });
    expect(commands.sent).toEqual(['UpdateItem', 'GetItem', 'PutItem']);
    expect(await item()).toEqual(written(id, outcome, { owner: THEIRS }));
  });

  const elsewhere = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };

  test('fails when another writer replaces the expired record first', async () => {
    const { id, record, pk, item } = await store({ phase: 'approved' }, SECONDS);
    const theirs = { pk, ...record, owner: THEIRS, expiresAt: SECONDS + DAY };
    commands.before('PutItem', () => open.putItem(theirs));
    expect(await thrownBy(recordOutcome(open.ledger, endOf(id), OURS))).toEqual(elsewhere);
    expect(await item()).toEqual(theirs);
  });

  test('refuses another execution while the record is open, with one write and one read', async () => {
    const { id, item } = await store();
    const before = await item();
    expect(await thrownBy(recordOutcome(open.ledger, endOf(id), THEIRS))).toEqual(elsewhere);
    expect(commands.sent).toEqual(['UpdateItem', 'GetItem']);
    expect(await item()).toEqual(before);
  });

  test('returns the first outcome and its owner to every later writer, and whether it was announced', async () => {
    for (const announced of [undefined, EARLIER]) {
      const first = endOf(newRevalidationId(), 'canceled');
      const { id, item } = await store({ phase: 'canceled', outcome: first, announced });
      const before = await item();
      for (const owner of [OURS, THEIRS]) {
        const ending = await recordOutcome(open.ledger, endOf(id), owner);
        expect(ending).toEqual({ outcome: first, isAnnounced: announced !== undefined, owner: OURS });
      }
      expect(await item()).toEqual(before);
    }
  });
});

describe('an amendment', () => {
  const amendment: Amendment = { status: 'approved', at: NOW, from: 'webhook' };
  const second: Amendment = { status: 'declined', at: IN_FIVE_MINUTES, from: 'sweep' };
  const ended = async () => {
    const stored = await store({ phase: 'expired', outcome: endOf(newRevalidationId(), 'expired') });
    const record = await readRecord(open.ledger, stored.id);
    if (!record?.outcome) throw new TypeError('there is no outcome');
    return { ...stored, record, outcome: record.outcome };
  };

  test('goes to the record, which is returned with it, and the outcome stays', async () => {
    const { record, outcome, item } = await ended();
    const before = await item();
    const { eventId } = amendmentAnnouncementOf(outcome, amendment);
    const amended = { ...record, amended: eventId, amendments: [amendment] };
    expect(await amend(open.ledger, record, amendment)).toEqual(amended);
    expect(await item()).toEqual({ ...before, amended: eventId, amendments: [amendment] });
    expect(await amend(open.ledger, amended, second)).toEqual({
      ...record,
      amended: amendmentAnnouncementOf(outcome, second).eventId,
      amendments: [amendment, second],
    });
    expect(await item()).toMatchObject({ amendments: [amendment, second] });
  });

  test('comes from one of two writers that read the same record', async () => {
    const { record, item } = await ended();
    const amended = await amend(open.ledger, record, amendment);
    const before = await item();
    expect(await amend(open.ledger, record, second)).toBeUndefined();
    expect(await item()).toEqual(before);
    if (!amended) throw new TypeError('the first amendment was not added');
    await amend(open.ledger, amended, second);
    const after = await item();
    expect(await amend(open.ledger, amended, amendment)).toBeUndefined();
    expect(await item()).toEqual(after);
  });

  test('needs a record with an outcome, in the same phase', async () => {
    const { record, item } = await ended();
    const before = await item();
    const { outcome: _, ...openRecord } = record;
    expect(await amend(open.ledger, openRecord as LedgerRecord, amendment)).toBeUndefined();
    expect(await amend(open.ledger, { ...record, phase: 'failed' }, amendment)).toBeUndefined();
    expect(await item()).toEqual(before);
  });
});

describe('a repeated request', () => {
  test('adds to the count on its record, and creates none', async () => {
    const { id, item } = await store();
    for (const askedAgain of [1, 2]) {
      await countRepeat(open.ledger, id);
      expect(await item()).toMatchObject({ askedAgain });
    }
    const gone = newRevalidationId();
    await countRepeat(open.ledger, gone);
    expect(await open.item(pkOf({ revalidationId: gone }))).toBeUndefined();
  });
});

describe('the mark of an announcement', () => {
  const ended = async (more: Record<string, unknown> = {}) => {
    const stored = await store({ phase: 'declined', dueAt: EARLIER, ...more });
    return { ...stored, outcome: endOf(stored.id), before: await stored.item() };
  };

  test('takes one command, and sets the next follow-up to the deletion of the media', async () => {
    const { outcome, item, before } = await ended();
    await markAnnounced(open.ledger, outcome, 24);
    expect(commands.sent).toEqual(['UpdateItem']);
    expect(await item()).toEqual({ ...before, announced: NOW, dueAt: '2026-11-24T12:00:00.000Z' });
  });

  test('leaves the follow-up of a late webhook where it is', async () => {
    const { outcome, item, before } = await ended({ lateWebhookAt: EARLIER });
    await markAnnounced(open.ledger, outcome, 24);
    expect(await item()).toEqual({ ...before, announced: NOW });
  });

  test('keeps its first time, with and without a late webhook', async () => {
    for (const lateWebhookAt of [undefined, EARLIER]) {
      const { outcome, item, before } = await ended({ announced: EARLIER, lateWebhookAt });
      await markAnnounced(open.ledger, outcome, 24);
      expect(await item()).toEqual(before);
    }
  });

  test('needs a record that exists and has this phase', async () => {
    const gone = endOf(newRevalidationId());
    await markAnnounced(open.ledger, gone, 24);
    expect(await open.item(pkOf(gone))).toBeUndefined();
    for (const lateWebhookAt of [undefined, EARLIER]) {
      const { outcome, item, before } = await ended({ phase: 'moved', lateWebhookAt });
      await markAnnounced(open.ledger, outcome, 24);
      expect(await item()).toEqual(before);
    }
  });
});

describe('an announcement to repeat', () => {
  const marks = { announced: EARLIER, amendmentAnnounced: EARLIER };

  const ended = async (more: Record<string, unknown> = {}) => {
    const { id, record, item } = await store({ phase: 'declined', ...marks, ...more });
    const { outcome = endOf(id) } = more as { outcome?: Outcome };
    const found = { ...record, outcome, ...more } as unknown as LedgerRecord;
    return { id, found, item };
  };

  test.each([
    ['outcome', { amendmentAnnounced: EARLIER }],
    ['amendment', { announced: EARLIER }],
  ] as const)('of an %s makes its record due now, and takes that mark alone away', async (what, left) => {
    const { id, found, item } = await ended({ amended: 'event' });
    expect(await announceAgain(open.ledger, found, what)).toBe(true);
    expect(commands.sent).toEqual(['UpdateItem']);
    const { announced, amendmentAnnounced, shard, dueAt } = (await item()) ?? {};
    expect({ announced, amendmentAnnounced, shard, dueAt }).toEqual({ ...left, shard: `due#${id[3]}`, dueAt: NOW });
  });

  test('of an outcome needs no amendment', async () => {
    const { found, item } = await ended();
    expect(await announceAgain(open.ledger, found, 'outcome')).toBe(true);
    expect(await item()).not.toHaveProperty('announced');
  });

  test.each([
    ['a case without an outcome', { outcome: undefined, amended: 'event' }, 'outcome'],
    ['an amendment that is not there', {}, 'amendment'],
  ] as const)('of %s writes nothing', async (_, more, what) => {
    const { found, item } = await ended();
    const before = await item();
    expect(await announceAgain(open.ledger, { ...found, ...more } as LedgerRecord, what)).toBe(false);
    expect([commands.sent, await item()]).toEqual([[], before]);
  });

  test('of a record that has changed meanwhile writes nothing', async () => {
    const { found, item } = await ended();
    const before = await item();
    expect(await announceAgain(open.ledger, { ...found, phase: 'approved' }, 'outcome')).toBe(false);
    expect(await item()).toEqual(before);
  });
});

describe('recordCancellation', () => {
  const canceled = (of: Partial<Outcome> & { revalidationId: string }) => ({
    ...of,
    status: 'canceled',
    reason: 'canceled_by_caller',
    decidedBy: 'caller',
    decidedAt: NOW,
  });

  const caseOf = ({ id, record }: Awaited<ReturnType<typeof store>>) => {
    const { accountId, enrollmentId, reference = '' } = record;
    return { revalidationId: id, accountId, enrollmentId, reference, validationId: 'VLD1' };
  };

  test.each(['claimed', 'created', 'moved'])(
    'ends a record that is %s with one command, without its owner',
    async (phase) => {
      const stored = await store({ phase, validationId: 'VLD1', uploadLink: UPLOAD_LINK });
      const { record, pk, item } = stored;
      const of = caseOf(stored);
      const { uploadLink: _, ...rest } = record as typeof record & { uploadLink: string };
      const after = {
        ...rest,
        phase: 'canceled',
        outcome: canceled(of),
        canceledBy: 'iam:ana',
        dueAt: IN_FIVE_MINUTES,
        trail: [...record.trail, { phase: 'canceled', at: NOW }],
      };
      expect(await recordCancellation(open.ledger, of, 'iam:ana')).toEqual({ record: after, isNew: true });
      expect(commands.sent).toEqual(['UpdateItem']);
      expect(await item()).toEqual({
        pk,
        ...after,
        day: '2026-11-23',
        shard: `due#${of.revalidationId[3]}`,
        expiresAt: SECONDS + 30 * DAY,
      });
    },
  );

  test('names the validation that was created after the case was read, so that its verdict is asked for', async () => {
    const stored = await store({ phase: 'created', validationId: 'VLD1' });
    const { record, isNew } = await recordCancellation(
      open.ledger,
      { ...caseOf(stored), validationId: undefined },
      'iam:ana',
    );
    expect(isNew).toBe(true);
    expect(record.outcome).toMatchObject({ status: 'canceled', validationId: 'VLD1' });
  });

  test('writes a record without an owner where there is none, so that no execution starts it', async () => {
    const of = { revalidationId: newRevalidationId(), accountId: 'ana', enrollmentId: 'ENR0123456789abcdef' };
    const { isNew } = await recordCancellation(open.ledger, of, 'iam:ana');
    expect(isNew).toBe(true);
    expect(await open.item(pkOf(of))).toEqual({
      pk: pkOf(of),
      ...of,
      owner: 'none',
      claimedAt: NOW,
      phase: 'canceled',
      outcome: canceled(of),
      canceledBy: 'iam:ana',
      day: '2026-11-23',
      shard: `due#${of.revalidationId[3]}`,
      dueAt: IN_FIVE_MINUTES,
      trail: [{ phase: 'canceled', at: NOW }],
      expiresAt: SECONDS + 30 * DAY,
    });
  });

  test('returns a record that has ended as it is', async () => {
    const outcome = endOf(newRevalidationId(), 'approved');
    const stored = await store({ phase: 'approved', outcome });
    const before = await stored.item();
    const found = await recordCancellation(open.ledger, caseOf(stored), 'iam:ana');
    expect(found).toEqual({ record: stored.record, isNew: false });
    expect(await stored.item()).toEqual(before);
  });

  test('throws where the ended record has expired', async () => {
    const stored = await store({ phase: 'approved' }, SECONDS);
    await expect(recordCancellation(open.ledger, caseOf(stored), 'iam:ana')).rejects.toThrow(TypeError);
  });
});
