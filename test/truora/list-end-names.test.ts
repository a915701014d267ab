import { describe, expect, test } from 'vitest';
import { mayHoldMore, signsIn } from '../../shared/truora/list-end.ts';

type Fields = Record<string, unknown>;

/** A second page of two rows, five of them read so far, unless a test says otherwise. */
const isOpen = (fields: Fields, more: object = {}): boolean =>
  mayHoldMore({ fields, rows: 2, read: 5, pages: 2, ...more });

const first = { rows: 2, read: 2, pages: 1 };

test.each<Fields>([
  { submeta: { page: 1 } },
  { metal: { page: 1 } },
  { mypage: 2 },
  { pages_left: 1 },
  { sub_total_pages: 2 },
  { total_pages_left: 1 },
  { row_number: 1 },
  { last_row: 1 },
  { time_limit: 9 },
  { limits: 9 },
  { items_per_page: 9 },
  { per_page_of: 9 },
  { climax: 9 },
  { maximum: 9 },
  { reset_offset: 1 },
  { offsets: 1 },
  { orange: '0-4/5' },
  { ranges: '0-4/5' },
  { overshowing: '1-5 of 5' },
  { pager: '1-5 of 5' },
  { subaccount_id: 'x' },
  { account_ids: 'x' },
  { update: 'x' },
  { timer: 'x' },
  { substatus: 'ok' },
  { statuses: 'ok' },
  { status: 'not ok' },
  { status: 'ok, but cut' },
  { hyperlinks: [null] },
  { linked: [null] },
  { next: 1 },
  { subtotal: 5 },
  { total_remaining: 5 },
  { grand_total_count: 5 },
  { rows_total_left: 5 },
  { discount: 5 },
  { counter: 5 },
  { count_of_rows_left: 5 },
  { upto: 5 },
  { tool: 5 },
  { other: { rel: 'self', href: '/x' } },
  { page: [1] },
])('a list may go on where its name is only like a known one: %j', (fields) => {
  expect(isOpen(fields)).toBe(true);
});

test.each<Fields>([
  { meta: { page: 1 } },
  { metadata: { page: 1 } },
  { link: { self: '/x' } },
  { link: [null] },
  { links: { self: '/x' } },
  { prev: '/x' },
  { previous: '/x' },
  { prev_page: '/x' },
  { previous_page: '/x' },
  { prev: 1 },
  { allowed: false },
  { page: 2 },
  { current_page: 2 },
  { page_number: 2 },
  { total_pages: 2 },
  { total_of_pages: 2 },
  { limit: 3 },
  { page_limit: 3 },
  { per_page: 3 },
  { rows_per_page: 3 },
  { max: 3 },
  { 'max-items': 3 },
  { range: '0-4/5' },
  { content_range: '0-4/5' },
  { item_range: '0-4/5' },
  { showing: '1-5 of 5' },
  { version: 'x' },
  { api_version: 'x' },
  { took: 7 },
  { took_ms: 7 },
  { sort: 'asc' },
  { sort_by: 'date' },
  { order: 'asc' },
  { order_by: 'date' },
  { http_status: 200 },
  { status_code: 200 },
  { total: 5 },
  { total_of: 5 },
  { total_rows: 5 },
  { total_count: 5 },
  { total_of_rows_count: 5 },
  { rows_total: 5 },
  { count: 5 },
  { rows_count: 5 },
  { found: 5 },
  { rows: 5 },
  { number_of_rows: 5 },
  { of_rows: 5 },
  { to: 5 },
  { from: 4 },
  { headers: { 'x-total-count': '5' } },
  { other: [] },
])('a list has ended where a known name says so: %j', (fields) => {
  expect(isOpen(fields)).toBe(false);
});

test.each<[Fields, boolean]>([
  [{ range: 'all' }, true],
  [{ range: '' }, false],
  [{ page: 'first' }, true],
  [{ page: '1 of 2' }, false],
  [{ page: '1 of 5' }, true],
])('the text of %j is a range that has ended, or the list may go on: %s', (fields, open) => {
  expect(isOpen(fields)).toBe(open);
});

describe('on the first page', () => {
  test.each<[Fields, boolean]>([
    [{ from: 1 }, false],
    [{ from: 2 }, true],
    [{ offset: 1 }, true],
    [{ offset: 0 }, false],
    [{ page: 0, last: 1 }, true],
    [{ this_page_index: 0, last: 1 }, true],
    [{ page_index: 0, max_page: 1 }, true],
    [{ index: 0, last: 1 }, true],
    [{ page: '01', last: 1 }, false],
    [{ front_page: 0, last: 1 }, false],
    [{ page_size: 0, last: 1 }, false],
    [{ row_number: 0, last: 1 }, false],
    [{ number_of_rows: 0, last: 1 }, false],
    [{ page: 0, pages: 1 }, false],
  ])('%j means that the list may go on: %s', (fields, open) => {
    expect(isOpen(fields, first)).toBe(open);
  });
});

test('a tenth page does not count as one whose number begins at 0', () => {
  expect(isOpen({ page: 10, last: 10 }, { pages: 10 })).toBe(false);
});

test('a full page is the last one only where the number of all rows is that of the rows that were read', () => {
  expect(isOpen({ limit: 2, total: 2 }, first)).toBe(false);
  expect(isOpen({ limit: 2, total: 3 }, first)).toBe(true);
  expect(isOpen({ limit: 2, count: 2 }, first)).toBe(true);
  expect(isOpen({ limit: 2, total: null }, first)).toBe(true);
});

describe('a header', () => {
  test.each(['app-link', 'linked', 'content-range-of', 'x-rate-limit-next', 'x-ratelimit-next', 'app-offset'])(
    '%s says nothing of pages',
    (name) => {
      expect(signsIn({ [name]: 'x' })).toEqual({});
    },
  );

  test.each(['x-endkey', 'x-end-key', 'x-startkey', 'x-start-key', 'x-offset', 'x-batch', 'content-range', 'page'])(
    '%s may speak of pages',
    (name) => {
      expect(signsIn({ [name]: 'x' })).toEqual({ [name]: 'x' });
    },
  );

  test.each<[unknown, unknown]>([
    ['"[1]"', '"[1]"'],
    ['x [1]', 'x [1]'],
    ['{"a":1}', { a: 1 }],
    ['  [1]', [1]],
    ['[1', '[1'],
    [['[1]'], ['[1]']],
  ])('with the value %j holds %j', (value, held) => {
    expect(signsIn({ 'x-next': value })).toEqual({ 'x-next': held });
  });

  test.each<[string, boolean]>([
    ['<x>; rel="next"', true],
    ['<x>; rel=next', true],
    ['<x>; rel="prev next"', true],
    ['<x>; rel="prev more"', true],
    ['<x>; rel="after"', true],
    ['<x>; rel="annext"', false],
    ['<x>; rel="prev"; title="next"', false],
    ['<x>; rel=prev, <y>; title=next', false],
    ['<next>; rel="prev"', false],
  ])('of the link %s is a link to the next page: %s', (link, isNext) => {
    expect(signsIn({ link })).toEqual({ link: { isNext } });
  });
});
