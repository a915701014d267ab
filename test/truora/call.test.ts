import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import {
  MediaUnreadError,
  TruoraBusyError,
  TruoraContractError,
  TruoraRejectedError,
  UploadLinkSpentError,
} from '../../shared/domain/errors.ts';
import { ask, deliver, MAX_ANSWER_BYTES, observed, retryAfterSeconds, segment } from '../../shared/truora/call.ts';
import {
  createValidation,
  getEnrollment,
  listEnrollments,
  listValidations,
  uploadMedia,
} from '../../shared/truora/client.ts';
import { listen, media, truoraAt } from '../support/truora.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const listening = async (answer: (response: ServerResponse) => void) => {
  const server = await listen(answer);
  closing.push(server.close);
  return server;
};

const saying = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  listening((response) => response.writeHead(status, headers).end(JSON.stringify(body)));

const Anything = z.record(z.string(), z.unknown());

const caught = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: Error) => error);

describe('a Retry-After', () => {
  const now = Date.parse('2026-11-23T10:00:00Z');

  test.each<[string | undefined, number | undefined]>([
    ['7', 7],
    [' 7 ', 7],
    ['0', 0],
    ['999999', 999_999],
    ['1000000', undefined],
    ['x7', undefined],
    ['7.5', undefined],
    ['-7', undefined],
    ['soon', undefined],
    ['', undefined],
    ['2026-11-23', undefined],
    [undefined, undefined],
    ['Mon, 23 Nov 2026 10:00:30 GMT', 30],
    ['MON, 23 NOV 2026 10:00:30', Math.max(0, (Date.parse('MON, 23 NOV 2026 10:00:30') - now) / 1000)],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
  ])('of %j asks for a wait of %j seconds', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });
});

describe('an observer', () => {
  const watching = () => {
    const seen: object[] = [];
    return { seen, truora: { ...truoraAt('http://127.0.0.1:1'), onCall: (one: object) => void seen.push(one) } };
  };

  const told = (failed: boolean) => [{ method: 'GET', failed, milliseconds: expect.any(Number) }];

  test('gets an answer and its duration', async () => {
    const { seen, truora } = watching();
    const before = performance.now();
    expect(await observed(truora, 'GET', async () => 'answer')).toBe('answer');
    expect(seen).toEqual(told(false));
    const { milliseconds } = seen[0] as { milliseconds: number };
    expect(milliseconds).toBeGreaterThanOrEqual(0);
    expect(milliseconds).toBeLessThanOrEqual(performance.now() - before);
  });

  test.each<[string, Error, boolean]>([
    ['that Truora refuses as no failure', new TruoraRejectedError('truora_not_found', 'x'), false],
    ['whose link is spent as no failure', new UploadLinkSpentError('upload_link_spent', 'x'), false],
    ['that did not get through as a failure', new TruoraBusyError('truora_unreachable', 'x'), true],
    ['that was answered wrongly as a failure', new TruoraContractError('truora_contract_broken', 'x'), true],
  ])('gets a call %s', async (_, error, failed) => {
    const { seen, truora } = watching();
    expect(await caught(observed(truora, 'GET', () => Promise.reject(error)))).toBe(error);
    expect(seen).toEqual(told(failed));
  });

  test('gets nothing for media that broke off by itself', async () => {
    const { seen, truora } = watching();
    const error = new MediaUnreadError('media_unread', 'x');
    expect(await caught(observed(truora, 'PUT', () => Promise.reject(error)))).toBe(error);
    expect(seen).toEqual([]);
  });

  test('gets each answer as it came, also a refusal', async () => {
    const heard: object[] = [];
    const server = await saying(404, { code: 1 });
    const truora = { ...truoraAt(server.origin), onAnswer: (answer: object) => void heard.push(answer) };
    await caught(ask(truora, 'GET', '/v1/x', Anything));
    expect(heard).toMatchObject([{ status: 404, body: '{"code":1}' }]);
  });
});

test('an id enters a path as one segment of it, or not at all', () => {
  expect(segment(z.string(), 'a/b ñ')).toBe('a%2Fb%20%C3%B1');
  expect(() => segment(z.string().check(z.minLength(3)), 'ab')).toThrow();
});

