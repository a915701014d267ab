import { describe, expect } from 'vitest';
import { handler } from '../../functions/sweep-ledger.ts';
import { announcementOf } from '../../shared/domain/announcement.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { recordNotification, storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { holdMedia } from '../../shared/ledger/holds.ts';
import { openIntent, readIntent } from '../../shared/ledger/intents.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { enterCopy } from '../../shared/logic/copies.ts';
import { BUCKET, claimOf, context, inMinutes, journalOf, newPerson, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { details, due, ended, HOUR, itemOf, OURS, running, sweep, test, truora } from '../support/sweep-ledger.ts';

describe('each sweep', () => {
  test('emits that it recorded no notification itself, so that an alarm can tell silence from zero', async ({
    aws,
  }) => {
    await sweep();
    expect(aws.metrics).toContainEqual(expect.objectContaining({ NotificationsRecorded: 0 }));
  });
});

describe('an open record', () => {
  test('stays as it is while its execution lives, and gets another check', async ({ aws }) => {
    const { claim } = await running(aws);
    await sweep();
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record).toMatchObject({ phase: 'created', dueAt: expect.any(String) });
    expect(Date.parse(record?.dueAt ?? '')).toBeGreaterThan(Date.now() + 4 * 60_000);
    expect(details(aws)).toEqual([]);
  });

  test.for([
    ['ABORTED', 'execution_aborted'],
    ['TIMED_OUT', 'execution_timed_out'],
    ['FAILED', 'execution_failed'],
    ['SUCCEEDED', 'execution_lost'],
    ['FORGOTTEN', 'execution_lost'],
  ] as const)('fails with the execution status %s by %s, and its person is free', async ([status, reason], { aws }) => {
    const { claim, validation } = await running(aws);
    aws.statuses.set(OURS, status);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record?.outcome).toMatchObject({
      status: 'failed',
      reason,
      accountId: claim.accountId,
      validationId: validation.validationId,
      claimedAt: claim.claimedAt,
    });
    expect(record?.announced).toMatch(/Z$/);
    expect(details(aws)).toEqual([announcementOf(record?.outcome as Outcome)]);
    expect(aws.metrics).toContainEqual(expect.objectContaining({ Outcomes: 1, reason }));
  });

  test('leaves its open intent to the next run', async ({ aws }) => {
    const { claim } = journalOf();
    await claimRecord(aws.ledger, claim, OURS);
    await openIntent(aws.table, claim.accountId, { revalidationId: claim.revalidationId, attempt: 1 });
    await due(aws, claim.revalidationId);
    aws.statuses.set(OURS, 'ABORTED');
    await sweep();
    expect((await readRecord(aws.ledger, claim.revalidationId))?.phase).toBe('failed');
    expect(await readIntent(aws.table, claim.accountId)).toMatchObject({ revalidationId: claim.revalidationId });
  });

  test('leaves the intent of another case of the person alone', async ({ aws }) => {
    const { claim } = await running(aws);
    aws.statuses.set(OURS, 'ABORTED');
    await aws.putItem({
      pk: `ACC#${claim.accountId}`,
      revalidationId: claimOf().revalidationId,
      openedAt: inMinutes(0),
      attempt: 1,
    });
    await sweep();
    expect(await readIntent(aws.table, claim.accountId)).toBeDefined();
  });

  test('keeps its own outcome when it ends during the sweep', async ({ aws }) => {
    const { claim } = await running(aws);
    aws.statuses.set(OURS, 'SUCCEEDED');
    const outcome: Outcome = {
      revalidationId: claim.revalidationId,
      status: 'approved',
      decidedBy: 'poll',
      decidedAt: inMinutes(0),
    };
    let once = true;
    aws.setDelivery(({ operation }) => {
      if (operation === 'DescribeExecution' && once) {
        once = false;
        void recordOutcome(aws.ledger, outcome, OURS);
      }
      return 'through';
    });
    await sweep();
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record?.trail.filter(({ phase }) => ['approved', 'failed'].includes(phase))).toHaveLength(1);
  });

  test.for([true, false])('resumes with a token and a notification (%s), if both exist', async (rings, { aws }) => {
    const { validation } = await running(aws);
    await storeTaskToken(aws.table, validation, `token-${rings}`);
    if (rings) await recordNotification(aws.table, validation, new Date());
    await sweep();
    expect(aws.resumed.map(({ taskToken }) => taskToken)).toEqual(rings ? ['token-true'] : []);
  });
});

