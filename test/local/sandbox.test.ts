import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/local/truora/sandbox.ts';
import { scenarios } from '../../infra/local/truora/scenarios.ts';
import { liveScenarios } from '../../infra/local/truora/speech.ts';
import { holdTimers } from '../support/held-timers.ts';
import { call as callAt, create as createAt, enroll, linkOf, put, until } from '../support/truora.ts';

/** Used for nothing else; it waits until the test releases it. */
const SLOW_MS = 86_123;

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ settings: { decisionMs: 20, slowMs: SLOW_MS } });
});

afterEach(() => sandbox.close());

const call = (path: string, init?: RequestInit) => callAt(sandbox.origin, path, init);

const create = (accountId: string, fields?: Record<string, string>) => createAt(sandbox.origin, accountId, fields);

describe('the API of the sandbox', () => {
  test('answers only the paths of Truora', async () => {
    for (const path of ['/', '/v1/nothing', '/v1/validations', '/v2/validations/VLD1']) {
      expect(await call(path)).toMatchObject({ status: 403, body: { message: 'Missing Authentication Token' } });
    }
  });

  test.each(['/v1/enrollments/ENR1', '/v1/validations/VLD1', '/v1/accounts/ana/validations'])(
    'needs a key for %s, and accepts any',
    async (path) => {
      expect(await call(path, { headers: {} })).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
      expect((await call(path)).status).not.toBe(401);
    },
  );
});

describe('a create call', () => {
  test.each([
    ['type', { type: 'document-validation' }],
    ['user_authorized', { user_authorized: 'false' }],
    ['user_authorized', { user_authorized: '' }],
    ['account_id', { account_id: '' }],
    ['account_id', { account_id: 'ana maría' }],
    ['threshold', { threshold: '1.1' }],
    ['threshold', { threshold: '-0.1' }],
    ['threshold', { threshold: 'high' }],
    ['threshold', { threshold: '' }],
    ['liveness', { liveness: 'active' }],
    ['liveness', { liveness: 'passive', subvalidations: 'similarity' }],
    ['subvalidations', { subvalidations: 'passive_liveness,similarity' }],
    ['minimum_precision', { subvalidations: 'speech_match' }],
    ['minimum_precision', { subvalidations: 'speech_match', minimum_precision: 'extreme' }],
    ['retry_of_id', { retry_of_id: 'VLD1' }],
    ['timeout', { timeout: '0' }],
    ['timeout', { timeout: '21601' }],
    ['timeout', { timeout: '1.5' }],
  ] as [string, Record<string, string>][])('fails for its %s: %j', async (field, fields) => {
    await enroll(sandbox.origin, 'ana');
    const { status, body } = await create('ana', fields);
    expect({ status, ...body }).toMatchObject({ status: 400, code: 10400, http_code: 400 });
    expect(body.message).toContain(field);
    expect(sandbox.counts()).toMatchObject({ creates: 1, charges: 0 });
  });

  test('succeeds at the bounds of every rule', async () => {
    await enroll(sandbox.origin, 'ana');
    for (const fields of [{ threshold: '0' }, { threshold: '1' }, { timeout: '1' }, { timeout: '21600' }]) {
      expect((await create('ana', fields as Record<string, string>)).status).toBe(200);
    }
    const old = { liveness: 'passive', retry_of_id: 'VLD1' };
    expect((await create('ana', old)).status).toBe(200);
  });

  test('fails in JSON', async () => {
    await enroll(sandbox.origin, 'ana');
    const headers = { 'truora-api-key': 'any', 'content-type': 'application/json' };
    const body = JSON.stringify({ type: 'face-recognition', user_authorized: true, account_id: 'ana' });
    expect(await call('/v1/validations', { method: 'POST', headers, body })).toMatchObject({ status: 400 });
  });

  test.each(['', '-enrollment-pending', '-enrollment-failure', '-enrollment-unknown', '-enrollment-other'])(
    'fails without a successful enrollment: %j',
    async (suffix) => {
      if (suffix) await enroll(sandbox.origin, `ana${suffix}`);
      expect(await create(`ana${suffix}`)).toMatchObject({ status: 400 });
    },
  );

  test.each([
    ['-unauthorized', [401, 401]],
    ['-forbidden', [403, 403]],
    ['-limited', [429, 429, 200]],
    ['-limited-1', [429, 200]],
    ['-create-rejected', [400, 400]],
    ['-create-conflict', [409, 409]],
    ['-create-malformed', [200, 200]],
  ])('follows the scenario of %s: %j', async (suffix, statuses) => {
    await enroll(sandbox.origin, `ana${suffix}`);
    for (const status of statuses) expect((await create(`ana${suffix}`)).status).toBe(status);
    await enroll(sandbox.origin, `ana${suffix}`);
    expect((await create(`ana${suffix}`)).status).toBe(statuses[0]);
  });

  test('returns the link where the scenario puts it', async () => {
    for (const suffix of ['-link-on-top', '-no-link', '-unsafe-link']) await enroll(sandbox.origin, `ana${suffix}`);
    expect((await create('ana-link-on-top')).body.file_upload_link).toContain(sandbox.origin);
    expect((await create('ana-no-link')).text).not.toContain('file_upload_link');
    expect(linkOf(await create('ana-unsafe-link')).host).toBe('169.254.169.254');
  });
});

