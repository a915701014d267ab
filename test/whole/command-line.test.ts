import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { registerEnrollment } from '../../infra/local/put-media.ts';
import { startSandbox } from '../../infra/local/truora/sandbox.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { runHere } from '../support/command-line.ts';

const root = join(import.meta.dirname, '../..');

const selfie = join(root, 'infra/local/media/selfie.jpg');

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-cli-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type End = { code: number | null; out: string; err: string };

/** Starts a command as npm would, but in a folder of the test's own, where its ledger goes. */
const start = (
  command: string,
  argv: string[],
  env: Record<string, string> = {},
): { child: ChildProcess; end: Promise<End> } => {
  const child = spawn(process.execPath, [join(root, 'infra/cli/main.ts'), command, ...argv], {
    cwd: folder,
    env: { ...process.env, INIT_CWD: root, TRUORA_API_KEY: '', ...env },
  });
  const end: End = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    end.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    end.err += chunk;
  });
  return { child, end: new Promise((resolve) => child.on('close', (code) => resolve({ ...end, code }))) };
};

const run = (command: string, argv: string[], env?: Record<string, string>) => start(command, argv, env).end;

/** Waits until a stream has said something. */
const said = (child: ChildProcess, text: RegExp): Promise<void> =>
  new Promise((resolve) => {
    let all = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        all += chunk;
        if (text.test(all)) resolve();
      });
    }
  });

const asked = [selfie, '--account', 'a', '--enrollment', 'e', '--authorized'];

test.concurrent('demo shows every state and ends with two approved outcomes', async () => {
  const { code, out } = await run('demo', []);
  expect(code).toBe(0);
  for (const step of [
    'ClaimRequest',
    'CreateValidation',
    'MoveMedia',
    'AwaitWebhook',
    'ReadVerdict',
    'RecordOutcome',
  ]) {
    expect(out.match(new RegExp(`\\+ ${step} `, 'g'))).toHaveLength(2);
  }
  expect(out.match(/^approved, similarity 0\.97, threshold 0\.(65|8), decided by webhook$/gm)).toHaveLength(2);
});

test.concurrent('revalidate --json prints the recorded outcome and nothing else on stdout', async () => {
  const file = join(folder, 'outcome.json');
  const { code, out, err } = await run('revalidate', [
    ...asked,
    '--mode',
    'poll',
    '--reference',
    'case 7',
    '--json',
    '--out',
    file,
  ]);
  expect(code).toBe(0);
  const outcome = JSON.parse(out) as Outcome;
  expect(outcome).toMatchObject({
    status: 'approved',
    decidedBy: 'poll',
    reference: 'case 7',
    threshold: 0.65,
    similarity: 0.97,
  });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(outcome);
  expect(err).toContain('+ RecordOutcome');
});

const revalidateOf = (account: string) => [selfie, '--account', account, '--enrollment', 'e', '--authorized'];

test.concurrent('revalidate for a-declined exits 1', async () => {
  expect((await run('revalidate', revalidateOf('a-declined'))).code).toBe(1);
});

test.each([
  ['a-enrollment-failure', 1],
  ['a-create-rejected', 3],
])('revalidate for %s ends with %i', async (account, code) => {
  const cwd = mkdtempSync(join(folder, 'here-'));
  expect((await runHere(['revalidate', ...revalidateOf(account)], cwd, { folder: root })).code).toBe(code);
});