describe('an outcome that was not announced', () => {
  test('goes out under its own id, and the case is then followed up for its media', async ({ aws }) => {
    const { outcome } = await ended(aws, 'declined', { hours: 0 });
    await due(aws, outcome.revalidationId, { announced: undefined });
    await sweep();
    expect(details(aws)).toEqual([announcementOf(outcome)]);
    const record = await readRecord(aws.ledger, outcome.revalidationId);
    expect(record).toMatchObject({ announced: expect.stringMatching(/Z$/) });
    expect(Date.parse(record?.dueAt ?? '')).toBe(Date.parse(outcome.decidedAt) + 24 * 3_600_000);
  });

  test('enters the count when the bus does not accept it, and the others go on', async ({ aws }) => {
    const [one, two] = [await ended(aws, 'declined', { hours: 0 }), await ended(aws, 'approved', { hours: 25 })];
    await due(aws, one.outcome.revalidationId, { announced: undefined });
    aws.openBus(false);
    expect(await sweep()).toEqual({ seen: 2, failed: 1 });
    expect(aws.metrics).toContainEqual(expect.objectContaining({ SweepFailures: 1 }));
    expect(aws.lines.join()).toContain('BusRefusedError');
    expect(await itemOf(aws, two.outcome.revalidationId)).not.toHaveProperty('dueAt');
    aws.openBus(true);
    await due(aws, one.outcome.revalidationId);
    await sweep();
    expect(details(aws)).toEqual([announcementOf(one.outcome)]);
  });
});

describe('media', () => {
  const keyOf = ({ accountId, enrollmentId }: { accountId: string; enrollmentId: string }, name = 'a.jpg') =>
    `inbox/${accountId}/${enrollmentId}/${name}`;
  const left = (aws: LocalAws, key: string, versionId: string) => aws.has(key, versionId);
  const withMedia = async (aws: LocalAws) => {
    const person = newPerson();
    const key = keyOf(person);
    const versions = [await aws.put(key, 'first'), await aws.put(key, 'second'), await aws.put(key, 'third')];
    const [, { versionId, etag }] = versions as [(typeof versions)[0], (typeof versions)[0]];
    const media = { bucket: BUCKET, key, versionId, etag, bytes: 6, type: 'image/jpeg' as const };
    return { key, versions: versions.map((one) => one.versionId), more: { ...person, media } };
  };

  test('goes after its hours, only in the claimed version, and the follow-up ends', async ({ aws }) => {
    const { key, versions, more } = await withMedia(aws);
    const { outcome } = await ended(aws, 'approved', { more });
    await sweep();
    expect(await Promise.all(versions.map((one) => left(aws, key, one)))).toEqual([true, false, true]);
    const item = await itemOf(aws, outcome.revalidationId);
    expect(item).not.toHaveProperty('dueAt');
    expect(item).not.toHaveProperty('shard');
  });

  test('stays until its hours are over', async ({ aws }) => {
    const { key, versions, more } = await withMedia(aws);
    const { outcome } = await ended(aws, 'expired', { hours: 23, more });
    await sweep();
    expect(await Promise.all(versions.map((one) => left(aws, key, one)))).toEqual([true, true, true]);
    const record = await readRecord(aws.ledger, outcome.revalidationId);
    expect(record?.dueAt).toBe(new Date(Date.parse(outcome.decidedAt) + 24 * 3_600_000).toISOString());
  });

  test('stays while another case needs the same version, and is deleted with the last of them', async ({ aws }) => {
    const { key, versions, more } = await withMedia(aws);
    const version = { bucket: BUCKET, key, versionId: versions[1] ?? '' };
    const [first, other] = [
      await ended(aws, 'approved', { more }),
      await running(aws, { ...more, revalidationId: newRevalidationId() }),
    ];
    for (const { claim } of [first, other]) await holdMedia(aws.ledger, version, claim.revalidationId);
    await sweep();
    expect(await left(aws, key, version.versionId)).toBe(true);
    expect(await itemOf(aws, first.claim.revalidationId)).not.toHaveProperty('dueAt');
    const { revalidationId } = other.claim;
    const outcome = {
      revalidationId,
      status: 'declined',
      decidedBy: 'workflow',
      decidedAt: inMinutes(-25 * HOUR),
    } as const;
    await recordOutcome(aws.ledger, outcome, OURS);
    await due(aws, revalidationId, { announced: outcome.decidedAt });
    await sweep();
    expect(await left(aws, key, version.versionId)).toBe(false);
  });

  test('goes with the copies of it that were not run for themselves', async ({ aws }) => {
    const { key, versions, more } = await withMedia(aws);
    const { claim } = await ended(aws, 'approved', { more });
    await enterCopy(aws.ledger, claim.revalidationId, versions[2] ?? '');
    await sweep();
    expect(await Promise.all(versions.map((one) => left(aws, key, one)))).toEqual([true, false, false]);
  });

  test('goes with everything else that was uploaded under the same ticket', async ({ aws }) => {
    const { key, versions, more } = await withMedia(aws);
    const { claim } = await ended(aws, 'declined', { more });
    const upload = { key, type: 'image/jpeg' as const, maxBytes: 10 };
    const { revalidationId, accountId, enrollmentId } = claim;
    await issueTicket(aws.ledger, {
      revalidationId,
      accountId,
      enrollmentId,
      userAuthorized: true,
      options: {},
      calledBy: 'iam:caller',
      issuedAt: inMinutes(-1),
      upload,
      uploads: new Set(versions.slice(1)),
    });
    const neighbour = await aws.put(`${key}.jpg`, 'another');
    await sweep();
    expect(await Promise.all(versions.map((one) => left(aws, key, one)))).toEqual([false, false, false]);
    expect(await left(aws, neighbour.key, neighbour.versionId)).toBe(true);
  });

  test('of a refused drop without a claim is deleted too', async ({ aws }) => {
    const person = newPerson();
    const { key, versionId } = await aws.put(keyOf(person), 'refused');
    const { revalidationId } = claimOf();
    const outcome: Outcome = {
      revalidationId,
      status: 'refused',
      decidedBy: 'workflow',
      decidedAt: inMinutes(-25 * HOUR),
    };
    await recordOutcome(aws.ledger, outcome, OURS, { key, versionId });
    await due(aws, revalidationId, { announced: outcome.decidedAt });
    await sweep();
    expect(await left(aws, key, versionId)).toBe(false);
    expect(truora.asked).toEqual([]);
  });
});

