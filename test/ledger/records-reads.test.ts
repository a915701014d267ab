import { describe, expect } from 'vitest';
import { claim } from '../../shared/ledger/claims.ts';
import { countRepeat, recordOutcome } from '../../shared/ledger/outcomes.ts';
import { listRecords, readRecord, recordedAmong } from '../../shared/ledger/records.ts';
import { claimOf, inMinutes, newPerson } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { existing, OURS, outcomeOf, seconds, THEIRS, test } from '../support/records.ts';

describe('listRecords', () => {
  test('pages through the records of one person, newest claim first', async ({ aws }) => {
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

  test('returns nothing for an unknown person', async ({ aws }) => {
    expect(await listRecords(aws.ledger, newPerson().accountId, { limit: 3 })).toEqual({
      records: [],
      unreadable: [],
      next: undefined,
    });
  });
});

describe('a record that has expired, and that DynamoDB has not deleted yet', () => {
  const expired = (aws: LocalAws) => existing(aws, 'approved', { expiresAt: seconds(Date.now()) - 1 });

  test('stays out of every read', async ({ aws }) => {
    const { wanted } = await expired(aws);
    const alive = claimOf({ accountId: wanted.accountId, enrollmentId: wanted.enrollmentId });
    await claim(aws.ledger, alive, OURS);
    expect(await readRecord(aws.ledger, wanted.revalidationId)).toBeUndefined();
    const { records } = await listRecords(aws.ledger, wanted.accountId, { limit: 10 });
    expect(records.map(({ revalidationId }) => revalidationId)).toEqual([alive.revalidationId]);
  });

  test('counts as deleted for a new claim', async ({ aws }) => {
    const { wanted } = await expired(aws);
    const again = { ...wanted, claimedAt: new Date().toISOString() };
    expect(await claim(aws.ledger, again, THEIRS)).toEqual(again);
  });

  test('counts as deleted for an outcome without a claim', async ({ aws }) => {
    const { wanted } = await expired(aws);
    const outcome = outcomeOf(wanted, 'refused');
    expect(await recordOutcome(aws.ledger, outcome, THEIRS)).toEqual({ outcome, isAnnounced: false, owner: THEIRS });
  });
});

describe('a repeat that is counted', () => {
  test('stays on its record, and does not restore a deleted one', async ({ aws }) => {
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
  test('returns the ids of claimed records that have not expired', async ({ aws }) => {
    const [alive, expired, unknown] = [claimOf(), claimOf(), claimOf()];
    for (const one of [alive, expired]) await claim(aws.ledger, one, OURS);
    const item = await aws.item(`RUN#${expired.revalidationId}`);
    await aws.putItem({ pk: `RUN#${expired.revalidationId}`, ...item, expiresAt: Math.floor(Date.now() / 1000) - 1 });
    const ids = [alive, expired, unknown].map(({ revalidationId }) => revalidationId);
    expect(await recordedAmong(aws.table, ids)).toEqual(new Set([alive.revalidationId]));
    expect(await recordedAmong(aws.table, [])).toEqual(new Set());
  });
});
