import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { registerEnrollment } from '../../infra/local/put-media.ts';
import { type Sandbox, startSandbox } from '../../infra/local/truora/sandbox.ts';
import {
  CreateAnswer,
  EnrollmentAnswer,
  ErrorEnvelope,
  ListAnswer,
  ValidationAnswer,
} from '../../shared/truora/schemas.ts';
import { runHere } from '../support/command-line.ts';
import { listen } from '../support/truora.ts';

const root = join(import.meta.dirname, '../..');

const selfie = join(root, 'infra/local/media/selfie.jpg');

const clip = join(root, 'infra/local/media/selfie.mp4');

const KEY = 'key-of-the-recording-7';

let sandbox: Sandbox;

let folder: string;

beforeAll(async () => {
  sandbox = await startSandbox({ settings: { decisionMs: 100 } });
});

afterAll(() => sandbox.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'face-revalidation-record-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

type End = { code: number | null; err: string };

/** Runs the command in this process. */
const record = (argv: string[]): Promise<End> => runHere(['record', ...argv], folder, { env: { TRUORA_API_KEY: KEY } });

/** Runs the command as npm would. @param interruptAt what it has to have said before it gets a Ctrl-C */
const recordAlone = (argv: string[], interruptAt?: string): Promise<End> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'infra/cli/main.ts'), 'record', ...argv], {
      cwd: folder,
      env: { ...process.env, INIT_CWD: root, TRUORA_API_KEY: KEY },
    });
    let err = '';
    let interrupted = false;
    child.stderr.on('data', (chunk) => {
      err += chunk;
      if (interrupted || !interruptAt || !err.includes(interruptAt)) return;
      interrupted = true;
      child.kill('SIGINT');
    });
    child.on('close', (code) => resolve({ code, err }));
  });

const asked = async (accountId: string, file = selfie, at: Pick<Sandbox, 'origin'> = sandbox) => {
  const enrollmentId = `ENR${'5'.repeat(28)}${Buffer.from(accountId).toString('hex').slice(-4)}`;
  await registerEnrollment(sandbox.origin, { accountId, enrollmentId });
  return [
    file,
    '--account',
    accountId,
    '--enrollment',
    enrollmentId,
    '--authorized',
    '--truora',
    at.origin,
    '--into',
    folder,
  ];
};

const written = () =>
  Object.fromEntries(
    readdirSync(folder).map((file) => [file.replace('.json', ''), readFileSync(join(folder, file), 'utf8')]),
  );

const bodyOf = (name: string) => JSON.parse(written()[name] ?? '{}').body;

