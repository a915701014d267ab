import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  isEnd,
  lifecycle,
  type OutcomeStatus,
  outcomeStatuses,
  type Phase,
  phases,
} from '../../shared/domain/lifecycle.ts';
import type { Claim, Outcome, Receipt, Validation } from '../../shared/domain/revalidation.ts';
import { claim, recordCreated, recordMoved } from '../../shared/ledger/claims.ts';
import { countRepeat, recordOutcome } from '../../shared/ledger/outcomes.ts';
import { listRecords, readRecord, recordedAmong } from '../../shared/ledger/records.ts';
import {
  answered,
  claimOf,
  createdAs,
  errorOf,
  executionOf,
  inMinutes,
  newPerson,
  newValidationId,
  sha256,
  thrownBy,
} from '../support/journal.ts';
import { type LocalAws, openLocalAws } from '../support/local-aws.ts';
import { atStoppedTime } from '../support/stopped-time.ts';

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

let aws: LocalAws;

beforeAll(async () => {
  aws = await openLocalAws(undefined);
});

afterAll(() => aws.close());

beforeEach(() => aws.setDelivery());

const validationOf = (overrides: Partial<Validation> = {}): Validation => ({
  validationId: newValidationId(),
  deadline: inMinutes(5),
  threshold: 0.65,
  ...overrides,
});

/** Says that Truora has answered with this validation. */
const creating = (revalidationId: string, owner: string, validation: Validation) =>
  recordCreated(aws.ledger, { revalidationId, owner }, createdAs(validation), answered(validation));

const receiptOf = (): Receipt => ({ bytes: 4, sha256: sha256('face'), movedAt: new Date().toISOString() });

const outcomeOf = ({ revalidationId, accountId }: Claim, status: OutcomeStatus): Outcome => ({
  revalidationId,
  accountId,
  status,
  ...(status === 'approved' ? {} : { reason: `because_${status}` }),
  decidedBy: 'workflow',
  decidedAt: new Date().toISOString(),
});

const keyOf = ({ revalidationId }: Pick<Claim, 'revalidationId'>) => `RUN#${revalidationId}`;

const itemOf = (wanted: Pick<Claim, 'revalidationId'>) => aws.item(keyOf(wanted));

const seconds = (at: number) => Math.floor(at / 1000);

/** A record as it stands in a phase, written past the code that is tested. */
const existing = async (phase: Phase, more: Record<string, unknown> = {}) => {
  const wanted = claimOf();
  const validation = validationOf();
  const { validationId, ...used } = validation;
  const item = {
    pk: keyOf(wanted),
    ...wanted,
    owner: OURS,
    phase,
    trail: [{ phase: 'claimed', at: wanted.claimedAt }],
    expiresAt: seconds(Date.now()) + 1000,
    ...(phase === 'claimed' || phase === 'refused' ? {} : { validationId, used }),
    ...(phase === 'moved' ? { receipt: receiptOf() } : {}),
    ...(isEnd(phase) ? { outcome: outcomeOf(wanted, phase) } : {}),
    ...more,
  };
  await aws.putItem(item);
  return { wanted, validation, item };
};

