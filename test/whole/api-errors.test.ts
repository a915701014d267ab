import { describe, expect, test } from 'vitest';
import { bodyOf, call, traces } from '../support/api.ts';
import { problemIn } from '../support/callers.ts';

describe('a call that breaks a rule gets a problem document, and leaves no trace', () => {
  const rows: [
    string,
    (body: Awaited<ReturnType<typeof bodyOf>>) => [string, Parameters<typeof call>[1]?],
    number,
    string,
    object?,
  ][] = [
    [
      'no consent',
      (b) => ['POST /revalidations', { body: { ...b, userAuthorized: undefined } }],
      422,
      'consent_missing',
      { path: 'userAuthorized' },
    ],
    [
      'refused consent',
      (b) => ['POST /revalidations', { body: { ...b, userAuthorized: false } }],
      422,
      'consent_missing',
      { path: 'userAuthorized', code: 'not_one_of' },
    ],
    [
      'an unknown field',
      (b) => ['POST /revalidations', { body: { ...b, admin: 1 } }],
      422,
      'request_invalid',
      { path: 'admin', code: 'unknown_field' },
    ],
    [
      'an unknown option',
      (b) => ['POST /revalidations', { body: { ...b, options: { free: 1 } } }],
      422,
      'request_invalid',
      { path: 'options.free', code: 'unknown_field' },
    ],
    [
      'a wrong type',
      (b) => ['POST /revalidations', { body: { ...b, options: { threshold: '0.5' } } }],
      422,
      'request_invalid',
      { path: 'options.threshold', code: 'wrong_type' },
    ],
    [
      'a missing field',
      (b) => ['POST /revalidations', { body: { ...b, enrollmentId: undefined } }],
      422,
      'request_invalid',
      { path: 'enrollmentId', code: 'missing' },
    ],
    [
      'a ticket for 11 MB',
      (b) => ['POST /revalidations', { body: { ...b, upload: { type: 'image/jpeg', bytes: 11_000_000 } } }],
      422,
      'request_invalid',
      { path: 'upload.bytes', code: 'out_of_range' },
    ],
    [
      'a ticket for a PDF',
      (b) => ['POST /revalidations', { body: { ...b, upload: { type: 'application/pdf' } } }],
      422,
      'request_invalid',
      { path: 'upload.type', code: 'not_one_of' },
    ],
    [
      'a ticket and media at once',
      (b) => ['POST /revalidations', { body: { ...b, media: { key: 'media/a.jpg' } } }],
      422,
      'request_invalid',
      { path: 'media', code: 'rule' },
    ],
    [
      'neither ticket nor media',
      (b) => ['POST /revalidations', { body: { ...b, upload: undefined } }],
      422,
      'request_invalid',
      { path: 'media', code: 'missing' },
    ],
    [
      'a photo for liveness',
      (b) => ['POST /revalidations', { body: { ...b, options: { liveness: 'passive' } } }],
      422,
      'photo_cannot_prove_liveness',
    ],
    [
      'speech',
      (b) => [
        'POST /revalidations',
        { body: { ...b, options: { subvalidations: ['speech_match'], minimumPrecision: 'low' } } },
      ],
      422,
      'speech_match_needs_live_capture',
    ],
    [
      'media from elsewhere',
      ({ upload: _, ...b }) => ['POST /revalidations', { body: { ...b, media: { key: 'inbox/a/b/c.jpg' } } }],
      422,
      'request_invalid',
      { path: 'media.key' },
    ],
    [
      'media that is not there',
      ({ upload: _, ...b }) => ['POST /revalidations', { body: { ...b, media: { key: 'media/absent.jpg' } } }],
      422,
      'media_gone',
    ],
    [
      'a bad idempotency key',
      (b) => ['POST /revalidations', { body: b, headers: { 'idempotency-key': 'a b' } }],
      422,
      'request_invalid',
      { path: 'Idempotency-Key' },
    ],
    ['malformed JSON', () => ['POST /revalidations', { body: '{"accountId":' }], 400, 'body_malformed'],
    [
      'no JSON at all',
      (b) => ['POST /revalidations', { body: b, headers: { 'content-type': 'text/plain' } }],
      415,
      'content_type_unsupported',
    ],
    [
      'an oversized body',
      (b) => ['POST /revalidations', { body: { ...b, reference: 'r'.repeat(70_000) } }],
      413,
      'body_too_large',
    ],
    ['an id that is none', () => ['GET /revalidations/RVL1'], 404, 'revalidation_unknown'],
    ['an unknown id', () => [`GET /revalidations/RVL${'0'.repeat(32)}`], 404, 'revalidation_unknown'],
    [
      'to cancel what never was',
      () => [`POST /revalidations/RVL${'0'.repeat(32)}/cancel`],
      404,
      'revalidation_unknown',
    ],
    [
      'an account of only dots',
      () => ['GET /accounts/%2E%2E%2E/revalidations'],
      422,
      'request_invalid',
      { path: 'accountId' },
    ],
    [
      'a page of 101',
      (b) => [`GET /accounts/${b.accountId}/revalidations?limit=101`],
      422,
      'request_invalid',
      { path: 'limit', code: 'out_of_range' },
    ],
    [
      'an unknown cursor',
      (b) => [`GET /accounts/${b.accountId}/revalidations?cursor=e30`],
      422,
      'request_invalid',
      { path: 'cursor' },
    ],
  ];
  test.each(rows)('with %s', async (_, make, status, code, first) => {
    const [line, options] = make(await bodyOf());
    const before = await traces();
    const problem = problemIn(await call(line, options));
    expect(problem).toMatchObject({ status, code });
    if (first) expect(problem.errors?.[0]).toMatchObject(first);
    expect(await traces()).toEqual(before);
  });
});

describe('the API Gateway refuses in its own words', () => {
  test.each<[string, string, Parameters<typeof call>[1], number, string]>([
    ['a call without a signature', 'POST /revalidations', { as: undefined, body: {} }, 403, 'Forbidden'],
    ['a signature of a stranger', 'GET /revalidations/x', { as: 'stranger' }, 403, 'Forbidden'],
    ['a reader who would write', 'POST /revalidations', { as: 'reader', body: {} }, 403, 'Forbidden'],
    ['a route that is none', 'DELETE /revalidations/x', {}, 404, 'Not Found'],
    ['more than 10 MB', 'POST /revalidations', { body: 'x'.repeat(10_485_761) }, 413, 'Request Entity Too Large'],
  ])('a call with %s', async (_, line, options, status, message) => {
    const before = await traces();
    expect(await call(line, options)).toEqual({ status, type: 'application/json', content: { message } });
    expect(await traces()).toEqual(before);
  });

  test('a signature over another body, which leaves no trace', async () => {
    const body = await bodyOf();
    const before = await traces();
    for (const swapped of [{ ...body, reference: 'x' }, await bodyOf(), {}]) {
      const answer = await call('POST /revalidations', { body, swapped });
      expect(answer).toMatchObject({ status: 403, content: { message: 'Forbidden' } });
    }
    expect(await traces()).toEqual(before);
    expect(await call('POST /revalidations', { body, swapped: body })).toMatchObject({ status: 202 });
  });
});
