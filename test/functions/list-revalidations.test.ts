import { describe, expect } from 'vitest';
import { handler } from '../../functions/list-revalidations.ts';
import { type Revalidation, writeCursor } from '../../shared/domain/api.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { claimOf, context, executionOf, newPerson, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ListRevalidations');

type Page = { revalidations: Revalidation[]; cursor?: string };

const listing = (accountId: string, query?: Record<string, string>) =>
  handler(callEvent({ path: { accountId }, ...(query ? { query } : {}) }), context);

const claims = async (aws: LocalAws, count: number) => {
  const { accountId } = newPerson();
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const wanted = claimOf({ accountId, claimedAt: new Date(Date.now() + n * 1000).toISOString() });
    await claim(aws.ledger, wanted, executionOf('a'));
    ids.unshift(wanted.revalidationId);
  }
  return { accountId, ids };
};

test('lists every record once, newest first, for any page size', async ({ aws }) => {
  const { accountId, ids } = await claims(aws, 7);
  for (const limit of ['1', '3', '7', '100']) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = contentOf<Page>(await listing(accountId, { limit, ...(cursor ? { cursor } : {}) }));
      seen.push(...page.revalidations.map(({ revalidationId }) => revalidationId));
      cursor = page.cursor;
    } while (cursor);
    expect(seen).toEqual(ids);
  }
});

test('leaves out a record that cannot be read, and logs which', async ({ aws }) => {
  const { accountId, ids } = await claims(aws, 3);
  const [newest, broken = '', oldest] = ids;
  await aws.putItem({ pk: `RUN#${broken}`, ...(await aws.item(`RUN#${broken}`)), phase: 'no phase of ours' });
  const page = contentOf<Page>(await listing(accountId));
  expect(page.revalidations.map(({ revalidationId }) => revalidationId)).toEqual([newest, oldest]);
  expect(aws.lines.join()).toContain(`"unreadable","step":"ListRevalidations","revalidationId":"${broken}"`);
});

test('lists nothing for an unknown person', async () => {
  expect(contentOf(await listing('unknown'))).toEqual({ revalidations: [] });
});

test('reads only a position from a cursor, which opens no list of another person', async ({ aws }) => {
  const { accountId, ids } = await claims(aws, 2);
  const cursor = writeCursor({ revalidationId: ids[0] ?? '', claimedAt: new Date(Date.now() + 9000).toISOString() });
  expect(contentOf<Page>(await listing(newPerson().accountId, { cursor })).revalidations).toEqual([]);
  expect(cursor).not.toContain(accountId);
});

test.each([
  ['limit', '0'],
  ['limit', '101'],
  ['limit', 'all'],
  ['limit', '1.5'],
  ['cursor', 'x'],
  ['cursor', Buffer.from('{"revalidationId":"RVL1"}').toString('base64url')],
  ['cursor', Buffer.from(`{"revalidationId":"${newRevalidationId()}","claimedAt":"now"}`).toString('base64url')],
])('refuses the %s %s', async (name, value) => {
  const answer = await listing('ana', { [name]: value });
  expect(codeOf(answer)).toBe('request_invalid');
  expect(contentOf(answer)).toMatchObject({ errors: [{ path: name }] });
});

test('refuses an invalid account id', async () => {
  expect(codeOf(await listing('..'))).toBe('request_invalid');
});

describe('the filters', () => {
  /** Cases that were claimed at noon on the first days of November, oldest first; every second one has expired. */
  const november = async (aws: LocalAws, days: number) => {
    const { accountId } = newPerson();
    const ids: string[] = [];
    for (let day = 1; day <= days; day += 1) {
      const claimedAt = `2026-11-${String(day).padStart(2, '0')}T12:00:00.000Z`;
      const wanted = claimOf({ accountId, claimedAt });
      await claim(aws.ledger, wanted, executionOf('a'));
      if (day % 2 === 0) await expire(aws, wanted.revalidationId);
      ids.push(wanted.revalidationId);
    }
    return { accountId, ids };
  };

  const expire = (aws: LocalAws, revalidationId: string) => {
    const decidedAt = new Date().toISOString();
    const outcome = { revalidationId, status: 'expired', reason: 'undecided_at_deadline', decidedBy: 'poll' } as const;
    return recordOutcome(aws.ledger, { ...outcome, decidedAt }, executionOf('a'));
  };

  const idsOf = async (accountId: string, query: Record<string, string>) =>
    contentOf<Page>(await listing(accountId, query)).revalidations.map(({ revalidationId }) => revalidationId);

  test('give the cases from since on and before until, as a day or a time', async ({ aws }) => {
    const { accountId, ids } = await november(aws, 5);
    const days = (...of: number[]) => of.map((day) => ids[day - 1]);
    expect(await idsOf(accountId, { since: '2026-11-04' })).toEqual(days(5, 4));
    expect(await idsOf(accountId, { until: '2026-11-02T12:00:00Z' })).toEqual(days(1));
    expect(await idsOf(accountId, { until: '2026-11-02T12:00:00.001Z' })).toEqual(days(2, 1));
    expect(await idsOf(accountId, { since: '2026-11-02T14:00:00+02:00', until: '2026-11-04' })).toEqual(days(3, 2));
    expect(await idsOf(accountId, { since: '2027-01-01' })).toEqual([]);
  });

  test('give every case of a status once, for any page size', async ({ aws }) => {
    const { accountId, ids } = await november(aws, 9);
    const expired = ids.filter((_, at) => at % 2 === 1).toReversed();
    for (const limit of ['1', '3', '100']) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { status: 'expired', since: '2026-11-01', limit, ...(cursor ? { cursor } : {}) };
        const page = contentOf<Page>(await listing(accountId, query));
        expect(page.revalidations.length).toBeLessThanOrEqual(Number(limit));
        seen.push(...page.revalidations.map(({ revalidationId }) => revalidationId));
        cursor = page.cursor;
      } while (cursor);
      expect(seen).toEqual(expired);
    }
    expect(await idsOf(accountId, { status: 'pending' })).toHaveLength(5);
    expect(await idsOf(accountId, { status: 'approved' })).toEqual([]);
  });

  test('refuse a cursor of another time', async ({ aws }) => {
    const { accountId } = await november(aws, 3);
    const { cursor = '' } = contentOf<Page>(await listing(accountId, { limit: '1' }));
    const answer = await listing(accountId, { cursor, until: '2026-11-02' });
    expect(contentOf(answer)).toMatchObject({ code: 'request_invalid', errors: [{ path: 'cursor', code: 'rule' }] });
  });

  test.each([
    ['status', 'moved', 'not_one_of'],
    ['since', 'yesterday', 'rule'],
    ['since', '2026-11-31', 'rule'],
    ['until', '2026-11-01T10:00:00', 'rule'],
    ['state', 'approved', 'unknown_field'],
  ])('refuse %s=%s by its name', async (name, value, code) => {
    const answer = await listing('ana', { [name]: value });
    expect(contentOf(answer)).toMatchObject({ code: 'request_invalid', errors: [{ path: name, code }] });
  });

  test.each([
    ['2026-11-02', '2026-11-01'],
    ['2026-11-01', '2026-11-01'],
  ])('refuse since %s with until %s, which leaves no time', async (since, until) => {
    const answer = await listing('ana', { since, until });
    expect(contentOf(answer)).toMatchObject({ errors: [{ path: 'until', code: 'out_of_range' }] });
  });
});