describe('an enrollment', () => {
  test.each([
    ['', ['success']],
    ['-enrollment-pending', ['pending', 'pending', 'pending']],
    ['-enrollment-later', ['pending', 'pending', 'success', 'success']],
    ['-enrollment-failure', ['failure']],
    ['-enrollment-unknown', [404]],
    ['-enrollment-down-2', [503, 503, 'success']],
  ])('follows the scenario of %j: %j', async (suffix, said) => {
    const id = await enroll(sandbox.origin, `ana${suffix}`);
    for (const word of said) {
      const { status, body } = await call(`/v1/enrollments/${id}`);
      expect(body.status ?? status).toBe(word);
    }
    expect(sandbox.counts().enrollmentReads).toBe(said.length);
  });

  test('may belong to another person', async () => {
    const { body } = await call(`/v1/enrollments/${await enroll(sandbox.origin, 'ana-enrollment-other')}`);
    expect(body).toMatchObject({ status: 'success', account_id: expect.not.stringContaining('ana') });
  });

  test.each(['{}', '{"accountId":".."}', '{"accountId":"ana","enrollmentId":"a/b"}', 'nonsense'])(
    'cannot be registered by %s',
    async (body) => expect(await call('/sandbox/enrollments', { method: 'POST', body })).toMatchObject({ status: 400 }),
  );
});

describe('a decided validation', () => {
  /** Sends media. @returns a look at what became of it */
  const send = async (accountId: string, fields: Record<string, string> = {}, bytes = 'media') => {
    await enroll(sandbox.origin, accountId);
    const created = await create(accountId, fields);
    await put(linkOf(created), bytes);
    return () => call(`/v1/validations/${created.body.validation_id}?show_details=true`);
  };
  const decide = async (...what: Parameters<typeof send>) => {
    const look = await send(...what);
    return until(async () => {
      const answer = await look();
      return answer.body.validation_status === 'pending' ? undefined : answer;
    });
  };

  test('links to its media for a quarter of an hour', async () => {
    const from = Math.floor(Date.now() / 1000);
    const { body } = await decide('ana');
    const { input_files } = body.user_response as { input_files: string[] };
    const { validation_input_files } = body.validation_inputs as { validation_input_files: string[] };
    for (const link of [input_files[0] ?? '', validation_input_files[0] ?? '']) {
      const expires = Number(new URL(link).searchParams.get('Expires'));
      expect(expires).toBeGreaterThanOrEqual(from + 900);
      expect(expires).toBeLessThanOrEqual(Date.now() / 1000 + 900);
    }
    expect((await call(`/v1/validations/${body.validation_id}`)).text).not.toContain('input_files');
  });

  test('ends as declined when the file was empty, in any scenario', async () => {
    expect((await decide('ana', {}, '')).body).toMatchObject({
      failure_status: 'declined',
      declined_reason: 'empty_input_file',
    });
  });

  test.each([
    [{}, 0.1],
    [{ threshold: '0.8' }, 0.1],
    [{ threshold: '0.1' }, 0.05],
  ] as [Record<string, string>, number][])(
    'of -other-threshold echoes a lower one than %j',
    async (fields, threshold) => {
      expect((await decide('ana-other-threshold', fields)).body).toMatchObject({
        validation_status: 'success',
        threshold,
      });
    },
  );

  test('of -slow comes at a time of its own, and of -never does not come', async () => {
    const held = holdTimers(SLOW_MS);
    try {
      const looks = [await send('ana-slow'), await send('ana-never')] as const;
      const statuses = async () => Promise.all(looks.map(async (look) => (await look()).body.validation_status));
      expect((await decide('ana')).body.validation_status).toBe('success');
      expect(await statuses()).toEqual(['pending', 'pending']);
      held.letGo();
      await until(async () => (await looks[0]()).body.validation_status === 'success' || undefined);
      expect(await statuses()).toEqual(['success', 'pending']);
    } finally {
      held.end();
    }
  });

  test('of -processing has that status until it is decided', async () => {
    const held = holdTimers(SLOW_MS);
    try {
      await sandbox.close();
      sandbox = await startSandbox({ settings: { decisionMs: SLOW_MS } });
      const look = await send('ana-processing');
      expect((await look()).body.validation_status).toBe('processing');
      held.letGo();
      await until(async () => (await look()).body.validation_status === 'success' || undefined);
    } finally {
      held.end();
    }
  });

  test.each([
    ['-down-2', [503, 503, 200]],
    ['-limited-reads', [429, 429, 200]],
    ['-gateway-2', [504, 504, 200]],
  ])('of %s has %j', async (suffix, statuses) => {
    await enroll(sandbox.origin, `ana${suffix}`);
    const { body } = await create(`ana${suffix}`);
    for (const status of statuses) expect((await call(`/v1/validations/${body.validation_id}`)).status).toBe(status);
    expect(sandbox.counts().reads).toBe(statuses.length);
  });
});