describe('claim', () => {
  test('writes a fresh record with everything that was requested', async () => {
    const wanted = claimOf();
    expect(await claim(aws.ledger, wanted, OURS)).toEqual(wanted);
    expect(await itemOf(wanted)).toEqual({
      pk: keyOf(wanted),
      ...wanted,
      owner: OURS,
      phase: 'claimed',
      trail: [{ phase: 'claimed', at: wanted.claimedAt }],
      shard: `due#${wanted.revalidationId[3]}`,
      dueAt: new Date(Date.parse(wanted.claimedAt) + 5 * 60_000).toISOString(),
      expiresAt: seconds(Date.parse(wanted.claimedAt)) + aws.ledger.retentionDays * 86_400,
    });
  });

  test('returns the first claim to the same owner, and writes nothing', async () => {
    const wanted = claimOf();
    await claim(aws.ledger, wanted, OURS);
    const before = await itemOf(wanted);
    const later = { ...wanted, claimedAt: inMinutes(1), resultMode: 'poll' as const, reference: 'another' };
    expect(await claim(aws.ledger, later, OURS)).toEqual(wanted);
    expect(await itemOf(wanted)).toEqual(before);
  });

  test.each(['claimed', 'created', 'moved'] as const)('refuses another owner while the record is %s', async (phase) => {
    const { wanted, item } = await existing(phase);
    expect(await thrownBy(claim(aws.ledger, wanted, THEIRS))).toEqual({
      name: 'ClaimedElsewhereError',
      reason: 'claimed_elsewhere',
    });
    expect(await itemOf(wanted)).toEqual(item);
  });

  test.each([...outcomeStatuses])(
    'refuses every owner, also its own, once the record has ended as %s',
    async (phase) => {
      const { wanted, item } = await existing(phase);
      for (const owner of [OURS, THEIRS]) {
        const error = await errorOf(claim(aws.ledger, wanted, owner));
        expect(error).toMatchObject({
          name: 'AlreadyDecidedError',
          message: `already_decided: ${wanted.revalidationId}`,
        });
      }
      expect(await itemOf(wanted)).toEqual(item);
    },
  );

  test('succeeds for exactly one of many concurrent executions', async () => {
    const wanted = claimOf();
    const owners = Array.from({ length: 10 }, (_, n) => executionOf(`racer-${n}`));
    const runs = await Promise.allSettled(owners.map((owner) => claim(aws.ledger, wanted, owner)));
    const winners = owners.filter((_, n) => runs[n]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect((await itemOf(wanted))?.owner).toBe(winners[0]);
    const losers = runs.flatMap((run) => (run.status === 'rejected' ? [run.reason.name] : []));
    expect(losers).toEqual(Array(9).fill('ClaimedElsewhereError'));
  });

  test('recognizes its own write when the answer was lost', async () => {
    const wanted = claimOf();
    aws.setWriteDelivery(1, 'answer lost');
    await expect(claim(aws.ledger, wanted, OURS)).rejects.toMatchObject({ name: 'LostOnTheWay' });
    expect(await claim(aws.ledger, { ...wanted, claimedAt: inMinutes(1) }, OURS)).toEqual(wanted);
  });
});

describe('the lifecycle', () => {
  const follows = (from: Phase, to: Phase) => (lifecycle[from] as readonly Phase[]).includes(to);
  const moves = phases.flatMap((from) =>
    phases.filter((to) => to !== 'claimed').map((to) => ({ from, to, legal: follows(from, to) })),
  );

  /** Each write that leads to a phase; with another validation than the record's, so that it is no repeat. */
  const go = (wanted: Claim, to: Phase, owner = OURS): Promise<unknown> => {
    if (to === 'created') return creating(wanted.revalidationId, owner, validationOf());
    if (to === 'moved') return recordMoved(aws.ledger, wanted.revalidationId, owner, receiptOf());
    return recordOutcome(aws.ledger, outcomeOf(wanted, to as OutcomeStatus), owner).then(({ outcome }) => outcome);
  };

  test.each(moves.filter(({ legal }) => legal))('lets $from become $to', async ({ from, to }) => {
    const { wanted, item } = await existing(from);
    await go(wanted, to);
    const after = await itemOf(wanted);
    expect(after?.phase).toBe(to);
    expect(after?.trail).toMatchObject([...item.trail, { phase: to }]);
  });

  test.each(moves.filter(({ legal }) => !legal))('never lets $from become $to', async ({ from, to }) => {
    const { wanted, item } = await existing(from);
    const tried = await go(wanted, to).then(
      (answer) => ({ answer }),
      (error: Error) => ({ error }),
    );
    expect(await itemOf(wanted)).toEqual(item);
    if (isEnd(from) && isEnd(to)) expect(tried).toEqual({ answer: item.outcome });
    else if (isEnd(from)) expect(tried).toMatchObject({ error: { name: 'AlreadyDecidedError' } });
    else if (from === 'moved' && to === 'moved') expect(tried).toEqual({ answer: undefined });
    else expect(tried).toHaveProperty('error');
  });

  test.each(['claimed', 'created', 'moved'] as const)(
    'lets only the owner change a record that is %s',
    async (from) => {
      const { wanted, item } = await existing(from);
      for (const to of ['created', 'moved', ...outcomeStatuses] as const) {
        expect(await thrownBy(go(wanted, to, THEIRS))).toEqual({
          name: 'ClaimedElsewhereError',
          reason: 'claimed_elsewhere',
        });
      }
      expect(await itemOf(wanted)).toEqual(item);
    },
  );

  test('is enforced by the condition of the write itself, not by an earlier read', async () => {
    const { wanted } = await existing('claimed');
    aws.calls.length = 0;
    await creating(wanted.revalidationId, OURS, validationOf());
    expect(aws.calls.map(({ operation }) => operation)).toEqual(['UpdateItem']);
  });

  test('creates no record from a change without a claim', async () => {
    const wanted = claimOf();
    await expect(go(wanted, 'created')).rejects.toThrow('the record does not exist');
    await expect(go(wanted, 'moved')).rejects.toThrow('the record does not exist');
    expect(await itemOf(wanted)).toBeUndefined();
  });

  test('leaves the times of its phases in order', async () => {
    const wanted = claimOf();
    await claim(aws.ledger, wanted, OURS);
    for (const to of ['created', 'moved', 'approved'] as const) await go(wanted, to);
    const trail = (await itemOf(wanted))?.trail as { phase: Phase; at: string }[];
    expect(trail.map(({ phase }) => phase)).toEqual(['claimed', 'created', 'moved', 'approved']);
    expect(trail.map(({ at }) => at)).toEqual(trail.map(({ at }) => at).toSorted());
  });
});

describe('recordCreated and recordMoved', () => {
  test('keep what was requested beside what is used', async () => {
    const wanted = claimOf({ requested: { threshold: 0.9, timeoutSeconds: 60 } });
    const validation = validationOf({ threshold: 0.65 });
    const receipt = receiptOf();
    await claim(aws.ledger, wanted, OURS);
    await creating(wanted.revalidationId, OURS, validation);
    await recordMoved(aws.ledger, wanted.revalidationId, OURS, receipt);
    expect(await readRecord(aws.ledger, wanted.revalidationId)).toMatchObject({
      requested: { threshold: 0.9, timeoutSeconds: 60 },
      used: { threshold: 0.65, deadline: validation.deadline },
      validationId: validation.validationId,
      receipt,
    });
  });

  test('change nothing at a second call with the same data', async () => {
    const { wanted, validation } = await existing('claimed');
    const id = wanted.revalidationId;
    const receipt = receiptOf();
    await creating(id, OURS, validation);
    const created = await itemOf(wanted);
    await creating(id, OURS, validation);
    expect(await itemOf(wanted)).toEqual(created);
    await recordMoved(aws.ledger, id, OURS, receipt);
    const moved = await itemOf(wanted);
    await recordMoved(aws.ledger, id, OURS, { ...receipt, sha256: sha256('another') });
    await creating(id, OURS, validation);
    expect(await itemOf(wanted)).toEqual(moved);
  });

  test('never replace the first validation by a second', async () => {
    const { wanted, item } = await existing('created');
    const second = creating(wanted.revalidationId, OURS, validationOf());
    await expect(second).rejects.toThrow('a record in phase created cannot become created');
    expect(await itemOf(wanted)).toEqual(item);
  });
});

describe('recordOutcome', () => {
  test('ends a record, and keeps it for the whole retention from then on', async () => {
    const { wanted, item } = await existing('moved');
    const outcome = outcomeOf(wanted, 'declined');
    await atStoppedTime(async (now) => {
      expect(await recordOutcome(aws.ledger, outcome, OURS)).toEqual({ outcome, isAnnounced: false });
      expect(await itemOf(wanted)).toMatchObject({
        ...item,
        phase: 'declined',
        outcome,
        trail: expect.any(Array),
        expiresAt: seconds(now) + aws.ledger.retentionDays * 86_400,
      });
    });
  });

  test('keeps the first end and returns it to every later caller', async () => {
    const { wanted } = await existing('moved');
    const first = outcomeOf(wanted, 'canceled');
    await recordOutcome(aws.ledger, first, OURS);
    const before = await itemOf(wanted);
    for (const owner of [OURS, THEIRS]) {
      for (const status of outcomeStatuses) {
        expect((await recordOutcome(aws.ledger, outcomeOf(wanted, status), owner)).outcome).toEqual(first);
      }
    }
    expect(await itemOf(wanted)).toEqual(before);
  });

  test('keeps one of many concurrent ends, and returns it to all', async () => {
    const { wanted } = await existing('claimed');
    const ends = await Promise.all(
      outcomeStatuses.map((status) => recordOutcome(aws.ledger, outcomeOf(wanted, status), OURS)),
    );
    const after = await itemOf(wanted);
    expect(new Set(ends.map(({ outcome }) => outcome.status)).size).toBe(1);
    expect(after?.outcome).toEqual(ends[0]?.outcome);
    expect(after?.trail).toHaveLength(2);
  });

  test('writes a record when there was no claim', async () => {
    const wanted = claimOf();
    const outcome = outcomeOf(wanted, 'refused');
    expect(await recordOutcome(aws.ledger, outcome, OURS)).toEqual({ outcome, isAnnounced: false, owner: OURS });
    const record = await readRecord(aws.ledger, wanted.revalidationId);
    expect(record).toMatchObject({ phase: 'refused', owner: OURS, accountId: wanted.accountId, outcome });
    expect(record?.trail.map(({ phase }) => phase)).toEqual(['refused']);
    const { records } = await listRecords(aws.ledger, wanted.accountId, { limit: 10 });
    expect(records).toEqual([record]);
  });

  test('writes a record without a person when no more could be read', async () => {
    const { accountId: _, ...outcome } = outcomeOf(claimOf(), 'refused');
    await recordOutcome(aws.ledger, outcome, OURS);
    const record = await readRecord(aws.ledger, outcome.revalidationId);
    expect(record).toMatchObject({ phase: 'refused', outcome });
    expect(record).not.toHaveProperty('accountId');
  });

  test('returns its own write when only the answer was lost', async () => {
    const { wanted } = await existing('moved');
    const outcome = outcomeOf(wanted, 'approved');
    aws.setWriteDelivery(1, 'answer lost');
    await expect(recordOutcome(aws.ledger, outcome, OURS)).rejects.toMatchObject({ name: 'LostOnTheWay' });
    const repeat = await recordOutcome(aws.ledger, { ...outcome, decidedAt: inMinutes(1) }, OURS);
    expect(repeat).toEqual({ outcome, isAnnounced: false, owner: OURS });
  });
});

describe('listRecords', () => {
  test('pages through the records of one person, newest claim first', async () => {
    const person = newPerson();
    const times = [2, 0, 3, 1].map(inMinutes);
    for (const claimedAt of times) await claim(aws.ledger, claimOf({ ...person, claimedAt }), OURS);
    await claim(aws.ledger, claimOf({ ...newPerson(), claimedAt: inMinutes(9) }), OURS);
    const first = await listRecords(aws.ledger, person.accountId, { limit: 3 });
    const rest = await listRecords(aws.ledger, person.accountId, { limit: 3, after: first.next });
    const seen = [...first.records, ...rest.records];
    expect(first.records).toHaveLength(3);
    expect(seen.map(({ claimedAt }) => claimedAt)).toEqual(times.toSorted().toReversed());
    expect(new Set(seen.map(({ accountId }) => accountId))).toEqual(new Set([person.accountId]));
    expect(rest.next).toBeUndefined();
  });

  test('returns nothing for an unknown person', async () => {
    expect(await listRecords(aws.ledger, newPerson().accountId, { limit: 3 })).toEqual({
      records: [],
      unreadable: [],
      next: undefined,
    });
  });
});

describe('a record that has expired, and that DynamoDB has not deleted yet', () => {
  const expired = () => existing('approved', { expiresAt: seconds(Date.now()) - 1 });

  test('is not returned', async () => {
    const { wanted } = await expired();
    const alive = claimOf({ accountId: wanted.accountId, enrollmentId: wanted.enrollmentId });
    await claim(aws.ledger, alive, OURS);
    expect(await readRecord(aws.ledger, wanted.revalidationId)).toBeUndefined();
    const { records } = await listRecords(aws.ledger, wanted.accountId, { limit: 10 });
    expect(records.map(({ revalidationId }) => revalidationId)).toEqual([alive.revalidationId]);
  });

  test('counts as deleted for a new claim', async () => {
    const { wanted } = await expired();
    const again = { ...wanted, claimedAt: new Date().toISOString() };
    expect(await claim(aws.ledger, again, THEIRS)).toEqual(again);
  });

  test('counts as deleted for an outcome without a claim', async () => {
    const { wanted } = await expired();
    const outcome = outcomeOf(wanted, 'refused');
    expect(await recordOutcome(aws.ledger, outcome, THEIRS)).toEqual({ outcome, isAnnounced: false, owner: THEIRS });
  });
});

describe('a repeat that is counted', () => {
  test('is kept on its record, and does not restore a deleted one', async () => {
    const existing = claimOf();
    await claim(aws.ledger, existing, OURS);
    await countRepeat(aws.ledger, existing.revalidationId);
    await countRepeat(aws.ledger, existing.revalidationId);
    expect(await readRecord(aws.ledger, existing.revalidationId)).toMatchObject({ askedAgain: 2 });
    const gone = claimOf();
    await countRepeat(aws.ledger, gone.revalidationId);
    expect(await aws.item(`RUN#${gone.revalidationId}`)).toBeUndefined();
  });
});

describe('recordedAmong', () => {
  test('returns the ids of claimed records that have not expired', async () => {
    const [alive, expired, unknown] = [claimOf(), claimOf(), claimOf()];
    for (const one of [alive, expired]) await claim(aws.ledger, one, OURS);
    const item = await aws.item(`RUN#${expired.revalidationId}`);
    await aws.putItem({ pk: `RUN#${expired.revalidationId}`, ...item, expiresAt: Math.floor(Date.now() / 1000) - 1 });
    const ids = [alive, expired, unknown].map(({ revalidationId }) => revalidationId);
    expect(await recordedAmong(aws.table, ids)).toEqual(new Set([alive.revalidationId]));
    expect(await recordedAmong(aws.table, [])).toEqual(new Set());
  });
});