describe('a sweep', () => {
  test('leaves the rest to the next when its time is nearly over', async ({ aws }) => {
    await ended(aws, 'approved');
    const late = { ...context, getRemainingTimeInMillis: () => 10_000 };
    expect(await handler({}, late)).toEqual({ seen: 0, failed: 0 });
    expect((await sweep()).seen).toBe(1);
  });

  test('reads every page of what is due, and nothing else', async ({ aws }) => {
    // All in one shard: two whole pages of it, and a part of the third.
    const shard = 'due#7';
    const { claim } = await running(aws);
    await due(aws, claim.revalidationId, { shard });
    const one = await itemOf(aws, claim.revalidationId);
    for (let n = 1; n < 52; n += 1) {
      const revalidationId = newRevalidationId();
      await aws.putItem({ ...one, pk: `RUN#${revalidationId}`, revalidationId });
    }
    const later = await running(aws);
    await due(aws, later.claim.revalidationId, { shard, dueAt: inMinutes(5) });
    expect(await sweep()).toEqual({ seen: 52, failed: 0 });
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
  });

  test('counts and names a record that cannot be read, postpones it, and goes on with the others', async ({ aws }) => {
    const [broken, well] = [await ended(aws, 'approved'), await ended(aws, 'approved')];
    // As a person may have set it by hand: the longest due of all, and no timestamp of ours.
    await due(aws, broken.outcome.revalidationId, { dueAt: '2026-01-01T00:00:00Z' });
    expect(await sweep()).toEqual({ seen: 2, failed: 1 });
    expect(await itemOf(aws, well.outcome.revalidationId)).not.toHaveProperty('dueAt');
    expect(aws.metrics).toContainEqual(expect.objectContaining({ SweepFailures: 1 }));
    expect(aws.lines.join()).toContain(
      `"unreadable","step":"SweepLedger","revalidationId":"${broken.outcome.revalidationId}"`,
    );
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    const { dueAt } = (await readRecord(aws.ledger, broken.outcome.revalidationId)) ?? {};
    expect(Date.parse(dueAt ?? '')).toBeGreaterThan(Date.now());
    await due(aws, broken.outcome.revalidationId);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
  });

  test('skips an expired record', async ({ aws }) => {
    const { outcome } = await ended(aws, 'approved');
    await due(aws, outcome.revalidationId, { expiresAt: 1 });
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    await due(aws, outcome.revalidationId);
  });
});
