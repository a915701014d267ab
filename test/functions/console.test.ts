import { describe, expect } from 'vitest';
import { handler as followUp } from '../../functions/follow-up-case.ts';
import { handler as listCases } from '../../functions/list-cases.ts';
import { handler as readCase } from '../../functions/read-case.ts';
import { handler as readDay } from '../../functions/read-day.ts';
import { handler as readHealth } from '../../functions/read-health.ts';
import { writeCursor } from '../../shared/domain/api.ts';
import { DayNumbers, Health, OperatorCase } from '../../shared/domain/console.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { markJob } from '../../shared/ledger/job-marks.ts';
import { closeTruora } from '../../shared/ledger/kill-switch.ts';
import { endedCase } from '../support/evidence.ts';
import { claimOf, context, executionOf } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ReadHealth');

test.beforeEach(() => {
  process.env.DAILY_BUDGET = '100';
});

test.afterEach(() => {
  process.env.ACCOUNT_CLAIM = 'none';
});

type Page = { revalidations: { revalidationId: string }[]; cursor?: string };

const expiresAt = Math.floor(Date.now() / 1000) + 10_000;

/** A case that ended after some seconds, on a day of its own. */
const stand = async (aws: LocalAws, day: string, status: OutcomeStatus, more: Partial<LedgerRecord> = {}) => {
  const claimedAt = `${day}T10:00:0${Math.floor(Math.random() * 10)}.000Z`;
  const record = { ...endedCase(status), claimedAt, ...more };
  await aws.putItem({ pk: `RUN#${record.revalidationId}`, day, expiresAt, ...record });
  return record;
};

let days = 0;

/** A day that no other test uses. */
const newDay = (): string => {
  days += 1;
  return new Date(Date.UTC(2026, 0, days)).toISOString().slice(0, 10);
};

const listing = (day: string, query: Record<string, string> = {}) =>
  listCases(callEvent({ path: { day }, query }), context);

const idsIn = (answer: Awaited<ReturnType<typeof listing>>) =>
  contentOf<Page>(answer).revalidations.map(({ revalidationId }) => revalidationId);

describe('the cases of a day', () => {
  test('are listed once each, newest first, for any page size', async ({ aws }) => {
    const day = newDay();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { revalidationId } = await stand(aws, day, 'approved', { claimedAt: `${day}T1${n}:00:00.000Z` });
      ids.unshift(revalidationId);
    }
    await stand(aws, newDay(), 'approved');
    for (const limit of ['1', '2', '100']) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const answer = await listing(day, { limit, ...(cursor ? { cursor } : {}) });
        seen.push(...idsIn(answer));
        cursor = contentOf<Page>(answer).cursor;
      } while (cursor);
      expect(seen).toEqual(ids);
    }
  });

  test('are those of one status, and of one class of reasons', async ({ aws }) => {
    const day = newDay();
    const approved = await stand(aws, day, 'approved');
    const declined = await stand(aws, day, 'declined');
    const outcome = { ...endedCase('declined').outcome, reason: 'no_face_detected' };
    const capture = await stand(aws, day, 'declined', { outcome });
    expect(idsIn(await listing(day, { status: 'approved' }))).toEqual([approved.revalidationId]);
    expect(idsIn(await listing(day, { class: 'capture' }))).toEqual([capture.revalidationId]);
    expect(idsIn(await listing(day, { class: 'capture', status: 'approved' }))).toEqual([]);
    // A reason that is not known here.
    expect(idsIn(await listing(day, { class: 'unclear' }))).toEqual([declined.revalidationId]);
  });

  test('leave out a record that cannot be read, and the log names it', async ({ aws }) => {
    const day = newDay();
    const { revalidationId } = await stand(aws, day, 'approved', { phase: 'no phase of ours' as never });
    expect(idsIn(await listing(day))).toEqual([]);
    expect(aws.lines.join()).toContain(`"unreadable","step":"ListCases","revalidationId":"${revalidationId}"`);
  });

  test.for([
    [{ status: 'unknown' }, 'status'],
    [{ class: 'unknown' }, 'class'],
    [{ limit: '0' }, 'limit'],
    [{ cursor: 'x' }, 'cursor'],
    [{ other: '1' }, 'other'],
  ] as const)('are not listed for %j', async ([query, path]) => {
    const answer = await listing('2026-11-23', query as Record<string, string>);
    expect(codeOf(answer)).toBe('request_invalid');
    expect(contentOf(answer)).toMatchObject({ errors: [{ path }] });
  });

  test.for(['', 'today', '2026-13-01', '2026-02-30', '2026-11-23T00:00:00Z'])(
    'are not listed for the day %j',
    async (day) => {
      expect(codeOf(await listing(day))).toBe('request_invalid');
      expect(codeOf(await readDay(callEvent({ path: { day } }), context))).toBe('request_invalid');
    },
  );

  test('take a position of this list from a cursor, and open no other', async ({ aws }) => {
    const day = newDay();
    const { revalidationId, claimedAt } = await stand(aws, day, 'approved');
    const cursor = writeCursor({ revalidationId, claimedAt });
    expect(idsIn(await listing(day, { cursor }))).toEqual([]);
  });
});