test('records one validation: every answer of a normal run, and the answer to an unknown id', async () => {
  const before = sandbox.counts().charges;
  const { code, err } = await recordAlone(await asked('maria.lopez'));
  expect([code, sandbox.counts().charges - before], err).toEqual([0, 1]);
  expect(err).toMatch(/^This creates one validation at http:\/\/127\.0\.0\.1:\d+, which Truora charges\./);
  expect(Object.keys(written()).toSorted()).toEqual([
    'create-validation.created',
    'error.not-found',
    'get-enrollment.success',
    'get-validation.approved',
    'get-validation.pending',
    'list-validations.one',
  ]);
  EnrollmentAnswer.parse(bodyOf('get-enrollment.success'));
  CreateAnswer.parse(bodyOf('create-validation.created'));
  ErrorEnvelope.parse(bodyOf('error.not-found'));
  expect(ListAnswer.parse(bodyOf('list-validations.one')).validations).toHaveLength(1);
  expect(ValidationAnswer.parse(bodyOf('get-validation.approved'))).toMatchObject({
    validation_status: 'success',
    account_id: 'customer-42',
  });
  // What no schema of ours names is recorded too, since its coming and going is what one wants to see.
  expect(bodyOf('get-validation.approved')).toMatchObject({ remaining_retries: 0, ip_address: '203.0.113.7' });
  for (const text of Object.values(written())) {
    expect(JSON.parse(text)).toMatchObject({
      source: 'recorded',
      recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(text).not.toMatch(/maria|127\.0\.0\.1|555|KSANDBOX/);
    expect(text).not.toContain(KEY);
  }
});

test('records the same again for an unchanged Truora, with any person at any time', async () => {
  await record(await asked('maria.lopez', clip));
  const first = written();
  for (const [name, text] of Object.entries(first)) {
    writeFileSync(join(folder, `${name}.json`), text.replace(/"recordedAt": "[^"]+"/, '"recordedAt": "2020-01-01"'));
  }
  const dated = written();
  const { code, err } = await record(await asked('juan', clip));
  expect(code, err).toBe(0);
  expect(written()).toEqual(dated);
  expect(err).toContain('get-validation.approved: unchanged');
});

test('records a decline under its own name', async () => {
  const { code, err } = await record(await asked('ana-declined'));
  expect(code, err).toBe(0);
  expect(bodyOf('get-validation.declined')).toMatchObject({ declined_reason: 'similarity_threshold_not_passed' });
  expect(written()['get-validation.approved']).toBeUndefined();
});

test('records an enrollment that is not ready, and creates nothing', async () => {
  const before = sandbox.counts().creates;
  const { code } = await record(await asked('ana-enrollment-pending'));
  expect([code, Object.keys(written()), sandbox.counts().creates - before]).toEqual([1, ['get-enrollment.pending'], 0]);
});

/** A Truora that says more than the sandbox does: its answers, changed on the way. */
const changed = (change: (text: string) => string) =>
  listen((response, request) => {
    const headers = { 'truora-api-key': KEY };
    void fetch(sandbox.origin + request.url, { headers })
      .then(async (answer) => [answer.status, change(await answer.text())] as const)
      .then(([status, text]) => response.writeHead(status, { 'content-type': 'application/json' }).end(text));
  });

test('writes a new field and a new word to the file', async () => {
  const truora = await changed((text) => text.replace('"pending"', '"pending","risk_type":"low","match_count":12'));
  const { err } = await record(await asked('ana-enrollment-pending', selfie, truora));
  truora.close();
  expect(err).toContain('get-enrollment.pending: CHANGED');
  expect(bodyOf('get-enrollment.pending')).toMatchObject({ risk_type: 'low', match_count: 1 });
});

test('removes a person whose name is also the name of a field', async () => {
  const truora = await changed((text) => text.replace('"pending"', '"pending","owners":{"ana-enrollment-pending":1}'));
  const { code, err } = await record(await asked('ana-enrollment-pending', selfie, truora));
  truora.close();
  expect([code, Object.keys(written())]).toEqual([1, ['get-enrollment.pending']]);
  expect(JSON.stringify(written()) + err).not.toContain('ana-enrollment-pending');
});

test('writes nothing at Ctrl-C before the verdict, and states what may have been charged', async () => {
  const { code, err } = await recordAlone(await asked('ana-never'), 'waiting for the verdict');
  expect([code, Object.keys(written())], err).toEqual([130, []]);
  expect(err).toContain('interrupted; nothing was written, and a validation may have been created and charged');
});

test.each([
  ['-unauthorized', 'failed: truora_unauthorized'],
  ['-create-lost', 'failed: truora_uncertain: no answer (ECONNRESET) (a validation may have been created and charged)'],
  ['-enrollment-other', "failed: the enrollment is another person's; nothing was created"],
])('a Truora that answers as for %s is an error, and leaves no file', async (suffix, said) => {
  const { code, err } = await record(await asked(`ana${suffix}`));
  expect([code, Object.keys(written())]).toEqual([3, []]);
  expect(err).toContain(said);
});

describe('invalid arguments', () => {
  const good = [selfie, '--account', 'a', '--enrollment', 'e', '--authorized'];
  test.each<[string, string[], RegExp, string?]>([
    ['no file', good.slice(1), /missing required argument 'file'/],
    ['two files', [selfie, ...good], /too many arguments/],
    ['a file that is not there', ['none.jpg', ...good.slice(1)], /none\.jpg: there is no such file/],
    ['a file that is no media', [join(root, 'package.json'), ...good.slice(1)], /must be jpeg, png, webp/],
    ['no consent', good.slice(0, -1), /--authorized is required/],
    ['no account', [selfie, '--enrollment', 'e', '--authorized'], /--account is required/],
    [
      'an account that no path takes',
      [selfie, '--account', '..', ...good.slice(3)],
      /--account: must not be only dots/,
    ],
    ['no enrollment', [selfie, '--account', 'a', '--authorized'], /--enrollment is required/],
    ['a word that is not known', [...good, '--force'], /unknown option '--force'/],
    ['no key', good, /TRUORA_API_KEY/, ''],
    ['another origin', [...good, '--truora', 'https://truora.example'], /--truora: must be https:\/\/api\.validations/],
    [
      'an origin with a path',
      [...good, '--truora', 'https://truora.example/v1'],
      /--truora: must be https:\/\/api\.validations/,
    ],
    ['a folder that is not there', [...good, '--into', '/nowhere'], /--into: \/nowhere cannot be written/],
  ])('give one line: %s', async (_, argv, said, key) => {
    const { code, err } = await runHere(['record', ...argv], root, { env: { TRUORA_API_KEY: key ?? KEY } });
    expect(code).toBe(2);
    expect(err).toMatch(said);
    expect(err).toMatch(/^[^\n]+\(--help shows how\)$/);
  });
});
