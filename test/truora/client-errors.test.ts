import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../../infra/local/truora/sandbox.ts';
import { TruoraBusyError, TruoraUnauthorizedError, TruoraUncertainError } from '../../shared/domain/errors.ts';
import { retryAfterSeconds } from '../../shared/truora/call.ts';
import { createValidation, getEnrollment, getValidation } from '../../shared/truora/client.ts';
import { atStoppedTime } from '../support/stopped-time.ts';
import { enroll, listen, truoraAt } from '../support/truora.ts';
import { waitFor } from '../support/wait-for.ts';

/** Deadlines for those who never answer. Milliseconds. */
const hasty = { headersMs: 500 };

const ana = { accountId: 'ana', userAuthorized: true as const, options: {} };

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const listening = async (...args: Parameters<typeof listen>) => {
  const server = await listen(...args);
  closing.push(server.close);
  return server;
};

const sandboxed = async () => {
  const sandbox = await startSandbox();
  closing.push(sandbox.close);
  return sandbox;
};

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error & { reason?: string; retryAfterSeconds?: number }) => error,
  );

describe('an answer that is no success', () => {
  test.each([
    [302, 'TruoraUncertainError', 'truora_uncertain'],
    [400, 'TruoraRejectedError', 'truora_rejected'],
    [401, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    [403, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    [404, 'TruoraRejectedError', 'truora_not_found'],
    [408, 'TruoraUncertainError', 'truora_uncertain'],
    [409, 'TruoraRejectedError', 'truora_rejected'],
    [422, 'TruoraRejectedError', 'truora_rejected'],
    [429, 'TruoraBusyError', 'truora_rate_limited'],
    [500, 'TruoraUncertainError', 'truora_uncertain'],
    [502, 'TruoraUncertainError', 'truora_uncertain'],
    [503, 'TruoraUncertainError', 'truora_uncertain'],
    [504, 'TruoraUncertainError', 'truora_uncertain'],
  ])('%i throws %s, and nothing of its body or of our key is quoted', async (status, name, reason) => {
    const server = await listening((response) =>
      response.writeHead(status, { location: '/elsewhere' }).end('{"message":"ana of canary street"}'),
    );
    for (const call of [
      createValidation(truoraAt(server.origin), ana),
      getValidation(truoraAt(server.origin), 'VLD1'),
    ]) {
      const error = await caught(call);
      expect(error).toMatchObject({ name, reason });
      expect(error?.message).not.toMatch(/canary|test-key|VLD1/);
    }
    expect(server.heard).toHaveLength(2);
  });

  test.each([
    ['of seconds', () => '7', 7],
    ['of a date', (now: number) => new Date(now + 30_000).toUTCString(), 30],
    ['that says soon', () => 'soon', undefined],
    ['that is missing', () => undefined, undefined],
  ])('a 429 with a Retry-After %s asks for a wait of %3$j seconds', async (_, headerAt, seconds) => {
    const server = await listening((response) => {
      const header = headerAt(Date.now());
      response.writeHead(429, header === undefined ? {} : { 'retry-after': header }).end();
    });
    const error = await atStoppedTime(() => caught(createValidation(truoraAt(server.origin), ana)));
    expect(error).toBeInstanceOf(TruoraBusyError);
    expect(error?.retryAfterSeconds).toBe(seconds);
  });

  test('a Retry-After that is over asks for no wait', () => {
    expect(retryAfterSeconds('Mon, 23 Nov 2026 10:00:00 GMT', Date.parse('2026-11-23T10:00:05Z'))).toBe(0);
    expect(retryAfterSeconds('Mon, 23 Nov 2026 10:00:00 GMT', Date.parse('2026-11-23T09:59:58.500Z'))).toBe(2);
  });

  test('the sandbox refuses an unknown person and a person without an enrollment', async () => {
    const truora = truoraAt((await sandboxed()).origin);
    expect(await caught(getEnrollment(truora, 'ENR1'))).toMatchObject({ reason: 'truora_not_found' });
    expect(await caught(getValidation(truora, 'VLD1'))).toMatchObject({ reason: 'truora_not_found' });
    expect(await caught(createValidation(truora, ana))).toMatchObject({ reason: 'truora_rejected' });
  });
});

describe('a refused key', () => {
  test('gives way to a newer one, once', async () => {
    const server = await listening((response, request) => {
      const known = request.headers['truora-api-key'] === 'newer';
      response.writeHead(known ? 200 : 401).end('{"validation_id":"VLD1","account_id":"ana"}');
    });
    const truora = {
      ...truoraAt(server.origin),
      key: async (refused?: string) => (refused === 'older' ? 'newer' : 'older'),
    };
    expect(await createValidation(truora, ana)).toMatchObject({ validation_id: 'VLD1' });
    expect(server.heard.map(({ headers }) => headers['truora-api-key'])).toEqual(['older', 'newer']);
  });

  test('gets no second try without a newer one', async () => {
    const server = await listening((response) => response.writeHead(401).end());
    expect(await caught(createValidation(truoraAt(server.origin), ana))).toBeInstanceOf(TruoraUnauthorizedError);
    expect(server.heard).toHaveLength(1);
  });
});

describe('a 2xx outside of the documentation of Truora', () => {
  test.each([
    ['half a JSON', '{"validation_id":"VLD1"'],
    ['a web page', '<html></html>'],
    ['nothing', ''],
    ['an id that is none', '{"validation_id":"../1","account_id":"ana"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a megabyte', JSON.stringify({ validation_id: 'VLD1', account_id: 'ana', padding: 'x'.repeat(1_000_000) })],
  ])('%s is a broken contract', async (_, body) => {
    const server = await listening((response) => response.writeHead(200).end(body));
    expect(await caught(createValidation(truoraAt(server.origin), ana))).toMatchObject({ name: 'TruoraContractError' });
  });

  test('an undocumented field is accepted', async () => {
    const body = '{"validation_id":"VLD1","account_id":"ana","brand_new":{"a":[1]},"threshold":1}';
    const server = await listening((response) => response.writeHead(201).end(body));
    expect(await createValidation(truoraAt(server.origin), ana)).toMatchObject({ threshold: 1 });
  });

  test.each(['-malformed', '-huge'])('the sandbox breaks the contract for %s, then keeps it', async (suffix) => {
    const { origin } = await sandboxed();
    await enroll(origin, `ana${suffix}`);
    const truora = truoraAt(origin);
    const { validation_id } = await createValidation(truora, { ...ana, accountId: `ana${suffix}` });
    expect(await caught(getValidation(truora, validation_id))).toMatchObject({ name: 'TruoraContractError' });
    if (suffix === '-malformed') await caught(getValidation(truora, validation_id));
    expect(await getValidation(truora, validation_id)).toMatchObject({ validation_status: 'pending' });
  });
});

/** Who is listening, which deadline is to end it, and that one alone made short. */
type Left = [string, Parameters<typeof listen>[0], string, Parameters<typeof truoraAt>[1]];

describe('a broken connection', () => {
  test('an absent server means: not executed', async () => {
    const server = await listen(() => {});
    server.close();
    const error = await caught(createValidation(truoraAt(server.origin), ana));
    expect(error).toMatchObject({ name: 'TruoraBusyError', reason: 'truora_unreachable' });
  });

  test('a name that does not resolve means: not executed', async () => {
    const error = await caught(createValidation(truoraAt('http://nowhere.invalid'), ana));
    expect(error).toMatchObject({ name: 'TruoraBusyError', reason: 'truora_unreachable' });
  });

  test('a connection that breaks after the request means: perhaps executed', async () => {
    const server = await listening((response) => response.destroy());
    expect(await caught(createValidation(truoraAt(server.origin), ana))).toBeInstanceOf(TruoraUncertainError);
    expect(server.heard).toHaveLength(1);
  });

  test('a connection that is closed before an answer means: perhaps executed', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    closing.push(() => server.close());
    const { port } = server.address() as { port: number };
    const error = await caught(createValidation(truoraAt(`http://127.0.0.1:${port}`), ana));
    expect(error).toBeInstanceOf(TruoraUncertainError);
  });

  test('an answer that is cut off means: perhaps executed', async () => {
    const server = await listening((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"validation_id"', () => response.destroy());
    });
    expect(await caught(createValidation(truoraAt(server.origin), ana))).toMatchObject({
      name: 'TruoraUncertainError',
      message: expect.stringContaining('answer_cut_off'),
    });
  });

  test.each([
    ['never answers', () => {}, 'headers_deadline', { headersMs: 200 }],
    [
      'sends the head and stops',
      (response) => void response.writeHead(200).flushHeaders(),
      'body_deadline',
      { idleMs: 200 },
    ],
    [
      'sends one byte and stops',
      (response) => void response.writeHead(200).write('{'),
      'body_deadline',
      { idleMs: 200 },
    ],
    [
      'sends a byte now and then, for ever',
      (response) => {
        const drip = setInterval(() => response.write(' '), 50);
        response.writeHead(200).on('close', () => clearInterval(drip));
      },
      'total_deadline',
      { totalMs: 1500 },
    ],
  ] as Left[])('a server that %s is given up at the deadline for it', async (_, answer, deadline, hasty) => {
    const server = await listening(answer);
    const error = await caught(createValidation(truoraAt(server.origin, hasty), ana));
    expect(error).toMatchObject({ name: 'TruoraUncertainError', message: expect.stringContaining(deadline) });
  });

  test.each([
    ['-create-lost', 1],
    ['-create-hung', 1],
    ['-create-down', 0],
  ])('the sandbox leaves open whether %s was charged', async (suffix, charges) => {
    const sandbox = await sandboxed();
    await enroll(sandbox.origin, `ana${suffix}`);
    const error = await caught(
      createValidation(truoraAt(sandbox.origin, hasty), { ...ana, accountId: `ana${suffix}` }),
    );
    expect(error).toBeInstanceOf(TruoraUncertainError);
    await waitFor(() => expect(sandbox.counts()).toMatchObject({ creates: 1, charges }));
  });

  test('a read of a -hung validation is given up in time, and the next one is answered', async () => {
    const { origin } = await sandboxed();
    await enroll(origin, 'ana-hung');
    const truora = truoraAt(origin, hasty);
    const { validation_id } = await createValidation(truora, { ...ana, accountId: 'ana-hung' });
    expect(await caught(getValidation(truora, validation_id))).toBeInstanceOf(TruoraUncertainError);
    expect(await getValidation(truora, validation_id)).toMatchObject({ validation_status: 'pending' });
  });
});
