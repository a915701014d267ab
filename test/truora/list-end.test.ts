import { describe, expect, test } from 'vitest';
import { mayHoldMore, signsIn } from '../../shared/truora/list-end.ts';
import { nextOf, rowsOf } from '../../shared/truora/list-page.ts';

/** A second page of two rows, five of them read so far, unless a test says otherwise. */
const page = (fields: Record<string, unknown>, more: object = {}) => ({ fields, rows: 2, read: 5, pages: 2, ...more });

const BROKEN = { name: 'TruoraContractError', reason: 'truora_contract_broken' };

describe('more rows exist', () => {
  test.each<[string, Record<string, unknown>]>([
    ...[
      'next',
      'hasMore',
      'Has-More',
      'cursor',
      'page_token',
      'start_key',
      'last_key',
      'LastEvaluatedKey',
      'continuation',
      'isTruncated',
      'partial',
      'incomplete',
      'remaining',
      'scroll_id',
      'bookmark',
      'after',
    ].map((name): [string, Record<string, unknown>] => [`under the name ${name}`, { [name]: 'x' }]),
    ...['last', 'is_last', 'was_last', 'final', 'is_end', 'complete', 'done', 'is_finished'].flatMap(
      (name): [string, Record<string, unknown>][] => [
        [`where ${name} is false`, { [name]: false }],
        [`where ${name} is the text false`, { [name]: 'false' }],
      ],
    ),
    ['in a number of pages', { pages: 3 }],
    ['in a highest page', { max_page: 3 }],
    ['in a highest number of pages', { max_pages: 3 }],
    ['in a last page', { last_page: 3 }],
    ['in all pages', { total_pages: 3 }],
    ['in a count of pages', { page_count: 3 }],
    ['in a number of pages under another name', { number_of_pages: 3, num_pages: 2 }],
    ['in a number of pages that is none', { pages: 'many' }],
    ['in a page as full as its limit', { limit: 2 }],
    ['in a page fuller than its limit', { page_size: 1 }],
    ['in a size that is no number', { size: 'all' }],
    ['in the most results of a page', { max_results: 2 }],
    ['in the most items of a page', { max_items: 2 }],
    ['in the rows per page', { per_page: 2 }],
    ['in a number of all that is larger', { total: 6 }],
    ['in a number of all that is smaller, for anything that it counts', { total: 4 }],
    ['in a count of more than was read', { count: 6 }],
    ['in results of more than was read', { results: 6 }],
    ['in a number of what was found', { found: 6 }],
    ['in a number of hits', { hits: 6 }],
    ['in a number of what is available', { available: 6 }],
    ['in a count inside', { records: { of: 6 } }],
    ['in a range', { range: '0-4/6' }],
    ['in a full page of a list that says no number of all', { limit: 2, total: 0 }],
    ['in a number of pages in a list', { pages: [3] }],
    ['under the name of a list of links', { more: [{ rel: 'self', href: '/x' }] }],
    ['in a number of all inside', { meta: { total: 6 } }],
    ['in a range of ten times as many', { range: '0-4/50' }],
    ['in a link to itself by another name', { myself: '/x?page=3' }],
    ['in a link by a longer name', { selfish: '/x?page=3' }],
    ['in a range without an end', { range: '0-4/*' }],
    ['in a range with blanks', { range: '0-4/ 6' }],
    ['in a sentence', { showing: '1-5 of 60' }],
    ['in a summary', { summary: '1-5 of  6' }],
    ['in a page of pages', { page: '2 of 3' }],
    ['in a link to a page', { forward: '/v1/x?page=3' }],
    ['in a link to an offset', { forward: '/v1/x?a=b&offset=5' }],
    ['in a link that skips', { forward: '/v1/x?skip=5' }],
    ['in a link from a row', { forward: '/v1/x?from=5' }],
    ['in a link after a row', { forward: '/v1/x?after=5' }],
    ['in a link with a start key', { forward: '/v1/x?start_key=5' }],
    ['in a link with a start key in one word', { forward: '/v1/x?startkey=5' }],
    ['in a link with a token', { forward: '/v1/x?page_token=5' }],
    ['in a link in a list', { links: ['/v1/x?page=3'] }],
    ['in a link whose relation is no earlier one', { links: [{ rel: 'later', href: '/v1/x?page=3' }] }],
    ['in the relation of a link', { links: [{ rel: 'next', href: '/x' }] }],
    ['in rows under another name', { data: [{ id: 1 }] }],
    ['in rows among links', { data: [{ rel: 'self' }, { id: 1 }] }],
    ['in an empty row', { data: [null] }],
    ['in rows inside', { a: { b: [{ id: 1 }] } }],
    ['in a validation that stands alone', { other: { validation_id: 'VLD1' } }],
    ['in a validation in other letters', { other: { deep: { validationId: 'VLD1' } } }],
    ...(
      [
        { marker: 'abc' },
        { last_id: 'VLD1' },
        { older: 'abc' },
        { before: 'abc' },
        { end_key: 'abc' },
        { position: 'abc' },
        { page_info: { end: 'abc' } },
        { page: { number: 1, of: 3 } },
        { page: 1, last: 3 },
        { from: 1, to: 5, of: 6 },
        { rows: 6 },
        { links: [{ rel: 'older', href: '/x' }] },
        { links: { last: '/x?page=3' } },
        { batches: 3 },
        { omitted: 1 },
        { capped: true },
        { all: false },
        { length: 50 },
        { quantity: 50 },
        { page: 3 },
        { page: '5 of 6' },
        { url: '/x' },
        { warning: 'the list was cut' },
        { status: 'partial' },
        { message: 'on this page=5 of many' },
        { range: 'all' },
        { total_remaining: 5 },
        { older: { page: 1 } },
        { tags: ['a', 'b'] },
        { headers: { 'x-pages': '3' } },
        { headers: { 'x-last-page': '3' } },
        { headers: { 'x-after': 'abc' } },
        { headers: { 'x-pagination': { TotalPages: 3 } } },
      ] as Record<string, unknown>[]
    ).map((fields): [string, Record<string, unknown>] => [`in ${JSON.stringify(fields)}`, fields]),
  ])('when %s', (_, said) => {
    expect(mayHoldMore(page(said))).toBe(true);
  });

  test('when rows were skipped before the first page', () => {
    expect(mayHoldMore(page({ offset: 3 }, { pages: 1 }))).toBe(true);
    expect(mayHoldMore(page({ skipped: 3 }, { pages: 1 }))).toBe(true);
    expect(mayHoldMore(page({ offset: 3 }))).toBe(false);
  });
});

