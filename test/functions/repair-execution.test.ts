import { describe, expect } from 'vitest';
import { handler } from '../../functions/repair-execution.ts';
import { executionEvent } from '../../infra/local/event-bus.ts';
import type { Execution } from '../../infra/local/state-machine.ts';
import { announcementOf } from '../../shared/domain/announcement.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { requestOf, startTicket, uploadTicket } from '../../shared/domain/ticket.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { openIntent, readIntent } from '../../shared/ledger/intents.ts';
import { recordCancellation, recordOutcome } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { enterDrop, issueTicket } from '../../shared/ledger/tickets.ts';
import {
  callOf,
  claimOf,
  context,
  dropOf,
  errorOf,
  executionOf,
  inMinutes,
  journalOf,
  newPerson,
  newRevalidationId,
} from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('RepairExecution');

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.openBus(true);
  aws.announced.length = 0;
  aws.metrics.length = 0;
});

let executions = 0;

/** An execution that has ended badly, and is not recorded yet. */
const dead = (request: unknown, status: Execution['status'] = 'ABORTED', name = `dead-${++executions}`): Execution => ({
  executionArn: executionOf(name),
  status,
  startedAt: new Date(Date.now() - 5000),
  input: { request },
  ended: Promise.resolve(),
});

const repair = (execution: Execution) => handler(executionEvent(execution), context);

const recordOf = (aws: LocalAws, revalidationId: string) => readRecord(aws.ledger, revalidationId);

const details = (aws: LocalAws) => aws.announced.map(({ detail }) => detail);

const allRecords = async (aws: LocalAws) => (await aws.items()).filter(({ pk }) => String(pk).startsWith('RUN#'));

describe('an execution with a case', () => {
  test.for([
    ['ABORTED', 'execution_aborted'],
    ['TIMED_OUT', 'execution_timed_out'],
    ['FAILED', 'execution_failed'],
  ] as const)(
    'that is %s leaves it failed by %s and announced, and its intent to the next run',
    async ([status, reason], { aws }) => {
      const { claim, request } = journalOf();
      // The id that the claim of this very drop has.
      const execution = dead(request, status);
      const { revalidationId } = await claimedBy(aws, execution, request);
      await openIntent(aws.table, claim.accountId, { revalidationId, attempt: 1 });
      expect(await repair(execution)).toEqual({ seen: 1, failed: 0 });
      const record = await recordOf(aws, revalidationId);
      expect(record).toMatchObject({ phase: 'failed', outcome: { status: 'failed', reason, decidedBy: 'workflow' } });
      expect(details(aws)).toEqual([record?.outcome && announcementOf(record.outcome)]);
      expect(await readIntent(aws.table, claim.accountId)).toMatchObject({ revalidationId });
      expect(aws.metrics).toContainEqual(expect.objectContaining({ Outcomes: 1, reason }));
    },
  );

  test('ends in one outcome when its end is reported many times', async ({ aws }) => {
    const request = journalOf().request;
    const execution = dead(request);
    const { revalidationId } = await claimedBy(aws, execution, request);
    await Promise.all([repair(execution), repair(execution)]);
    await repair(execution);
    expect((await recordOf(aws, revalidationId))?.trail.map(({ phase }) => phase)).toEqual(['claimed', 'failed']);
    expect(new Set(details(aws).map((detail) => JSON.stringify(detail))).size).toBe(1);
  });

  test.for<[string, (aws: LocalAws) => Promise<{ request: unknown; revalidationId: string; name?: string }>]>([
    [
      'by the ticket of its drop',
      async (aws) => {
        const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
        const ticket = uploadTicket(body, newRevalidationId(), CALLER);
        await issueTicket(aws.ledger, ticket);
        const key = ticket.upload?.key ?? '';
        await enterDrop(aws.table, key, 'v1');
        return { request: dropOf({ key, etag: 'e', versionId: 'v1' }), revalidationId: ticket.revalidationId };
      },
    ],
    [
      'by the name that the API has given the execution',
      async (aws) => {
        const body = { ...newPerson(), userAuthorized: true as const, media: { key: 'media/a.jpg' } };
        const ticket = startTicket(body, newRevalidationId(), 'v1', CALLER);
        await issueTicket(aws.ledger, ticket);
        return { request: requestOf(ticket), revalidationId: ticket.revalidationId, name: ticket.revalidationId };
      },
    ],
    [
      'among the newest of the person that a call names, for any version it took and any use of its key',
      async () => ({ request: callOf({ idempotencyKey: 'key' }), revalidationId: newRevalidationId() }),
    ],
  ])('leads to its case %s', async ([_, prepare], { aws }) => {
    const { request, revalidationId, name } = await prepare(aws);
    const execution = dead(request, 'ABORTED', name);
    const { accountId = claimOf().accountId } = request as { accountId?: string };
    await claimRecord(aws.ledger, claimOf({ revalidationId, accountId }), execution.executionArn);
    const before = (await allRecords(aws)).length;
    await repair(execution);
    expect((await recordOf(aws, revalidationId))?.outcome).toMatchObject({ reason: 'execution_aborted' });
    expect(await allRecords(aws)).toHaveLength(before);
  });

  test('leads to its case among more cases of the person than a page holds, and no older case is taken for it', async ({
    aws,
  }) => {
    const request = callOf();
    const { accountId } = request;
    const execution = dead(request);
    const mine = claimOf({ accountId, claimedAt: inMinutes(-0.05) });
    await claimRecord(aws.ledger, mine, execution.executionArn);
    const others = Array.from({ length: 30 }, () => claimOf({ accountId }));
    for (const other of others) await claimRecord(aws.ledger, other, executionOf('another'));
    await repair(execution);
    expect((await recordOf(aws, mine.revalidationId))?.phase).toBe('failed');
    for (const other of others) expect((await recordOf(aws, other.revalidationId))?.phase).toBe('claimed');
  });

  test('that has recorded its end itself is left as it is', async ({ aws }) => {
    const request = journalOf().request;
    const execution = dead(request, 'FAILED');
    const { revalidationId } = await claimedBy(aws, execution, request);
    const own = {
      revalidationId,
      status: 'failed' as const,
      reason: 'creation_unconfirmed',
      decidedBy: 'workflow' as const,
      decidedAt: inMinutes(0),
    };
    await recordOutcome(aws.ledger, own, execution.executionArn);
    await repair(execution);
    expect((await recordOf(aws, revalidationId))?.outcome).toEqual(own);
    // It died before it could tell the bus.
    expect(details(aws)).toEqual([announcementOf(own)]);
    await repair(execution);
    expect(details(aws)).toHaveLength(1);
  });

  test('that was stopped by a cancellation is left to the cancellation', async ({ aws }) => {
    const request = journalOf().request;
    const execution = dead(request);
    const { revalidationId } = await claimedBy(aws, execution, request);
    await recordCancellation(aws.ledger, { revalidationId }, CALLER);
    await repair(execution);
    expect((await recordOf(aws, revalidationId))?.phase).toBe('canceled');
    expect(details(aws)).toEqual([]);
  });
});