const numbersOf = async (day: string) =>
  DayNumbers.parse(contentOf(await readDay(callEvent({ path: { day } }), context)));

describe('the numbers of a day', () => {
  test('count the cases by their points, their ends, their reasons and what decided them', async ({ aws }) => {
    const day = newDay();
    const at = (seconds: number) => `${day}T10:00:${String(seconds).padStart(2, '0')}.000Z`;
    const ended = async (status: OutcomeStatus, seconds: number, decidedBy: 'webhook' | 'poll' | 'workflow') => {
      const { outcome } = endedCase(status);
      await stand(aws, day, status, { claimedAt: at(0), outcome: { ...outcome, decidedBy, decidedAt: at(seconds) } });
    };
    for (const seconds of [1, 2, 3]) await ended('approved', seconds, 'webhook');
    await ended('declined', 50, 'poll');
    await ended('refused', 1, 'workflow');
    await stand(aws, day, 'approved', { phase: 'moved', outcome: undefined as never, orphans: ['VLD9'] });
    const numbers = await numbersOf(day);
    expect(numbers).toMatchObject({
      day,
      isComplete: true,
      funnel: { claimed: 6, created: 5, moved: 5, decided: 4, approved: 3 },
      open: 1,
      ended: { approved: 3, declined: 1, refused: 1, failed: 0 },
      decidedBy: { webhook: 3, poll: 1, amended: 0 },
      secondsToVerdict: { p50: 2, p95: 50 },
      spend: { charges: 6, orphans: 1, budget: 100 },
    });
    expect(numbers.reasons).toContainEqual({
      reason: 'because_declined',
      status: 'declined',
      class: 'unclear',
      count: 1,
    });
    expect(numbers.hours[10]).toEqual({ approved: 3, declined: 1, other: 1 });
    expect(numbers.hours[9]).toEqual({ approved: 0, declined: 0, other: 0 });
  });

  test('are of more cases than one read gives', async ({ aws }) => {
    const day = newDay();
    for (let n = 0; n < 130; n += 1) await stand(aws, day, 'approved');
    expect((await numbersOf(day)).funnel.approved).toBe(130);
  });

  test('of a day without a case are zero, and have no time to a verdict', async () => {
    const numbers = await numbersOf(newDay());
    expect(numbers.funnel.claimed).toBe(0);
    expect(numbers.secondsToVerdict).toBeUndefined();
  });
});

describe('a case', () => {
  const reading = (id: string) => readCase(callEvent({ path: { id } }), context);

  test('is shown with its attempts, its orphans and the facts of its media, and never where the media is', async ({
    aws,
  }) => {
    const attempts = [{ n: 1, at: '2026-11-23T10:00:00.000Z', result: 'created' as const }];
    const { revalidationId, media } = await stand(aws, newDay(), 'declined', { attempts, orphans: ['VLD9'] });
    const answer = await reading(revalidationId);
    expect(OperatorCase.parse(contentOf(answer))).toMatchObject({
      case: { revalidationId, status: 'declined' },
      media: { type: media?.type, bytes: media?.bytes },
      attempts,
      orphans: ['VLD9'],
      execution: 'ended',
      states: [],
    });
    expect(answer.body).not.toContain(media?.key);
    expect(answer.body).not.toContain('uploadLink');
  });

  test.for(['RVL1', '', `RVL${'0'.repeat(32)}`])('of the id %j is unknown', async (id) => {
    expect(codeOf(await reading(id))).toBe('revalidation_unknown');
    expect(codeOf(await followUp(callEvent({ path: { id } }), context))).toBe('revalidation_unknown');
  });
});

