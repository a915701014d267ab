import { describe, expect } from 'vitest';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord, recordAttempt } from '../../shared/ledger/claims.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import { recordCancellation, recordOutcome } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { listValidations } from '../../shared/truora/client.ts';
import { lateOrphansOn } from '../../shared/truora/reconcile.ts';
import { holdTimers } from '../support/held-timers.ts';
import { claimOf, thrownBy } from '../support/journal.ts';
import { type LocalAws, standIn } from '../support/local-aws.ts';
import {
  attemptsOf,
  claimed,
  closers,
  comingBack,
  creating,
  intentOf,
  later,
  OURS,
  orphansCounted,
  recordOf,
  test,
  UNSETTLED,
  withLink,
} from '../support/reconcile.ts';
import { truoraAt } from '../support/truora.ts';

/** Used for nothing else; it waits until the test releases it. */
const LATE_MS = 86_123;

/** Another media of the same person. */
const sibling = async (aws: LocalAws, { accountId, enrollmentId }: Claim) => {
  const claim = claimOf({ accountId, enrollmentId });
  await claimRecord(aws.ledger, claim, OURS);
  return claim;
};

const charging = (aws: LocalAws) => {
  const before = aws.sandbox.counts();
  return () => {
    const now = aws.sandbox.counts();
    return { creates: now.creates - before.creates, charges: now.charges - before.charges };
  };
};

