import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { ListedRow } from '../../shared/truora/list-page.ts';
import { attemptResultOf, candidatesOn, lateOrphansOn, ownOf, surestOf } from '../../shared/truora/reconcile.ts';

const openedAt = '2026-11-23T10:00:00.000Z';

const opened = Date.parse(openedAt);

const MINUTE = 60_000;

const HOUR = 60 * MINUTE;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: opened + 2 * MINUTE });
});

afterEach(() => {
  vi.useRealTimers();
});

const asked = { accountId: 'ana', requested: { threshold: 0.7 }, openedAt };

const link = 'https://files.truora.com/u/x?Signature=canary';

const row = (more: Partial<ListedRow> = {}): ListedRow => ({
  validation_id: 'VLD1',
  account_id: 'ana',
  type: 'face-recognition',
  creation_date: '2026-11-23T10:00:01.123161454Z',
  validation_status: 'pending',
  threshold: 0.7,
  file_upload_link: link,
  ...more,
});

const look = (rows: ListedRow[], known: string[] = [], more: Partial<typeof asked> = {}) =>
  candidatesOn(rows, { ...asked, ...more }, new Set(known));

const at = (offset: number) => new Date(opened + offset).toISOString();

describe('a validation on the list', () => {
  test('counts as ours and usable when it is as requested and waits for media', () => {
    expect(look([row()])).toEqual([
      {
        validationId: 'VLD1',
        createdAt: opened + 1123,
        match: 'ours',
        usable: { validationId: 'VLD1', threshold: 0.7, uploadLink: link, deadline: '2026-11-23T16:00:01.123Z' },
      },
    ]);
  });

  test.each<[string, Partial<ListedRow>]>([
    ['a success', { validation_status: 'success' }],
    ['declined', { validation_status: 'failure', failure_status: 'declined' }],
    ['declined while it is said to wait', { failure_status: 'declined' }],
    ['older than the call by more than clocks and zones differ', { creation_date: at(-12 * HOUR - 900_001) }],
    ['older than the call, in a zone of its own', { creation_date: '2026-11-23T04:44:59-05:00' }],
    ['older than the call, in a zone of its own and in words', { creation_date: '23 Nov 2026 04:44:59 -0500' }],
  ])('cannot come from the call when it is %s', (_, more) => {
    expect(look([row(more)])).toEqual([]);
  });

  test('may be of the call when it is older by as much as clocks differ', () => {
    expect(look([row({ creation_date: at(-900_000) })])).toMatchObject([{ match: 'ours' }]);
  });

  test.each([
    '2026-11-23T05:00:01Z',
    '2026-11-23T05:00:01+00:00',
    '23 Nov 2026 05:00:01 GMT',
    at(-12 * HOUR - 900_000),
  ])('may be ours when it is created at %s: a western time may be labelled UTC', (creation_date) => {
    expect(look([row({ creation_date })])).toMatchObject([{ match: 'may_be_ours', usable: undefined }]);
  });

  test('counts as foreign when it is older than the call and another one is surely ours', () => {
    const old = row({ validation_id: 'VLD2', creation_date: at(-5 * HOUR) });
    expect(look([old, row()]).map(({ validationId }) => validationId)).toEqual(['VLD1']);
    const alike = row({ validation_id: 'VLD3', threshold: 70 });
    expect(look([old, alike]).map(({ validationId }) => validationId)).toEqual(['VLD2', 'VLD3']);
  });

  test('counts as ours when it writes its person as a number', () => {
    expect(look([row({ account_id: 4711 })], [], { accountId: '4711' })).toMatchObject([{ match: 'ours' }]);
  });

  test('does not count when it is known already, and another does', () => {
    const found = look([row(), row({ validation_id: 'VLD2' })], ['VLD1']);
    expect(found.map(({ validationId }) => validationId)).toEqual(['VLD2']);
  });

  test('comes behind those that are older', () => {
    const rows = [3, 1, 2].map((n) => row({ validation_id: `VLD${n}`, creation_date: at(n * 1000) }));
    expect(look(rows).map(({ validationId }) => validationId)).toEqual(['VLD1', 'VLD2', 'VLD3']);
  });

  test.each<[string, Partial<ListedRow>, object]>([
    ['says no type', { type: undefined }, {}],
    ['says no threshold', { threshold: undefined }, {}],
    ['says a threshold where none was asked for', { threshold: 0.9 }, { requested: {} }],
    ['says a text for a threshold where none was asked for', { threshold: 'high' }, { requested: {} }],
    ['says its threshold in single precision', { threshold: Math.fround(0.7) }, {}],
  ])('counts as ours when it %s', (_, more, otherwise) => {
    expect(look([row(more)], [], otherwise)).toMatchObject([{ match: 'ours', usable: { uploadLink: link } }]);
  });

  test.each<[string, Partial<ListedRow>]>([
    ['another type', { type: 'face_recognition' }],
    ['a type that is no text', { type: 7 }],
    ['another threshold', { threshold: 0.71 }],
    ['its threshold in percent', { threshold: 70 }],
    ['its threshold as a text', { threshold: '0.7' }],
    ['its person in other capitals', { account_id: 'ANA' }],
    ['its person as a number', { account_id: 7 }],
    ['a time that is ahead of any clock', { creation_date: at(2 * MINUTE + 900_001) }],
  ])('may be ours when it has %s, and is not usable', (_, more) => {
    expect(look([row(more)])).toMatchObject([{ match: 'may_be_ours', usable: undefined }]);
  });

  test('counts as ours when it is ahead by as much as clocks differ', () => {
    expect(look([row({ creation_date: at(2 * MINUTE + 900_000) })])).toMatchObject([{ match: 'ours' }]);
  });

  test.each<[string, Partial<ListedRow>]>([
    ['has expired', { failure_status: 'expired' }],
    ['is worked on', { validation_status: 'processing' }],
    ['shows no link', { file_upload_link: undefined }],
    ['shows a link that is over', { file_upload_link: `${link}&Expires=${opened / 1000 + 60}` }],
  ])('cannot be used when it is ours and %s', (_, more) => {
    expect(look([row(more)])).toMatchObject([{ match: 'ours', usable: undefined }]);
  });

  test('cannot be used from its deadline on', () => {
    const requested = { threshold: 0.7, timeoutSeconds: 120 };
    expect(look([row({ creation_date: at(0) })], [], { requested })).toMatchObject([{ usable: undefined }]);
    expect(look([row({ creation_date: at(1) })], [], { requested })).toMatchObject([{ usable: { uploadLink: link } }]);
  });

  test('takes its link from its instructions first', () => {
    const inner = `${link}&of=instructions`;
    expect(look([row({ instructions: { file_upload_link: inner } })])[0]?.usable?.uploadLink).toBe(inner);
    expect(look([row({ instructions: {} })])[0]?.usable?.uploadLink).toBe(link);
  });

  test('keeps no threshold that is no number', () => {
    const [found] = look([row({ threshold: 'high' })], [], { requested: {} } as Partial<typeof asked>);
    expect(found?.usable).not.toHaveProperty('threshold');
  });
});