describe('a follow-up', () => {
  const asking = (id: string) => followUp(callEvent({ path: { id } }), context);

  test('of an open case is due at once', async ({ aws }) => {
    const claim = claimOf();
    const pk = `RUN#${claim.revalidationId}`;
    const dueAt = new Date(Date.now() + 3_600_000).toISOString();
    const record = { ...claim, owner: executionOf('a'), phase: 'claimed', trail: [], expiresAt, dueAt };
    await aws.putItem({ pk, ...record });
    expect((await asking(claim.revalidationId)).statusCode).toBe(200);
    expect(Date.parse(String((await aws.item(pk))?.dueAt))).toBeLessThanOrEqual(Date.now());
  });

  test('of an ended case is due only while its outcome is not announced', async ({ aws }) => {
    const open = await stand(aws, newDay(), 'declined', { announced: undefined as never });
    expect((await asking(open.revalidationId)).statusCode).toBe(200);
    const done = await stand(aws, newDay(), 'declined', { announced: '2026-11-23T10:00:00.000Z' });
    expect(codeOf(await asking(done.revalidationId))).toBe('already_decided');
    expect((await aws.item(`RUN#${done.revalidationId}`))?.dueAt).toBeUndefined();
  });
});

test('the health names a dead-letter queue that cannot be asked without a number, and shows the rest', async () => {
  process.env.DEAD_LETTERS = 'jobs=http://127.0.0.1:9/000000000000/jobs,drops=http://127.0.0.1:9/000000000000/drops';
  process.env.AWS_ENDPOINT_URL_SQS = 'http://127.0.0.1:9';
  const health = Health.parse(contentOf(await readHealth(callEvent(), context)));
  process.env.DEAD_LETTERS = 'none';
  expect(health.deadLetters).toEqual([{ queue: 'drops' }, { queue: 'jobs' }]);
  expect(health.throttle).toBeDefined();
});

test('the health names what is due and late, the throttle, the last runs and the age of the key', async ({ aws }) => {
  const { table } = aws.ledger;
  const before = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  for (const minutes of [1, 30])
    await aws.putItem({ pk: `RUN#late-${minutes}`, shard: 'due#0', dueAt: before(minutes), expiresAt });
  await aws.putItem({ pk: 'RUN#later', shard: 'due#1', dueAt: before(-30), expiresAt });
  await closeTruora(table, 'a test');
  await markJob(table, { name: 'SweepLedger', at: before(2), seen: 3, failed: 1 });
  await markJob(table, { name: 'CheckKey', at: before(2), seen: 1, failed: 0, keyDays: 9 });
  const health = Health.parse(contentOf(await readHealth(callEvent(), context)));
  expect(health).toMatchObject({
    throttle: { isClosed: true, reason: 'a test', budget: 100 },
    jobs: [{ name: 'SweepLedger', seen: 3, failed: 1 }, { name: 'CheckKey' }],
    deadLetters: [],
    keyDays: 9,
  });
  expect(health.followUps.due).toBeGreaterThanOrEqual(2);
  expect(health.followUps.overdue).toBeGreaterThanOrEqual(1);
  expect(Date.parse(health.followUps.oldest ?? '')).toBeLessThanOrEqual(Date.now() - 29 * 60_000);
  await markJob(table, { name: 'CheckKey', at: before(1), seen: 1, failed: 0 });
  expect(Health.parse(contentOf(await readHealth(callEvent(), context))).keyDays).toBeUndefined();
});

test("a person's token reads and changes nothing here, and learns not even whether a case exists", async ({ aws }) => {
  const { revalidationId: id, accountId } = await stand(aws, newDay(), 'declined');
  process.env.ACCOUNT_CLAIM = 'account';
  const authorizer = { jwt: { claims: { sub: 's', account: accountId }, scopes: [] } };
  const day = '2026-11-23';
  for (const answer of [
    await listCases(callEvent({ path: { day }, authorizer }), context),
    await readDay(callEvent({ path: { day }, authorizer }), context),
    await readCase(callEvent({ path: { id }, authorizer }), context),
    await readCase(callEvent({ path: { id: `RVL${'0'.repeat(32)}` }, authorizer }), context),
    await followUp(callEvent({ path: { id }, authorizer }), context),
    await readHealth(callEvent({ authorizer }), context),
  ])
    expect(codeOf(answer)).toBe('account_forbidden');
});