describe('the intent of another run of the person', () => {
  test('leaves the intent of a living run alone, at any age', async ({ aws }) => {
    const other = await claimed(aws);
    const ours = await sibling(aws, other);
    const intent = await openIntent(aws.table, other.accountId, { revalidationId: other.revalidationId, attempt: 1 });
    later(3600);
    expect(await thrownBy(creating(ours))).toEqual(UNSETTLED);
    expect(await intentOf(aws, ours)).toMatchObject({ ...intent });
  });

  test.for([
    ['was lost and came to nothing', '-create-swallowed', ['1 not_found'], 0],
    ['was lost and created one', '-create-lost', ['1 orphaned'], 1],
  ] as const)(
    'resolves the intent of an ended run on its own record, and never adopts it: its call %s',
    async ([_, suffix, attempts, orphans], { aws }) => {
      aws.sandbox.settings.repeatsUploadLinkOnRead = true;
      const counts = charging(aws);
      const other = await claimed(aws, suffix);
      expect(await thrownBy(creating(other))).toEqual(UNSETTLED);
      await recordCancellation(aws.ledger, other, 'iam:caller');
      const ours = await sibling(aws, other);
      const { validationId } = await comingBack(ours);
      expect(await attemptsOf(aws, other)).toEqual(attempts);
      const theirs = await recordOf(aws, other);
      expect(theirs.phase).toBe('canceled');
      expect(theirs.orphans ?? []).toHaveLength(orphans);
      expect(theirs.orphans ?? []).not.toContain(validationId);
      expect(await attemptsOf(aws, ours)).toEqual(['1 created']);
      expect(await recordOf(aws, ours)).not.toHaveProperty('orphans');
      expect(counts().charges).toBe(1 + orphans);
      expect(orphansCounted(aws)).toBe(orphans);
    },
  );

  test('resolves the intent of an expired record', async ({ aws }) => {
    const ours = await claimed(aws);
    const { revalidationId } = claimOf();
    await openIntent(aws.table, ours.accountId, { revalidationId, attempt: 1 });
    expect(await comingBack(ours)).toMatchObject({ validationId: expect.any(String) });
    expect(await aws.item(`RUN#${revalidationId}`)).toBeUndefined();
  });

  test('leaves a validation alone that another run creates during the read: it is not an orphan of the ended run', async ({
    aws,
  }) => {
    const ended = await claimed(aws);
    const one = await sibling(aws, ended);
    const other = await sibling(aws, ended);
    let row: ReturnType<typeof withLink> | undefined;
    let isAnswered = false;
    let meanwhile: (() => Promise<void>) | undefined;
    const truora = await standIn(async ({ method }) => {
      if (method === 'POST') {
        if (!isAnswered) return 'reset';
        row = withLink(ended);
        return { status: 200, body: row };
      }
      const wait = meanwhile;
      meanwhile = undefined;
      await wait?.();
      return { status: 200, body: { validations: row ? [row] : [] } };
    });
    closers.push(truora.close);
    process.env.TRUORA_ORIGIN = truora.origin;
    expect(await thrownBy(creating(ended))).toEqual(UNSETTLED);
    await recordCancellation(aws.ledger, ended, 'iam:caller');
    later(60);
    expect(await thrownBy(creating(one))).toEqual(UNSETTLED);
    later(30);
    // While the other's second list is on its way, the one resolves, creates, and has not bound what it created yet.
    meanwhile = async () => {
      isAnswered = true;
      expect(await thrownBy(creating(one))).toEqual(UNSETTLED);
      aws.setDelivery(({ operation, input }) =>
        operation === 'PutItem' && JSON.stringify(input).includes('VLD#') ? 'lost' : 'through',
      );
      expect(await thrownBy(creating(one))).toMatchObject({ name: 'LostOnTheWay' });
      aws.setDelivery();
    };
    expect(await thrownBy(creating(other))).toEqual(UNSETTLED);
    expect(await recordOf(aws, ended)).not.toHaveProperty('orphans');
    expect(await attemptsOf(aws, ended)).toEqual(['1 not_found']);
    expect(await creating(one)).toMatchObject({ validationId: row?.validation_id });
    expect(orphansCounted(aws)).toBe(0);
    expect(truora.asked.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  test('keeps the answer of a run that was canceled during the call as an orphan, and frees the person', async ({
    aws,
  }) => {
    const claim = await claimed(aws);
    const row = withLink(claim);
    const truora = await standIn(async () => {
      const { revalidationId } = claim;
      const decidedAt = new Date().toISOString();
      await recordOutcome(aws.ledger, { revalidationId, status: 'canceled', decidedBy: 'caller', decidedAt }, OURS);
      return { status: 200, body: row };
    });
    closers.push(truora.close);
    process.env.TRUORA_ORIGIN = truora.origin;
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(await recordOf(aws, claim)).toMatchObject({ phase: 'canceled', orphans: [row.validation_id] });
    expect(await recordOf(aws, claim)).not.toHaveProperty('uploadLink');
    expect(await attemptsOf(aws, claim)).toEqual(['1 orphaned']);
    expect(await intentOf(aws, claim)).toBeUndefined();
    expect(orphansCounted(aws)).toBe(1);
  });
});

describe('a call that is executed after its timeout', () => {
  test('becomes an orphan: nothing is uploaded to it, and the follow-up records it', async ({ aws }) => {
    const late = holdTimers(LATE_MS);
    closers.push(async () => late.end());
    Object.assign(aws.sandbox.settings, { repeatsUploadLinkOnRead: true, createLateMs: LATE_MS });
    const counts = charging(aws);
    const claim = await claimed(aws, '-create-late');
    const { validationId } = await comingBack(claim);
    expect(await attemptsOf(aws, claim)).toEqual(['1 not_found', '2 created']);
    late.letGo();
    expect(counts().charges).toBe(2);

    const record = (await readRecord(aws.ledger, claim.revalidationId)) ?? raise('the record is gone');
    const truora = truoraAt(aws.sandbox.origin);
    const asked = { ...record, accountId: claim.accountId, requested: claim.requested };
    const list = await listValidations(truora, claim.accountId);
    const lateOrphans = lateOrphansOn(list, asked);
    expect(lateOrphans).toEqual([
      { attempt: expect.objectContaining({ n: 1, result: 'not_found' }), orphans: [expect.stringMatching(/^VLD/)] },
    ]);
    for (const { attempt, orphans } of lateOrphans) {
      await recordAttempt(aws.ledger, record, { attempt: { ...attempt, result: 'orphaned' }, orphans });
    }
    const after = await recordOf(aws, claim);
    expect(after).toMatchObject({ validationId, orphans: lateOrphans[0]?.orphans });
    expect(after.orphans).not.toContain(validationId);
    // Charged twice, and both are on the record; a second look finds nothing new.
    expect(lateOrphansOn(list, { ...asked, ...after })).toEqual([]);
    expect(aws.sandbox.uploaded(after.orphans?.[0] ?? '')).toBeUndefined();
  });
});

const raise = (what: string): never => {
  throw new TypeError(what);
};