describe('the time of a validation', () => {
  test.each<[string | number, number]>([
    ['2026-11-23T10:00:05Z', 5000],
    [' 2026-11-23T10:00:05Z ', 5000],
    ['2026-11-23 10:00:05Z', 5000],
    ['2026-11-23t10:00:05z', 5000],
    ['2026-11-23T10:00:05,250Z', 5250],
    ['2026-11-23T10:00:05.25Z', 5250],
    ['2026-11-23T05:00:05-05:00', 5000],
    ['2026-11-23T05:00:05-0500', 5000],
    ['2026-11-23T15:30:05+05:30', 5000],
  ])('%j is exact', (creation_date, offset) => {
    expect(look([row({ creation_date })])).toMatchObject([{ createdAt: opened + offset, match: 'ours' }]);
  });

  test.each<[string | number, number]>([
    ['2026-11-23T10:00:05', 5000 - 14 * HOUR],
    ['2026-11-23 10:00:05', 5000 - 14 * HOUR],
    ['2026-11-23T10:01', MINUTE - 14 * HOUR],
    ['2026-11-23T10:00:05.25', 5250 - 14 * HOUR],
    ['2026-11-23T10:00:05,25', 5250 - 14 * HOUR],
    ['2026-11-23', -24 * HOUR],
    [opened / 1000 + 5, 5000],
    [String(opened / 1000 + 5), 5000],
    [opened + 5250, 5000],
    [`${opened + 5250}000`, 5000],
    [`${opened + 5250}000000`, 5000],
    [`${opened / 1000 + 5}.75`, 5000],
    ['+002026-11-23T10:00:05Z', 5000],
    ['Mon, 23 Nov 2026 10:00:05 GMT', 5000],
    ['Mon, 23 Nov 2026 10:00:05 UTC', 5000],
    ['Mon, 23 Nov 2026 10:00:05 Z', 5000],
    ['Mon, 23 Nov 2026 05:00:05 -0500', 5000],
    ['Mon, 23 Nov 2026 15:00:05 +05:00', 5000],
  ])('%j is read, and proves nothing', (creation_date, offset) => {
    expect(look([row({ creation_date })])).toMatchObject([{ createdAt: opened + offset, match: 'may_be_ours' }]);
  });

  test.each<[string, (since: number) => string]>([
    ['a time of no zone', (since) => new Date(since - 12 * HOUR).toISOString().slice(0, -1)],
    ['a number of seconds', (since) => String(since / 1000 - 1)],
  ])('gets for %s the latest possible moment', (_, written) => {
    const since = opened - 900_000;
    const found = row({ creation_date: written(since) });
    expect(look([found])).toHaveLength(1);
    expect(look([found], [], { openedAt: at(1) })).toEqual([]);
  });

  test('gets for a day its end in the west', () => {
    const day = row({ creation_date: '2026-11-21' });
    expect(look([day], [], { openedAt: '2026-11-22T12:15:00.000Z' })).toHaveLength(1);
    expect(look([day], [], { openedAt: '2026-11-22T12:15:00.001Z' })).toEqual([]);
  });

  test.each([
    undefined,
    '',
    'yesterday',
    '23/11/2026',
    '2026-13-40T10:00:00Z',
    '2026-13-40',
    'Mon, 23 Nov 2026 10:00:05',
    '11-23-2026',
    '23-11-2026',
    '01-12-2026',
    '23-Nov-2026',
    'Nov-23-2026',
    '11-12-2026 10:00:05 GMT',
    '11/23/2026 10:00:05 Z',
    'GMT 2026',
    12_345,
    '17954283001',
    '2026-11-23T10:00:05Z (UTC)',
    'x2026-11-23',
    '2026-11-23x',
    'x1795428300',
    '1795428300x',
  ])('written %j is none, so that nothing is concluded', (creation_date) => {
    expect(() => look([row({ creation_date })])).toThrow(
      expect.objectContaining({ name: 'TruoraContractError', reason: 'truora_contract_broken' }),
    );
  });
});