describe('no more rows exist', () => {
  test.each<[string, Record<string, unknown>]>([
    ['where nothing is said', {}],
    ...[false, 'false', 0, '0', '', null, undefined].map((no): [string, Record<string, unknown>] => [
      `where more is ${JSON.stringify(no)}`,
      { has_more: no },
    ]),
    ['where the end is not denied', { is_last: true, done: null, complete: 0, final: '' }],
    ['where a name only holds that of an end', { blast: false, weekend: false }],
    ['in as many pages as were read', { pages: 2, total_pages: 2 }],
    ['in fewer pages than were read', { pages: 1 }],
    ['in a page that is not full', { limit: 3 }],
    ['in a full page of a whole list', { limit: 2, total: 5 }],
    ['in a number of all', { total: 5 }],
    ['in a number of all as a text', { total: '5' }],
    ['in a count of the page', { count: 2, results: 5 }],
    ['in a whole range', { range: '0-4/5' }],
    ['in an earlier link', { self: '/x?page=2', first: '/x?page=1', prev: '/x?page=1', current: '/x?page=2' }],
    ['in a previous link', { links: [{ rel: 'previous', href: '/x?page=1' }] }],
    ['in an id of the account', { account_id: 4711 }],
    ['in an id of the request or a time', { meta: { request_id: 'abc', timestamp: 1795428300 } }],
    ['in a status of a success', { status: 'OK', code: 200, message: 'success' }],
    ['in an end that is said', { last: true, is_complete: 'true', all: true, first: true }],
    ['in the numbers of a page', { page: 1, from: 1, to: 5, last: 2, of: 2, page_size: 50 }],
    ['in a page of pages that is the last', { page: '2 of 2' }],
    ['in an empty list', { data: [], others: {} }],
    ['in a list of links', { links: [{ rel: 'self', href: '/x' }] }],
  ])('when %s', (_, said) => {
    expect(mayHoldMore(page(said))).toBe(false);
  });
});

