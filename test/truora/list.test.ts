import { afterEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../../infra/local/truora/sandbox.ts';
import { createValidation, listValidations } from '../../shared/truora/client.ts';
import { enroll, listen, truoraAt } from '../support/truora.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const row = (id: string, more: object = {}) => ({
  validation_id: id,
  account_id: 'ana',
  type: 'face-recognition',
  validation_status: 'pending',
  creation_date: '2026-11-23T10:00:00.123161454Z',
  ...more,
});

/** Lists what it is told to, a page for each key. */
const listing = async (pages: Record<string, { status?: number; body: unknown }>) => {
  const server = await listen((response, { url = '' }) => {
    const key = new URL(url, 'http://any').searchParams.get('start_key') ?? '';
    const { status = 200, body } = pages[key] ?? { status: 404, body: {} };
    response.writeHead(status).end(JSON.stringify(body));
  });
  closing.push(server.close);
  const idsOf = async () =>
    (await listValidations(truoraAt(server.origin), 'ana')).map(({ validation_id }) => validation_id);
  return { server, idsOf };
};

const BROKEN = { name: 'TruoraContractError', reason: 'truora_contract_broken' };

describe('a list of several pages', () => {
  test('comes whole from the sandbox', async () => {
    const sandbox = await startSandbox({ settings: { pageSize: 2 } });
    closing.push(sandbox.close);
    await enroll(sandbox.origin, 'ana');
    const truora = truoraAt(sandbox.origin);
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const asked = { accountId: 'ana', userAuthorized: true as const, options: {} };
      made.unshift((await createValidation(truora, asked)).validation_id);
    }
    expect((await listValidations(truora, 'ana')).map(({ validation_id }) => validation_id)).toEqual(made);
    expect(sandbox.counts().lists).toBe(3);
  });

  test.each<[string, object]>([
    ['a key', { start_key: 'a b&c' }],
    ['a link', { next: '/v1/accounts/ana/validations?start_key=a+b%26c' }],
    ['a link with a host, which is not dialled', { next: 'http://127.0.0.1:1/x?start_key=a%20b%26c' }],
  ])('goes on by %s', async (_, next) => {
    const { idsOf } = await listing({
      '': { body: { validations: [row('VLD1')], ...next } },
      'a b&c': { body: { validations: [row('VLD2')], next: null, start_key: '' } },
    });
    expect(await idsOf()).toEqual(['VLD1', 'VLD2']);
  });

  test.each<[string, object]>([
    ['a link without a key', { next: '/v1/accounts/ana/validations?page=2' }],
    ['a link that is none', { next: 7 }],
    ['a key that is none', { start_key: { account: 'ana' } }],
    ['another name', { last_evaluated_key: 'x' }],
    ['no more than that there is more', { has_more: true }],
    ['a number of all', { total_count: 2 }],
    ['a link among links', { links: { next: '/v1/x?page=2' } }],
    ['a link in a list of links', { links: [{ rel: 'next', href: '/x' }] }],
    ['a flag inside', { pagination: { has_more: true } }],
    ['a flag under another name', { paging: { hasNextPage: 'true' } }],
    ['a number of all inside', { meta: { total: 60 } }],
    ['a number of all as a text', { meta: { total: '60' } }],
    ['a number of all below what was read', { total: 0.5 }],
    ['a number of pages', { total_pages: 2 }],
    ['a number of pages by another name', { meta: { last_page: 3 } }],
    ['a token', { page_token: 'abc' }],
    ['a cursor', { paging: { cursors: { after: 'abc' } } }],
    ['what remains', { remaining: 3 }],
    ['an end that it is not', { is_last: false }],
    ['a page that is as full as it can be', { limit: 1 }],
    ['a range', { range: '0-0/60' }],
    ['a page that is not the first', { offset: 50 }],
    ['a place to go on', { more_here: 0, forward: '/v1/accounts/ana/validations?cursor=abc' }],
    ['that it was cut', { truncated: true }],
    ['a page that is not there', { start_key: 'gone' }],
    ['a page that is itself, again and again', { start_key: '' }],
  ])('fails when the next page is given by %s', async (what, next) => {
    const again = what.includes('again') ? { start_key: 'again' } : next;
    const page = { body: { validations: [row('VLD1')], ...again } };
    const { idsOf, server } = await listing({ '': page, again: page });
    await expect(idsOf()).rejects.toMatchObject(BROKEN);
    expect(server.heard.length).toBeLessThanOrEqual(20);
  });

  test.each([
    { has_more: false },
    { next: null },
    { next: '' },
    { total: 1, page: 1, self: '/v1/x?start_key=y' },
    { pagination: { has_more: false, next_cursor: null, total: 1, total_pages: 1, per_page: 50 } },
    { links: [{ rel: 'self', href: '/v1/accounts/ana/validations?page=1' }] },
    { links: { next: null, first: '/v1/x?page=1' }, account_id: '4711', limit: 1, count: 1, total: 1 },
    { last: true, number: 0, size: 20, total_elements: 1 },
    { page: { size: 20, total_elements: 1, total_pages: 1 } },
  ])('ends where it states %j', async (said) => {
    const { idsOf } = await listing({ '': { body: { validations: [row('VLD1')], ...said } } });
    expect(await idsOf()).toEqual(['VLD1']);
  });
});