describe('a request', () => {
  test('names its caller, what it accepts, and the type of its form', async () => {
    const server = await saying(200, { a: 1 });
    const truora = truoraAt(server.origin);
    expect(await ask(truora, 'GET', '/v1/x', Anything)).toEqual({ a: 1 });
    await ask(truora, 'POST', '/v1/y', Anything, { form: 'a=b' });
    const [read, made] = server.heard;
    expect(read).toMatchObject({
      method: 'GET',
      path: '/v1/x',
      body: '',
      headers: { 'truora-api-key': 'test-key', accept: 'application/json' },
    });
    expect(read?.headers).not.toHaveProperty('content-type');
    expect(made).toMatchObject({
      method: 'POST',
      body: 'a=b',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'truora-api-key': 'test-key' },
    });
  });

  test.each<[number, string | undefined, string | undefined]>([
    [200, undefined, undefined],
    [299, undefined, undefined],
    [300, 'TruoraUncertainError', 'truora_uncertain'],
    [399, 'TruoraUncertainError', 'truora_uncertain'],
    [400, 'TruoraRejectedError', 'truora_rejected'],
    [407, 'TruoraRejectedError', 'truora_rejected'],
    [408, 'TruoraUncertainError', 'truora_uncertain'],
    [499, 'TruoraRejectedError', 'truora_rejected'],
    [500, 'TruoraUncertainError', 'truora_uncertain'],
  ])('that is answered %i ends as %s', async (status, name, reason) => {
    const server = await saying(status, { a: 1 });
    const error = await caught(ask(truoraAt(server.origin), 'GET', '/v1/x', Anything));
    expect(error && { name: error.name, reason: (error as { reason?: string }).reason }).toEqual(
      name && { name, reason },
    );
  });

  test.each([401, 403])('that is answered %i is repeated once with a newer key, and no other is', async (status) => {
    const server = await saying(status);
    const refused: (string | undefined)[] = [];
    const key = async (one?: string) => {
      refused.push(one);
      return one === undefined ? 'older' : 'newer';
    };
    expect(await caught(ask({ ...truoraAt(server.origin), key }, 'GET', '/v1/x', Anything))).toMatchObject({
      reason: 'truora_unauthorized',
    });
    expect(server.heard.map(({ headers }) => headers['truora-api-key'])).toEqual(['older', 'newer']);
    expect(refused).toEqual([undefined, 'older']);
    const other = await saying(402);
    await caught(ask({ ...truoraAt(other.origin), key }, 'GET', '/v1/x', Anything));
    expect(other.heard).toHaveLength(1);
  });

  test('passes a good answer to a reader before it is parsed, and no refusal', async () => {
    const statuses: number[] = [];
    const onHeaders = ({ status }: { status: number }) => void statuses.push(status);
    for (const [status, body] of [
      [200, 7],
      [404, {}],
    ] as const) {
      const server = await saying(status, body);
      await caught(ask(truoraAt(server.origin), 'GET', '/v1/x', Anything, { onHeaders }));
    }
    expect(statuses).toEqual([200]);
  });

  test.each<[string, number | undefined, number]>([
    ['what it may have', 100, 100],
    ['what any answer may have', undefined, 256 * 1024],
  ])('accepts an answer up to %s', async (_, maxBytes, most) => {
    const answerOf = async (bytes: number) => {
      const body = `{"a":"${'x'.repeat(bytes - 8)}"}`;
      const server = await listening((response) => response.end(body));
      return caught(ask(truoraAt(server.origin), 'GET', '/v1/x', Anything, maxBytes ? { maxBytes } : {}));
    };
    expect(await answerOf(most)).toBeUndefined();
    expect(await answerOf(most + 1)).toMatchObject({ name: 'TruoraContractError', reason: 'truora_contract_broken' });
  });
});

describe('a call without an answer', () => {
  const calling = (more: Partial<Parameters<typeof deliver>[0]>) =>
    caught(
      deliver({
        method: 'PUT',
        url: new URL('http://127.0.0.1:1/'),
        headers: {},
        deadlines: truoraAt('').deadlines,
        maxBytes: MAX_ANSWER_BYTES,
        ...more,
      }),
    );

  test('counts as unsafe where its host resolves to an address that is not public', async () => {
    const lookup = (_host: string, _options: object, done: (error: Error, address: string) => void) =>
      done(Object.assign(new Error('x'), { code: 'PRIVATE_ADDRESS' }), '');
    const url = new URL('http://files.example/');
    expect(await calling({ url, lookup: lookup as never })).toMatchObject({
      name: 'UploadLinkUnsafeError',
      reason: 'upload_link_unsafe',
    });
  });

  test('states whether it was not executed or may have been', async () => {
    expect(await calling({})).toMatchObject({ name: 'TruoraBusyError', reason: 'truora_unreachable' });
    const server = await listening((response) => response.destroy());
    expect(await calling({ url: new URL(server.origin) })).toMatchObject({
      name: 'TruoraUncertainError',
      reason: 'truora_uncertain',
    });
  });

  test('counts as our error where the media broke off', async () => {
    const server = await listening((response) => response.end());
    const stream = new Readable({ read: () => void stream.destroy(new Error('gone')) });
    expect(await calling({ url: new URL(server.origin), body: { stream, bytes: 5 } })).toMatchObject({
      name: 'MediaUnreadError',
      reason: 'media_unread',
    });
  });

  test('throws an error that is not of the connection as it is', async () => {
    expect(await calling({ url: new URL('ftp://127.0.0.1/') })).toMatchObject({ code: 'ERR_INVALID_PROTOCOL' });
  });
});