describe('an execution without a claim', () => {
  test('ends in one outcome, under the id that its claim would have had, which names the object to delete', async ({
    aws,
  }) => {
    const { key, media, request } = dropped();
    const execution = dead(request);
    await repair(execution);
    await repair(execution);
    const [record, ...more] = (await allRecords(aws)).filter(({ owner }) => owner === execution.executionArn);
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      phase: 'failed',
      object: { key, versionId: media },
      outcome: { reason: 'execution_aborted' },
      announced: expect.any(String),
    });
    expect(details(aws)).toHaveLength(1);
  });

  test('of a call gets a case of its own, though the person has others', async ({ aws }) => {
    const request = callOf();
    const other = claimOf({ accountId: request.accountId });
    await claimRecord(aws.ledger, other, executionOf('another'));
    const execution = dead(request);
    await repair(execution);
    expect((await recordOf(aws, other.revalidationId))?.phase).toBe('claimed');
    const own = (await allRecords(aws)).filter(({ owner }) => owner === execution.executionArn);
    expect(own).toMatchObject([{ phase: 'failed', outcome: { accountId: request.accountId } }]);
  });

  test('of a copy leaves the case to the execution that owns it', async ({ aws }) => {
    const { request } = dropped();
    const { revalidationId } = await claimedBy(aws, dead(request), request);
    const copy = dead(request);
    await repair(copy);
    expect((await recordOf(aws, revalidationId))?.phase).toBe('claimed');
    expect((await allRecords(aws)).filter(({ owner }) => owner === copy.executionArn)).toEqual([]);
    expect(details(aws)).toEqual([]);
  });

  test.for<[string | { kind: string } | undefined]>([[undefined], ['nonsense'], [{ kind: 'drop' }]])(
    'of %j is identified by its execution alone',
    async ([request], { aws }) => {
      const execution = dead(request);
      await repair(execution);
      const own = (await allRecords(aws)).filter(({ owner }) => owner === execution.executionArn);
      expect(own).toMatchObject([{ phase: 'failed' }]);
      expect(own[0]).not.toHaveProperty('object');
    },
  );

  test('whose input EventBridge leaves out is identified by its execution alone', async ({ aws }) => {
    const execution = dead(undefined);
    const event = executionEvent(execution);
    await handler({ ...event, detail: { ...(event.detail as object), input: undefined } }, context);
    expect((await allRecords(aws)).filter(({ owner }) => owner === execution.executionArn)).toHaveLength(1);
  });
});

test('throws when it cannot record, so that the event comes again', async ({ aws }) => {
  const { request } = dropped();
  const execution = dead(request);
  aws.openBus(false);
  expect(await errorOf(Promise.resolve(repair(execution)))).toMatchObject({ name: 'BusRefusedError' });
  aws.openBus(true);
  await repair(execution);
  expect(details(aws)).toHaveLength(1);
  expect(aws.metrics.filter((metric) => 'Outcomes' in metric)).toHaveLength(1);
});

test('records nothing for an event of another kind', async ({ aws }) => {
  const before = await allRecords(aws);
  const error = await errorOf(Promise.resolve(handler({ source: 'aws.s3', detail: {} }, context)));
  expect(error.name).toBe('$ZodError');
  expect(await allRecords(aws)).toEqual(before);
});

/** A drop of a person, in a version of its own. */
const dropped = () => {
  const { accountId, enrollmentId } = newPerson();
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const media = `version-${accountId}`;
  return { key, media, request: dropOf({ key, etag: 'e', versionId: media }) };
};

/** Claims a drop for an execution, under the id that ClaimRequest gives it. */
const claimedBy = async (aws: LocalAws, { executionArn }: Execution, request: unknown) => {
  const { event } = request as ReturnType<typeof dropOf>;
  const { key, 'version-id': version = '' } = event.detail.object;
  const [, accountId = '', enrollmentId = ''] = key.split('/');
  const bucket = event.detail.bucket.name;
  const claim = claimOf({
    revalidationId: revalidationIdOf({ accountId, bucket, key, version }),
    accountId,
    enrollmentId,
  });
  return claimRecord(aws.ledger, claim, executionArn);
};