test('the last page of a list that counts its pages from 0 is one less than their number', () => {
  const first = { rows: 2, read: 2, pages: 1 };
  expect(
    [
      { page: 0, last: 1 },
      { current_page: '0', last_page: 1 },
    ].map((said) => mayHoldMore(page(said, first))),
  ).toEqual([true, true]);
  const ends = [
    { page: 0, last: 0 },
    { page: 1, last: 1 },
    { page: 0, pages: 1 },
    { page: null, last: 1 },
    { number: 0, last: true },
  ];
  expect(ends.map((said) => mayHoldMore(page(said, first)))).toEqual(ends.map(() => false));
});

test('a number of all pages does not make a full page the whole list', () => {
  expect(mayHoldMore(page({ limit: 2, total_pages: 2 }, { read: 2 }))).toBe(true);
});

describe('the headers about pages', () => {
  test('include those of extensions, ranges and links', () => {
    const headers = { 'x-total-count': '60', 'content-range': '0-1/2', date: 'now', 'content-length': '9' };
    expect(signsIn(headers)).toEqual({ 'x-total-count': '60', 'content-range': '0-1/2' });
  });

  test.each([
    'x-ratelimit-remaining',
    'x-rate-limit-remaining',
    'x-amz-next',
    'x-amzn-more',
    'x-request-next',
    'x-trace-total',
    'x-content-type-options',
    'x-frame-options',
    'x-xss-protection',
    'x-cache-hits',
    'x-powered-by',
    'x-retry-count',
    'x-envoy-attempt-count',
    'last-modified',
    'hyperlink',
    'linked',
    'content-ranges',
  ])('exclude %s', (name) => {
    expect(signsIn({ [name]: '7' })).toEqual({});
  });

  test.each(['next-cursor', 'has-more', 'total-count', 'x-pages', 'x-last-page', 'x-after', 'x-marker'])(
    'include %s',
    (name) => {
      expect(signsIn({ [name]: '7' })).toEqual({ [name]: '7' });
    },
  );

  test('hold their JSON parsed, and a text that is no JSON as it is', () => {
    const headers = { 'x-pagination': '{"TotalPages":3}', 'x-cursor': '{abc', 'x-next': ' [7]' };
    expect(signsIn(headers)).toEqual({ 'x-pagination': { TotalPages: 3 }, 'x-cursor': '{abc', 'x-next': [7] });
  });

  test('exclude the usual ones of HTTP', () => {
    const headers = {
      date: 'Mon, 23 Nov 2026 10:00:05 GMT',
      'content-length': '900',
      'content-type': 'application/json',
      etag: 'W/"9"',
      'last-modified': 'Mon, 23 Nov 2026 10:00:05 GMT',
      'accept-ranges': 'bytes',
      'cf-ray': 'abc',
      'cf-cache-status': 'MISS',
      'x-amzn-requestid': 'abc',
      'x-amz-apigw-id': 'abc',
      'x-amz-cf-pop': 'abc',
      via: '1.1 x',
      server: 'x',
      'x-request-id': 'abc',
      'x-cache': 'Miss',
      'x-envoy-upstream-service-time': '7',
      'x-runtime': '0.7',
      'x-ratelimit-limit': '60',
      vary: 'accept',
      'strict-transport-security': 'max-age=9',
    };
    expect(signsIn(headers)).toEqual({});
  });

  test.each<[string, boolean]>([
    ['<https://x/v1?page=2>; rel="older"', true],
    ['<https://x/v1?page=2>; rel="next"', true],
    ['<https://x/v1?page=2>; rel=next', true],
    ['<https://x/v1?page=2>; REL="NEXT"', true],
    ['<https://x/v1>; rel="self"', false],
  ])('hold the link %s unchanged', (link, isNext) => {
    expect(signsIn({ link })).toEqual({ link: { isNext } });
  });
});

describe('the next page is requested', () => {
  test.each<[string, Record<string, unknown>, string | undefined]>([
    ['by a key', { start_key: 'a' }, 'a'],
    ['by a key before a link', { start_key: 'a', next: '/x?start_key=b' }, 'a'],
    ['by the key in a path', { next: '/x?start_key=b' }, 'b'],
    ['by the key in a link', { next: 'https://elsewhere.example/x?start_key=b' }, 'b'],
    ['by nothing at the end', { next: null }, undefined],
  ])('by %s', (_, said, key) => {
    expect(nextOf(page(said))).toBe(key);
  });

  test.each<[string, Record<string, unknown>]>([
    ['a link with an empty key', { next: '/x?start_key=' }],
    ['a link that is no URL', { next: 'http://[' }],
    ['a link that is no text', { next: { start_key: 'b' } }],
    ['a list of links', { next: ['/x?start_key=b'] }],
    ['a key that is no text', { start_key: 7 }],
  ])('by nothing that can be read from %s', (_, said) => {
    expect(() => nextOf(page(said))).toThrow(expect.objectContaining(BROKEN));
  });
});

