import { describe, expect } from 'vitest';
import {
  isEnd,
  lifecycle,
  type OutcomeStatus,
  outcomeStatuses,
  type Phase,
  phases,
} from '../../shared/domain/lifecycle.ts';
import type { Claim, Validation } from '../../shared/domain/revalidation.ts';
import { claim, recordCreated, recordMoved } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { listRecords, readRecord } from '../../shared/ledger/records.ts';
import { answered, claimOf, createdAs, errorOf, executionOf, inMinutes, sha256, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import {
  existing,
  keyOf,
  OURS,
  outcomeOf,
  receiptOf,
  seconds,
  THEIRS,
  test,
  validationOf,
} from '../support/records.ts';
import { atStoppedTime } from '../support/stopped-time.ts';

/** Says that Truora has answered with this validation. */
const creating = (aws: LocalAws, revalidationId: string, owner: string, validation: Validation) =>
  recordCreated(aws.ledger, { revalidationId, owner }, createdAs(validation), answered(validation));

const itemOf = (aws: LocalAws, wanted: Pick<Claim, 'revalidationId'>) => aws.item(keyOf(wanted));

describe('claim', () => {
  test('writes a fresh record with everything that was requested', async ({ aws }) => {
    const wanted = claimOf();
    expect(await claim(aws.ledger, wanted, OURS)).toEqual(wanted);
    expect(await itemOf(aws, wanted)).toEqual({
      pk: keyOf(wanted),
      ...wanted,
      owner: OURS,
      phase: 'claimed',
      trail: [{ phase: 'claimed', at: wanted.claimedAt }],
      day: wanted.claimedAt.slice(0, 10),
      shard: `due#${wanted.revalidationId[3]}`,
      dueAt: new Date(Date.parse(wanted.claimedAt) + 5 * 60_000).toISOString(),
      expiresAt: seconds(Date.parse(wanted.claimedAt)) + aws.ledger.retentionDays * 86_400,
    });
  });

  test('returns the first claim to the same owner, and writes nothing', async ({ aws }) => {
    const wanted = claimOf();
    await claim(aws.ledger, wanted, OURS);
    const before = await itemOf(aws, wanted);
    const later = { ...wanted, claimedAt: inMinutes(1), resultMode: 'poll' as const, reference: 'another' };
    expect(await claim(aws.ledger, later, OURS)).toEqual(wanted);
    expect(await itemOf(aws, wanted)).toEqual(before);
  });

  test.for(['claimed', 'created', 'moved'] as const)(
    'refuses another owner while the record is %s',
    async (phase, { aws }) => {
      const { wanted, item } = await existing(aws, phase);
      expect(await thrownBy(claim(aws.ledger, wanted, THEIRS))).toEqual({
        name: 'ClaimedElsewhereError',
        reason: 'claimed_elsewhere',
      });
      expect(await itemOf(aws, wanted)).toEqual(item);
    },
  );

  test.for([...outcomeStatuses])(
    'refuses every owner, also its own, once the record has ended as %s',
    async (phase, { aws }) => {
      const { wanted, item } = await existing(aws, phase);
      for (const owner of [OURS, THEIRS]) {
        const error = await errorOf(claim(aws.ledger, wanted, owner));
        expect(error).toMatchObject({
          name: 'AlreadyDecidedError',
          message: `already_decided: ${wanted.revalidationId}`,
        });
      }
      expect(await itemOf(aws, wanted)).toEqual(item);
    },
  );

  test('succeeds for exactly one of many concurrent executions', async ({ aws }) => {
    const wanted = claimOf();
    const owners = Array.from({ length: 10 }, (_, n) => executionOf(`racer-${n}`));
    const runs = await Promise.allSettled(owners.map((owner) => claim(aws.ledger, wanted, owner)));
    const winners = owners.filter((_, n) => runs[n]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect((await itemOf(aws, wanted))?.owner).toBe(winners[0]);
    const losers = runs.flatMap((run) => (run.status === 'rejected' ? [run.reason.name] : []));
    expect(losers).toEqual(Array(9).fill('ClaimedElsewhereError'));
  });

  test('recognizes its own write when the answer was lost', async ({ aws }) => {
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
  const go = (aws: LocalAws, wanted: Claim, to: Phase, owner = OURS): Promise<unknown> => {
    if (to === 'created') return creating(aws, wanted.revalidationId, owner, validationOf());
    if (to === 'moved') return recordMoved(aws.ledger, wanted.revalidationId, owner, receiptOf());
    return recordOutcome(aws.ledger, outcomeOf(wanted, to as OutcomeStatus), owner).then(({ outcome }) => outcome);
  };

  test.for(moves.filter(({ legal }) => legal))('lets $from become $to', async ({ from, to }, { aws }) => {
    const { wanted, item } = await existing(aws, from);
    await go(aws, wanted, to);
    const after = await itemOf(aws, wanted);
    expect(after?.phase).toBe(to);
    expect(after?.trail).toMatchObject([...item.trail, { phase: to }]);
  });

  test.for(moves.filter(({ legal }) => !legal))('never lets $from become $to', async ({ from, to }, { aws }) => {
    const { wanted, item } = await existing(aws, from);
    const tried = await go(aws, wanted, to).then(
      (answer) => ({ answer }),
      (error: Error) => ({ error }),
    );
    expect(await itemOf(aws, wanted)).toEqual(item);
    if (isEnd(from) && isEnd(to)) expect(tried).toEqual({ answer: item.outcome });
    else if (isEnd(from)) expect(tried).toMatchObject({ error: { name: 'AlreadyDecidedError' } });
    else if (from === 'moved' && to === 'moved') expect(tried).toEqual({ answer: undefined });
    else expect(tried).toHaveProperty('error');
  });

  test.for(['claimed', 'created', 'moved'] as const)(
    'lets only the owner change a record that is %s',
    async (from, { aws }) => {
      const { wanted, item } = await existing(aws, from);
      for (const to of ['created', 'moved', ...outcomeStatuses] as const) {
        expect(await thrownBy(go(aws, wanted, to, THEIRS))).toEqual({
          name: 'ClaimedElsewhereError',
          reason: 'claimed_elsewhere',
        });
      }
      expect(await itemOf(aws, wanted)).toEqual(item);
    },
  );

  test('holds by the condition of the write itself, not by an earlier read', async ({ aws }) => {
    const { wanted } = await existing(aws, 'claimed');
    aws.calls.length = 0;
    await creating(aws, wanted.revalidationId, OURS, validationOf());
    expect(aws.calls.map(({ operation }) => operation)).toEqual(['UpdateItem']);
  });

  test('creates no record from a change without a claim', async ({ aws }) => {
    const wanted = claimOf();
    await expect(go(aws, wanted, 'created')).rejects.toThrow('the record does not exist');
    await expect(go(aws, wanted, 'moved')).rejects.toThrow('the record does not exist');
    expect(await itemOf(aws, wanted)).toBeUndefined();
  });

  test('leaves the times of its phases in order', async ({ aws }) => {
    const wanted = claimOf();
    await claim(aws.ledger, wanted, OURS);
    for (const to of ['created', 'moved', 'approved'] as const) await go(aws, wanted, to);
    const trail = (await itemOf(aws, wanted))?.trail as { phase: Phase; at: string }[];
    expect(trail.map(({ phase }) => phase)).toEqual(['claimed', 'created', 'moved', 'approved']);
    expect(trail.map(({ at }) => at)).toEqual(trail.map(({ at }) => at).toSorted());
  });
});

describe('recordCreated and recordMoved', () => {
  test('keep what was requested beside what is used', async ({ aws }) => {
    const wanted = claimOf({ requested: { threshold: 0.9, timeoutSeconds: 60 } });
    const validation = validationOf({ threshold: 0.65 });
    const receipt = receiptOf();
    await claim(aws.ledger, wanted, OURS);
    await creating(aws, wanted.revalidationId, OURS, validation);
    await recordMoved(aws.ledger, wanted.revalidationId, OURS, receipt);
    expect(await readRecord(aws.ledger, wanted.revalidationId)).toMatchObject({
      requested: { threshold: 0.9, timeoutSeconds: 60 },
      used: { threshold: 0.65, deadline: validation.deadline },
      validationId: validation.validationId,
      receipt,
    });
  });

  test('change nothing at a second call with the same data', async ({ aws }) => {
    const { wanted, validation } = await existing(aws, 'claimed');
    const id = wanted.revalidationId;
    const receipt = receiptOf();
    await creating(aws, id, OURS, validation);
    const created = await itemOf(aws, wanted);
    await creating(aws, id, OURS, validation);
    expect(await itemOf(aws, wanted)).toEqual(created);
    await recordMoved(aws.ledger, id, OURS, receipt);
    const moved = await itemOf(aws, wanted);
    await recordMoved(aws.ledger, id, OURS, { ...receipt, sha256: sha256('another') });
    await creating(aws, id, OURS, validation);
    expect(await itemOf(aws, wanted)).toEqual(moved);
  });

  test('never replace the first validation by a second', async ({ aws }) => {
    const { wanted, item } = await existing(aws, 'created');
    const second = creating(aws, wanted.revalidationId, OURS, validationOf());
    await expect(second).rejects.toThrow('a record in phase created cannot become created');
    expect(await itemOf(aws, wanted)).toEqual(item);
  });
});

describe('recordOutcome', () => {
  test('ends a record, and keeps it for the whole retention from then on', async ({ aws }) => {
    const { wanted, item } = await existing(aws, 'moved');
    const outcome = outcomeOf(wanted, 'declined');
    await atStoppedTime(async (now) => {
      expect(await recordOutcome(aws.ledger, outcome, OURS)).toEqual({ outcome, isAnnounced: false, owner: OURS });
      expect(await itemOf(aws, wanted)).toMatchObject({
        ...item,
        phase: 'declined',
        outcome,
        trail: expect.any(Array),
        expiresAt: seconds(now) + aws.ledger.retentionDays * 86_400,
      });
    });
  });

  test('keeps the first end and returns it to every later caller', async ({ aws }) => {
    const { wanted } = await existing(aws, 'moved');
    const first = outcomeOf(wanted, 'canceled');
    await recordOutcome(aws.ledger, first, OURS);
    const before = await itemOf(aws, wanted);
    for (const owner of [OURS, THEIRS]) {
      for (const status of outcomeStatuses) {
        expect((await recordOutcome(aws.ledger, outcomeOf(wanted, status), owner)).outcome).toEqual(first);
      }
    }
    expect(await itemOf(aws, wanted)).toEqual(before);
  });

  test('keeps one of many concurrent ends, and returns it to all', async ({ aws }) => {
    const { wanted } = await existing(aws, 'claimed');
    const ends = await Promise.all(
      outcomeStatuses.map((status) => recordOutcome(aws.ledger, outcomeOf(wanted, status), OURS)),
    );
    const after = await itemOf(aws, wanted);
    expect(new Set(ends.map(({ outcome }) => outcome.status)).size).toBe(1);
    expect(after?.outcome).toEqual(ends[0]?.outcome);
    expect(after?.trail).toHaveLength(2);
  });

  test('writes a record when there was no claim', async ({ aws }) => {
    const wanted = claimOf();
    const outcome = outcomeOf(wanted, 'refused');
    expect(await recordOutcome(aws.ledger, outcome, OURS)).toEqual({ outcome, isAnnounced: false, owner: OURS });
    const record = await readRecord(aws.ledger, wanted.revalidationId);
    expect(record).toMatchObject({ phase: 'refused', owner: OURS, accountId: wanted.accountId, outcome });
    expect(record?.trail.map(({ phase }) => phase)).toEqual(['refused']);
    const { records } = await listRecords(aws.ledger, wanted.accountId, { limit: 10 });
    expect(records).toEqual([record]);
  });

  test('writes a record without a person when no more could be read', async ({ aws }) => {
    const { accountId: _, ...outcome } = outcomeOf(claimOf(), 'refused');
    await recordOutcome(aws.ledger, outcome, OURS);
    const record = await readRecord(aws.ledger, outcome.revalidationId);
    expect(record).toMatchObject({ phase: 'refused', outcome });
    expect(record).not.toHaveProperty('accountId');
  });

  test('returns its own write when only the answer was lost', async ({ aws }) => {
    const { wanted } = await existing(aws, 'moved');
    const outcome = outcomeOf(wanted, 'approved');
    aws.setWriteDelivery(1, 'answer lost');
    await expect(recordOutcome(aws.ledger, outcome, OURS)).rejects.toMatchObject({ name: 'LostOnTheWay' });
    const repeat = await recordOutcome(aws.ledger, { ...outcome, decidedAt: inMinutes(1) }, OURS);
    expect(repeat).toEqual({ outcome, isAnnounced: false, owner: OURS });
  });
});