describe('invalid arguments', () => {
  const made = (name: string, content: string | Buffer) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const files = {
    empty: made('empty.jpg', ''),
    large: made('large.jpg', Buffer.alloc(11_000_000, 1)),
    pdf: made('paper.jpg', '%PDF-1.7'),
  };
  const rows: [string, string[], RegExp][] = [
    ['no file', asked.slice(1), /missing required argument 'file'/],
    ['a missing file', [join(folder, 'none.jpg'), ...asked.slice(1)], /none\.jpg: there is no such file/],
    ['a directory', [folder, ...asked.slice(1)], /is not a file/],
    ['an empty file', [files.empty, ...asked.slice(1)], /empty\.jpg: must hold at least 1 byte/],
    ['11 MB', [files.large, ...asked.slice(1)], /large\.jpg: must be at most 10000000 bytes/],
    ['a PDF named .jpg', [files.pdf, ...asked.slice(1)], /paper\.jpg: must be jpeg, png, webp/],
    ['an unknown flag', [...asked, '--colour', 'red'], /--colour/],
    ['an unknown subvalidation', [...asked, '--subvalidation', 'smile'], /--subvalidation: .*similarity/],
    ['a threshold of 1.5', [...asked, '--threshold', '1.5'], /--threshold: must be 0 to 1/],
    ['a threshold in words', [...asked, '--threshold', 'high'], /--threshold: must be a number/],
    [
      'an account of dots',
      [selfie, '--account', '..', '--enrollment', 'e', '--authorized'],
      /--account: must not be only dots/,
    ],
    ['no --authorized', [selfie, '--account', 'a', '--enrollment', 'e'], /--authorized is required/],
    ['no --enrollment', [selfie, '--account', 'a', '--authorized'], /--enrollment is required/],
    ['a photo for liveness', [...asked, '--liveness', 'passive'], /needs a video/],
    ['no key for --truora', [...asked, '--truora', 'http://127.0.0.1:9'], /TRUORA_API_KEY/],
    ['http to somewhere else', [...asked, '--truora', 'http://truora.example'], /--truora: must be https:\/\/api/],
    [
      'a name with a typing error',
      [...asked, '--truora', 'https://api.validation.truora.com'],
      /--truora: must be https:\/\/api/,
    ],
    ['callback from afar', [...asked, '--truora', 'http://127.0.0.1:9', '--mode', 'callback'], /no webhook/],
  ];
  test.each(rows)('give one line, exit 2, and start nothing: %s', async (_, argv, line) => {
    const { code, out, err } = await runHere(['revalidate', ...argv], folder, { folder: root });
    expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1]);
    expect(err).toMatch(line);
  });

  test('drop without a local system states how to start one', async () => {
    const { code, err } = await runHere(['drop', ...asked], mkdtempSync(join(folder, 'empty-')), { folder: root });
    expect([code, err.trim()]).toEqual([2, expect.stringContaining('npm start')]);
  });
});

const mediaFoldersOf = (pid: number | undefined) =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`face-revalidation-media-${pid}-`));

test.concurrent('against --truora, Ctrl-C and a kill lose nothing: the same command continues and pays once', async () => {
  const sandbox = await startSandbox({ settings: { decisionMs: 15_000 } });
  try {
    await registerEnrollment(sandbox.origin, { accountId: 'a', enrollmentId: 'e' });
    const argv = [...asked, '--truora', sandbox.origin, '--json'];
    const env = { TRUORA_API_KEY: 'key-of-a-stand-in' };

    const first = start('revalidate', argv, env);
    await said(first.child, /\+ MoveMedia/);
    const second = await run('revalidate', argv, env);
    expect([second.code, second.err]).toEqual([3, expect.stringContaining('works with the ledger')]);
    expect(mediaFoldersOf(first.child.pid)).toHaveLength(1);
    first.child.kill('SIGINT');
    const interrupted = await first.end;
    expect([interrupted.code, interrupted.out]).toEqual([130, '']);
    expect(interrupted.err).toContain('continues where this one stopped');
    expect(mediaFoldersOf(first.child.pid)).toEqual([]);

    const killed = start('revalidate', argv, env);
    await said(killed.child, /ReadVerdict/);
    killed.child.kill('SIGKILL');
    await killed.end;

    const last = await run('revalidate', argv, env);
    expect([last.code, (JSON.parse(last.out) as Outcome).status]).toEqual([0, 'approved']);
    expect(mediaFoldersOf(killed.child.pid)).toEqual([]);
    expect(sandbox.counts()).toMatchObject({ creates: 1, charges: 1, uploads: 1 });
    expect(JSON.parse((await run('revalidate', argv, env)).out)).toEqual(JSON.parse(last.out));
    expect(sandbox.counts().creates).toBe(1);
  } finally {
    await sandbox.close();
  }
});

test.concurrent('start takes drops from a second terminal and ends cleanly at Ctrl-C', async () => {
  const system = start('start', ['--port', '0']);
  await said(system.child, /The local system is ready/);
  const dropped = await runHere(['drop', ...asked], folder, { folder: root });
  expect([dropped.code, dropped.err]).toEqual([0, '']);
  await said(system.child, /recorded: approved/);
  system.child.kill('SIGINT');
  const { code, out } = await system.end;
  expect(code).toBe(0);
  expect(out).toContain('/sandbox/scenarios');
  expect(readdirSync(folder)).not.toContain('.local-system.json');
});