describe('beside the API of Truora', () => {
  test('the counts and the scenarios can be read', async () => {
    await enroll(sandbox.origin, 'ana');
    await create('ana');
    expect((await call('/sandbox/counts')).body).toEqual(sandbox.counts());
    const told = (await call('/sandbox/scenarios')).body.scenarios as { suffix: string }[];
    expect(told.map(({ suffix }) => suffix)).toEqual([...scenarios, ...liveScenarios].map(({ suffix }) => suffix));
  });

  test('closing ends open connections and the port', async () => {
    await enroll(sandbox.origin, 'ana-create-hung');
    const hung = create('ana-create-hung').catch((error: Error) => error);
    const idle = connect(Number(new URL(sandbox.origin).port), '127.0.0.1');
    await once(idle, 'connect');
    idle.on('error', () => {});
    await until(() => sandbox.counts().creates || undefined);
    await sandbox.close();
    expect(await hung).toBeInstanceOf(Error);
    await expect(call('/sandbox/counts')).rejects.toThrow();
    await sandbox.close();
    idle.destroy();
  });

  test('a closed sandbox keeps no process alive', async () => {
    const script = `
      import { startSandbox } from './infra/local/truora/sandbox.ts';
      import { create, enroll, linkOf, put } from './test/support/truora.ts';
      const sandbox = await startSandbox({ settings: { decisionMs: 3_600_000 } });
      await enroll(sandbox.origin, 'ana');
      await put(linkOf(await create(sandbox.origin, 'ana')));
      await sandbox.close();
      process.stdout.write(JSON.stringify(sandbox.counts()));`;
    const root = new URL('../../', import.meta.url);
    // Far less than the hour that the verdict would take, and enough for a busy machine to start a process.
    const options = { cwd: root, timeout: 110_000 };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options);
    expect(JSON.parse(stdout)).toMatchObject({ charges: 1, uploads: 1 });
  });
});

describe('the settings for tests', () => {
  test('delay the place of a validation on the list', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const lagging = await startSandbox({ settings: { listLagMs: 60_000 } });
    try {
      await enroll(lagging.origin, 'ana');
      await createAt(lagging.origin, 'ana');
      const listed = async () =>
        ((await callAt(lagging.origin, '/v1/accounts/ana/validations')).body.validations as []).length;
      vi.setSystemTime(Date.now() + 59_999);
      expect(await listed()).toBe(0);
      vi.setSystemTime(Date.now() + 1);
      expect(await listed()).toBe(1);
      expect(lagging.counts().lists).toBe(2);
    } finally {
      vi.useRealTimers();
      await lagging.close();
    }
  });

  test('execute a create call after its connection has broken, and charge it then', async () => {
    const held = holdTimers(SLOW_MS);
    const late = await startSandbox({ settings: { createLateMs: SLOW_MS } });
    try {
      await enroll(late.origin, 'ana-create-late');
      await expect(createAt(late.origin, 'ana-create-late')).rejects.toThrow();
      expect(late.counts().charges).toBe(0);
      held.letGo();
      expect(late.counts().charges).toBe(1);
    } finally {
      held.end();
      await late.close();
    }
  });
});