describe('of several that were found', () => {
  const found = (more: Partial<ListedRow>[]) =>
    look(more.map((one, n) => row({ validation_id: `VLD${n + 1}`, creation_date: at(n * 1000), ...one })));

  test('those that may be ours are not, where one surely is', () => {
    const ids = (list: { validationId: string }[]) => list.map(({ validationId }) => validationId);
    expect(ids(surestOf(found([{ threshold: 70 }, {}])))).toEqual(['VLD2']);
    expect(ids(surestOf(found([{ threshold: 70 }, { threshold: '0.7' }])))).toEqual(['VLD1', 'VLD2']);
    expect(surestOf([])).toEqual([]);
  });

  test('the oldest usable one is taken, and all others are orphans, also those that were seen before', () => {
    const result = attemptResultOf(found([{ failure_status: 'expired' }, {}, {}]), ['VLD0', 'VLD1']);
    expect(result).toMatchObject({ adopted: { validationId: 'VLD2' }, orphans: ['VLD0', 'VLD1', 'VLD3'] });
    expect(attemptResultOf(found([{ failure_status: 'expired' }]), [])).toEqual({
      adopted: undefined,
      orphans: ['VLD1'],
    });
    expect(attemptResultOf([], [])).toEqual({ adopted: undefined, orphans: [] });
  });
});