describe('of a page', () => {
  const row = (more: object = {}) => ({
    validation_id: 'VLD1',
    account_id: 'Ana',
    validation_status: 'pending',
    ...more,
  });

  const idsOf = (...validations: unknown[]) => rowsOf({ validations }, 'Ana').map(({ validation_id }) => validation_id);

  test.each<[string, object]>([
    ['in other capitals', { account_id: 'aNA' }],
    ['with a blank around it', { account_id: ' Ana\t' }],
    ['in letters of another width', { account_id: 'Ａna' }],
  ])('a row is kept whose person is written %s', (_, more) => {
    expect(idsOf(row(more))).toEqual(['VLD1']);
  });

  test('a row of another person is skipped in any form, also of one with a similar name', () => {
    expect(idsOf(row({ account_id: 'ben', validation_id: 'x/y' }), row())).toEqual(['VLD1']);
    expect(idsOf(row({ account_id: 'ına' }), row({ validation_id: 'VLD2' }))).toEqual(['VLD2']);
  });

  test.each<[string, unknown[]]>([
    ['in another form', [row({ account_id: 'ACC7f3a' }), row({ account_id: 'ACC7f3a', failure_status: 'expired' })]],
    [
      'in another form, beside ours that are decided',
      [row({ account_id: 'ACC7f3a' }), row({ validation_status: 'success' })],
    ],
    ['in another form, and says no type', [row({ account_id: 'ACC7f3a', type: undefined })]],
  ])('undecided faces whose person is written %s are no list without ours', (_, validations) => {
    expect(() => idsOf(...validations)).toThrow(expect.objectContaining(BROKEN));
  });

  test.each<[string, object]>([
    ['was a success', { validation_status: 'success' }],
    ['was declined', { failure_status: 'declined' }],
    ['is of another product', { type: 'document-validation' }],
  ])('a row of another person that %s states nothing of ours', (_, more) => {
    expect(idsOf(row({ account_id: 'ACC7f3a', ...more }))).toEqual([]);
  });

  test('a row is kept whose person is a number', () => {
    expect(rowsOf({ validations: [row({ account_id: 4711 }), row({ account_id: 4712 })] }, '4711')).toHaveLength(1);
  });

  test.each([
    'document-validation',
    'Document_Validation',
    'electronic-signature',
    'phone-verification',
    'email verification',
    'speech-recognition',
  ])('a row of the type %s is skipped in any form', (type) => {
    expect(idsOf({ type }, row({ type: `${type}x`, validation_id: 'VLD2' }))).toEqual(['VLD2']);
  });

  test.each([7, ['document-validation'], 'face', undefined])('a row of the type %j is kept', (type) => {
    expect(idsOf(row({ type }))).toEqual(['VLD1']);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['nothing', undefined],
    ['without a person', row({ account_id: undefined })],
    ['whose person is a list', row({ account_id: ['ben'] })],
    ['with a date that is a list', row({ creation_date: [] })],
    ['with a failure that is no text', row({ failure_status: 7 })],
    ['with a link that is too long', row({ file_upload_link: 'x'.repeat(8193) })],
    ['with a link inside that is too long', row({ instructions: { file_upload_link: 'x'.repeat(8193) } })],
    ['with instructions that are none', row({ instructions: 7 })],
  ])('a row that is %s cannot be read', (_, odd) => {
    expect(() => idsOf(odd)).toThrow(expect.objectContaining(BROKEN));
  });

  test('a row keeps all fields that it is compared by', () => {
    const whole = row({
      type: 'face-recognition',
      creation_date: 7,
      failure_status: 'expired',
      threshold: '70',
      instructions: { file_upload_link: 'x'.repeat(8192) },
      file_upload_link: 'y',
    });
    const dated = { ...whole, creation_date: '2026-11-23T10:00:00Z' };
    expect(rowsOf({ validations: [whole, dated] }, 'Ana')).toEqual([whole, dated]);
  });
});