describe('a call of the client', () => {
  test('reads an enrollment by its id, and of a person those that can be read', async () => {
    const enrollment = { enrollment_id: 'ENR1', account_id: 'ana', status: 'success' };
    const one = await saying(200, enrollment);
    expect(await getEnrollment(truoraAt(one.origin), 'ENR1')).toEqual(enrollment);
    expect(one.heard).toMatchObject([{ method: 'GET', path: '/v1/enrollments/ENR1' }]);
    const all = await saying(200, { enrollments: [7, enrollment, { ...enrollment, status: 7 }] });
    expect(await listEnrollments(truoraAt(all.origin), 'ana')).toEqual([enrollment]);
    expect(all.heard).toMatchObject([{ method: 'GET', path: '/v1/accounts/ana/enrollments' }]);
  });

  test('creates with each option under its own name, and nothing that was not requested', async () => {
    const server = await saying(200, { validation_id: 'VLD1', account_id: 'ana' });
    const asked = { accountId: 'ana', userAuthorized: true as const };
    await createValidation(truoraAt(server.origin), { ...asked, options: {} });
    await createValidation(truoraAt(server.origin), {
      ...asked,
      options: {
        threshold: 0.8,
        subvalidations: ['similarity', 'passive_liveness'],
        retryOf: 'VLD0',
        timeoutSeconds: 600,
      },
    });
    expect(server.heard.map(({ body }) => [...new URLSearchParams(body)])).toEqual([
      [
        ['type', 'face-recognition'],
        ['user_authorized', 'true'],
        ['account_id', 'ana'],
      ],
      [
        ['type', 'face-recognition'],
        ['user_authorized', 'true'],
        ['account_id', 'ana'],
        ['threshold', '0.8'],
        ['subvalidations', 'similarity'],
        ['subvalidations', 'passive_liveness'],
        ['retry_of_id', 'VLD0'],
        ['timeout', '600'],
      ],
    ]);
  });

  const rowOf = (n: number) => ({ validation_id: `VLD${n}`, account_id: 'ana', validation_status: 'pending' });

  test('lists up to twenty pages, and each row of them', async () => {
    const listed = async (pages: number) => {
      let n = 0;
      const server = await listening((response) => {
        n += 1;
        response.end(JSON.stringify({ validations: [rowOf(n)], start_key: n < pages ? `k ${n}` : null, total: pages }));
      });
      const found = await listValidations(truoraAt(server.origin), 'ana').catch(({ name }: Error) => name);
      return { found: Array.isArray(found) ? found.length : found, asked: server.heard.map(({ path }) => path) };
    };
    const whole = await listed(20);
    expect(whole.found).toBe(20);
    expect(whole.asked.slice(0, 2)).toEqual([
      '/v1/accounts/ana/validations',
      '/v1/accounts/ana/validations?start_key=k+1',
    ]);
    expect(await listed(21)).toMatchObject({ found: 'TruoraContractError' });
  });

  test('lists up to a megabyte a page', async () => {
    const server = await saying(200, { validations: [{ ...rowOf(1), padding: 'x'.repeat(900_000) }] });
    expect(await listValidations(truoraAt(server.origin), 'ana')).toHaveLength(1);
    const larger = await saying(200, { validations: [{ ...rowOf(1), padding: 'x'.repeat(1024 * 1024) }] });
    expect(await caught(listValidations(truoraAt(larger.origin), 'ana'))).toMatchObject({
      name: 'TruoraContractError',
    });
  });

  test.each<[number, string, string]>([
    [201, 'TruoraContractError', 'truora_contract_broken'],
    [404, 'TruoraContractError', 'truora_contract_broken'],
    [400, 'TruoraRejectedError', 'truora_rejected'],
    [500, 'TruoraUncertainError', 'truora_uncertain'],
  ])('lists nothing from an answer of %i', async (status, name, reason) => {
    const server = await saying(status, { validations: [] });
    expect(await caught(listValidations(truoraAt(server.origin), 'ana'))).toMatchObject({ name, reason });
  });
});

describe('an upload', () => {
  const uploading = async (status: number, body = '') => {
    const server = await listening((response) => response.writeHead(status).end(body));
    return caught(uploadMedia(truoraAt(server.origin), `${server.origin}/u/x`, media(Buffer.from('12345'))));
  };

  test.each<[number, string, string | undefined]>([
    [200, '', undefined],
    [299, 'ok', undefined],
    [200, '<Error/>', 'TruoraUncertainError'],
    [300, '', 'UploadLinkSpentError'],
    [403, '', 'UploadLinkSpentError'],
    [499, '', 'UploadLinkSpentError'],
    [500, '', 'TruoraUncertainError'],
    [500, '<Code>AccessDenied</Code>', 'UploadLinkSpentError'],
    [503, '<Code>SignatureDoesNotMatch</Code>', 'UploadLinkSpentError'],
    [200, 'x'.repeat(256 * 1024 + 1), 'TruoraUncertainError'],
  ])('that is answered %i ends by its status and its body', async (status, body, name) => {
    expect((await uploading(status, body))?.name).toBe(name);
  });

  test('whose answer reports an error, or is no answer to it, states its reason', async () => {
    expect(await uploading(200, '<Error/>')).toMatchObject({ reason: 'truora_uncertain' });
    expect(await uploading(500)).toMatchObject({ reason: 'truora_uncertain' });
    expect(await uploading(403)).toMatchObject({ reason: 'upload_link_spent' });
    expect(await uploading(200, 'x'.repeat(256 * 1024 + 1))).toMatchObject({ reason: 'truora_uncertain' });
  });
});
