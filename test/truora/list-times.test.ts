import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { ListedRow } from '../../shared/truora/list-page.ts';
import { candidatesOn, lateOrphansOn } from '../../shared/truora/reconcile.ts';

const openedAt = '2026-11-23T10:00:00.000Z';

const opened = Date.parse(openedAt);

const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: opened + 120_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

const asked = { accountId: 'ana', requested: {} };

const row = (creation_date: string | undefined, more: Partial<ListedRow> = {}): ListedRow => ({
  validation_id: 'VLD1',
  account_id: 'ana',
  creation_date,
  validation_status: 'pending',
  ...more,
});

const found = (creation_date: string | undefined) =>
  candidatesOn([row(creation_date)], { ...asked, openedAt }, new Set());

describe('a creation time on the list', () => {
  test.each<[string, number]>([
    ['2026-11-23 10:00:05 GMT', 5000],
    ['2026-11-23 10:00:05 UTC', 5000],
    ['2026-11-23 05:00:05 -05:00', 5000],
    ['Mon, 23 Nov 2026 10:00:05.250 GMT', 5250],
    ['23 Nov 2026 10:00:05Z', 5000],
    ['Mon Nov 23 2026 05:00:05 GMT-0500', 5000],
    ['Mon Nov 23 2026 15:00:05 UTC+05:00', 5000],
    ['2026-11-24T01:00:05', HOUR + 5000],
  ])('%j is read, and is not exact', (creation_date, offset) => {
    expect(found(creation_date)).toMatchObject([{ createdAt: opened + offset, match: 'may_be_ours' }]);
  });

  test.each([
    '(x) 2026-11-23 10:00:05 GMT',
    '-2026-11-23 10:00:05 GMT',
    '2026-11-23 10:00:05Z (UTC)',
    '2026-11-23 05:00:05-05:00 (local)',
    'Mon, 23 Nov 2026 10:00:05 GMT (UTC)',
    'Mon Nov 23 2026 05:00:05 GMT-0500 (local)',
    '2026-11-23 10:00:05+05:00 GMT',
    '2026-11-23 10:00:05Z, 7:00 GMT',
    'undefined',
  ])('%j has more than one meaning, and is refused', (creation_date) => {
    expect(() => found(creation_date)).toThrow(expect.objectContaining({ reason: 'truora_contract_broken' }));
  });

  test.each(['2026-11-23T05:00:01+0000', '2026-11-23T05:00:01-00:00', '23 Nov 2026 05:00:01 +0000'])(
    '%j is written as UTC, so it may be later',
    (creation_date) => {
      expect(found(creation_date)).toMatchObject([{ match: 'may_be_ours' }]);
    },
  );

  test.each(['Mon Nov 23 2026 04:44:59 GMT-0500', '2026-11-23T04:44:59-05:00'])(
    '%j has a zone of its own, so it is not later',
    (creation_date) => {
      expect(found(creation_date)).toEqual([]);
    },
  );
});

describe('an older validation is taken for one with a wrong zone', () => {
  const old = row(new Date(opened - 5 * HOUR).toISOString(), { validation_id: 'VLD7' });

  const attempts: Attempt[] = [
    { n: 1, at: openedAt, result: 'unconfirmed' },
    { n: 2, at: new Date(opened + 6 * HOUR).toISOString(), result: 'created', validationId: 'VLD1' },
  ];

  const orphansBeside = (...others: ListedRow[]) =>
    lateOrphansOn([old, ...others], { ...asked, attempts, validationId: 'VLD1' }).map(({ orphans }) => orphans);

  const own = (offset: number) => row(new Date(opened + offset).toISOString());

  test('unless the list shows the one that we created, older by no more than clocks differ', () => {
    expect(orphansBeside(own(6 * HOUR - 900_000))).toEqual([[]]);
    expect(orphansBeside(own(6 * HOUR - 900_001))).toEqual([['VLD7']]);
  });

  test('where the list shows another one at that time', () => {
    const other = { ...own(6 * HOUR), validation_id: 'VLD8', validation_status: 'success' };
    expect(orphansBeside(own(HOUR), other)).toEqual([['VLD7']]);
  });
});