test.each<[string, Record<string, string>, boolean]>([
  ['a link to the next', { link: '<https://x/v1?page=2>; rel="next"' }, false],
  ['a number of all', { 'x-total-count': '60' }, false],
  ['a next page', { 'x-next-page': '2' }, false],
  ['pages', { 'x-pages': '3' }, false],
  ['a last page', { 'x-last-page': '3' }, false],
  ['a place after', { 'x-after': 'abc' }, false],
  ['pages in JSON', { 'x-pagination': '{"TotalPages":3}' }, false],
  ['the only page in JSON', { 'x-pagination': '{"TotalPages":1,"TotalCount":1,"HasNext":false}' }, true],
  ['a cursor', { 'next-cursor': 'abc' }, false],
  ['that there is more', { 'has-more': 'true' }, false],
  ['a number of all by the usual name', { 'total-count': '60' }, false],
  [
    'what every server tells',
    {
      etag: 'W/"9"',
      'cf-ray': 'abc',
      'cf-cache-status': 'DYNAMIC',
      'x-amzn-requestid': 'abc',
      via: '1.1 x',
      server: 'x',
      'x-request-id': 'abc',
      'x-cache': 'Miss',
      'last-modified': 'Mon, 23 Nov 2026 10:00:05 GMT',
    },
    true,
  ],
  [
    'nothing of more',
    { link: '<https://x/v1>; rel="self"', 'x-total-count': '1', 'x-ratelimit-remaining': '59' },
    true,
  ],
])('a list whose headers state %s', async (_, headers, isWhole) => {
  const server = await listen((response) => {
    response.writeHead(200, headers).end(JSON.stringify({ validations: [row('VLD1')] }));
  });
  closing.push(server.close);
  const listed = listValidations(truoraAt(server.origin), 'ana').catch(({ name }: Error) => name);
  expect(Array.isArray(await listed)).toBe(isWhole);
});

describe('a row', () => {
  test.each<[string, unknown]>([
    ['another product', { type: 'document-validation', validation_id: 7, validation_status: {} }],
    ['another person', { account_id: 'ben', validation_id: 'x/y' }],
  ])('of %s is skipped in any form', async (_, odd) => {
    const { idsOf } = await listing({ '': { body: { validations: [row('VLD1'), row('VLD2', odd as object)] } } });
    expect(await idsOf()).toEqual(['VLD1']);
  });

  test.each<[string, unknown]>([
    ['without an id', row('VLD1', { validation_id: undefined })],
    ['that does not say whose it is', row('VLD1', { account_id: undefined })],
    ['of no status', row('VLD1', { validation_status: 3 })],
    ['that is none', null],
  ])('%s could be ours, and cannot be read', async (_, odd) => {
    const { idsOf } = await listing({ '': { body: { validations: [odd] } } });
    await expect(idsOf()).rejects.toMatchObject(BROKEN);
  });
});

test('an absent list is not an empty list', async () => {
  const { idsOf } = await listing({});
  await expect(idsOf()).rejects.toMatchObject(BROKEN);
});

test.each<[string, unknown]>([
  ['null', { validations: null }],
  ['an empty list', { validations: [] }],
])('an empty list is read where it is %s', async (_, body) => {
  const { idsOf } = await listing({ '': { body } });
  expect(await idsOf()).toEqual([]);
});

test.each<[string, { status?: number; body: unknown }]>([
  ['no name', { body: {} }],
  ['another name', { body: { data: { validations: [] } } }],
  ['another name beside ours', { body: { validations: [], items: [row('VLD1')] } }],
  ['another name beside a null', { body: { validations: null, page: { VLD1: row('VLD1') } } }],
  ['another form', { body: { validations: { VLD1: row('VLD1') } } }],
  ['a part of the content', { status: 206, body: { validations: [] } }],
])('a list is not read where it is %s', async (_, page) => {
  const { idsOf } = await listing({ '': page });
  await expect(idsOf()).rejects.toMatchObject(BROKEN);
});