test('the own validations of a record are its validation and its orphans', () => {
  expect(ownOf({})).toEqual(new Set());
  expect(ownOf({ validationId: 'VLD1', orphans: ['VLD2', 'VLD3'] })).toEqual(new Set(['VLD1', 'VLD2', 'VLD3']));
  expect(ownOf({ orphans: ['VLD2'] })).toEqual(new Set(['VLD2']));
});

describe('a call in doubt', () => {
  const attempt = (n: number, result: Attempt['result'], offset = 0): Attempt => ({ n, at: at(offset), result });

  const late = (rows: ListedRow[], record: Omit<Parameters<typeof lateOrphansOn>[1], 'accountId' | 'requested'>) =>
    lateOrphansOn(rows, { accountId: 'ana', requested: { threshold: 0.7 }, ...record }).map(
      ({ attempt: { n, result }, orphans }) => [n, result, orphans],
    );

  test('made each unknown validation of the list once', () => {
    const attempts = [attempt(1, 'unconfirmed'), attempt(2, 'not_found', 1000), attempt(3, 'created', 2000)];
    const rows = [row(), row({ validation_id: 'VLD2' }), row({ validation_id: 'VLD3' })];
    expect(late(rows, { attempts, validationId: 'VLD1', orphans: ['VLD2'] })).toEqual([
      [1, 'not_found', ['VLD3']],
      [2, 'not_found', []],
    ]);
  });

  test('stays blind where the list shows none of the record’s own', () => {
    expect(late([], { attempts: [attempt(1, 'not_found')], validationId: 'VLD9' })).toEqual([[1, 'blind', []]]);
    expect(late([row()], { attempts: [attempt(1, 'unconfirmed')], orphans: ['VLD9'] })).toEqual([
      [1, 'blind', ['VLD1']],
    ]);
  });

  test('stays blind where the record has none of its own, and is believed where the list shows one', () => {
    const attempts = [attempt(1, 'blind'), attempt(2, 'unconfirmed')];
    expect(late([], { attempts })).toEqual([
      [1, 'blind', []],
      [2, 'not_found', []],
    ]);
    expect(late([row()], { attempts, validationId: 'VLD1' })).toEqual([
      [1, 'not_found', []],
      [2, 'not_found', []],
    ]);
  });

  test('made none of the older ones where the list shows what another call made in its time', () => {
    const old = row({ validation_id: 'VLD7', creation_date: at(-5 * HOUR) });
    const own = (offset: number) => row({ creation_date: at(offset) });
    const attempts = [attempt(1, 'unconfirmed'), { ...attempt(2, 'created', 6 * HOUR), validationId: 'VLD1' }];
    expect(late([old, own(6 * HOUR)], { attempts, validationId: 'VLD1' })).toEqual([[1, 'not_found', []]]);
    // Shown five hours early: the list writes the time of its place.
    expect(late([old, own(HOUR)], { attempts, validationId: 'VLD1' })).toEqual([[1, 'not_found', ['VLD7']]]);
    expect(late([old], { attempts: [attempt(1, 'unconfirmed')] })).toEqual([[1, 'not_found', ['VLD7']]]);
  });

  test('made none where every validation is known', () => {
    expect(late([row()], {})).toEqual([]);
    expect(late([row()], { attempts: [attempt(1, 'orphaned'), attempt(2, 'adopted')] })).toEqual([]);
  });
});
