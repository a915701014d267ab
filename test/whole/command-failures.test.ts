import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { localCredentials } from '../../infra/local/credentials.ts';
import { startDynamoDb } from '../../infra/local/dynamodb.ts';
import { startSandbox } from '../../infra/local/truora/sandbox.ts';
import { runHere } from '../support/command-line.ts';
import { asked, runCommand, selfie } from '../support/commands.ts';
import { runDeployment } from '../support/deployment.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-ends-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (name: string, argv: string[], how: Partial<Parameters<typeof runCommand>[2]> = {}) =>
  runCommand(name, argv, { cwd: folder, ...how });

/** A device that is always full. */
const FULL = '/dev/full';

describe('a result without a reader', () => {
  test.concurrent('ends without a line and with exit 3 at a closed pipe', async () => {
    const close = { onOut: (stdout: { destroy(): void }) => stdout.destroy() };
    const [approved, help] = await Promise.all([run('demo', [], close), run('revalidate', ['--help'], close)]);
    expect([approved.code, approved.err]).toEqual([3, '']);
    // The help is written at once, before its reader can leave.
    expect([0, 3]).toContain(help.code);
    expect(help.err).toBe('');
  });

  test.concurrent('ends a local system with its reader', async () => {
    // Its own folder, since one system runs in each.
    const cwd = mkdtempSync(join(folder, 'system-'));
    const heard = Promise.withResolvers<void>();
    const system = run('start', ['--port', '0'], {
      cwd,
      onOut: (stdout) => {
        stdout.destroy();
        heard.resolve();
      },
    });
    await heard.promise;
    // It notices the closed pipe at its next line.
    expect((await runHere(['drop', ...asked], cwd)).code).toBe(0);
    const { code } = await system;
    expect(code).toBe(0);
    expect(readdirSync(cwd)).not.toContain('.local-system.json');
  });
});

describe.runIf(existsSync(FULL))('a full disk', () => {
  test.concurrent('behind stdout is a reported failure', async () => {
    const stdout = openSync(FULL, 'w');
    const { code, err } = await run('revalidate', [...asked, '--json'], { stdout });
    closeSync(stdout);
    expect(code).toBe(3);
    expect(err).toContain('failed: the result cannot be written to stdout (ENOSPC)');
  });

  test.concurrent('behind --out is reported, with the recorded outcome', async () => {
    const { code, err } = await runHere(['revalidate', ...asked, '--out', FULL], mkdtempSync(join(folder, 'full-')));
    expect(code).toBe(3);
    expect(err).toContain(`failed: the outcome is approved and recorded, but --out ${FULL} cannot be written (ENOSPC)`);
  });
});

/** Loaded before a command: as soon as it stands on its feet, something breaks that it does not expect. */
const crash = join(folder, 'crash.mjs');

writeFileSync(
  crash,
  `const listen = process.on.bind(process);
process.on = (event, listener) => {
  if (event === 'uncaughtException') setImmediate(() => { throw new Error('out of the blue'); });
  return listen(event, listener);
};`,
);

// The process guards its end before it loads a command, so one that decides and one that serves stand for all.
test.concurrent.each([
  ['revalidate', asked],
  ['start', ['--port', '0']],
] as [string, string[]][])(
  'a crash of %s gives one line and exit 3, never the code of a decline',
  async (name, argv) => {
    const how = { preload: pathToFileURL(crash).href };
    const cwd = mkdtempSync(join(folder, 'crash-'));
    const { code, err } = await run(name, argv, { ...how, cwd });
    expect([code, err.trim().split('\n').at(-1)]).toEqual([3, 'failed: out of the blue']);
  },
);

describe('invalid arguments', () => {
  const database = join(folder, 'database');
  mkdirSync(database);
  const text = join(folder, 'text');
  writeFileSync(text, 'x');
  const rows: [string, string, string[], RegExp][] = [
    ['--out that is a folder', 'revalidate', [...asked, '--out', folder], /--out: .* is a folder/],
    ['--out in no folder', 'revalidate', [...asked, '--out', join(folder, 'none/x')], /--out: .* cannot be written/],
    ['an account given twice', 'revalidate', [...asked, '--account', 'b'], /--account: is given twice/],
    ['--json given twice', 'revalidate', [...asked, '--json', '--json'], /--json: is given twice/],
    [
      'a drop with two references',
      'drop',
      [...asked, '--reference', 'a', '--reference', 'b'],
      /--reference: is given twice/,
    ],
    ['a period with two ends', 'spend', ['--to', '2026-11-30', '--to', '2026-12-01'], /--to: is given twice/],
    ['two numbers', 'cost', ['--per-month', '1', '--per-month', '2'], /--per-month: is given twice/],
    ['two tables', 'resolve', ['--table', 'a', '--table', 'b'], /--table: is given twice/],
    ['a recording of two people', 'record', [selfie, '--account', 'a', '--account', 'b'], /--account: is given twice/],
    ['a table and a ledger', 'spend', ['--table', 'a', '--ledger', database], /give one of --table and --ledger/],
    ['a ledger that is not there', 'spend', ['--ledger', join(folder, 'none')], /--ledger: there is no folder .*none/],
    ['a ledger that is a file', 'spend', ['--ledger', text], /--ledger: there is no folder .*text/],
    ['a ledger that is another folder', 'spend', ['--ledger', database], /--ledger: .*database holds no ledger/],
    ['no ledger at all', 'spend', [], /there is no ledger in \.ledger/],
  ];
  test.each(rows)('give one line, exit 2, make nothing and pay nothing: %s', async (_, name, argv, line) => {
    const sandbox = await startSandbox();
    const paid = name === 'revalidate' ? ['--truora', sandbox.origin] : [];
    const how = { env: { TRUORA_API_KEY: 'key-of-a-stand-in' } };
    const { code, out, err } = await runHere([name, ...argv, ...paid], folder, how);
    expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1]);
    expect(err).toMatch(line);
    expect([readdirSync(database), existsSync(join(folder, 'none')), readFileSync(text, 'utf8')]).toEqual([
      [],
      false,
      'x',
    ]);
    expect(sandbox.counts().charges).toBe(0);
    await sandbox.close();
  });

  test('of a deployment are named when a setting is given twice', async () => {
    const lines: string[] = [];
    const never = () => Promise.reject(new Error('this is not reached'));
    const code = await runDeployment('deploy', ['--stage', 'dev', '--stage', 'prod'], {
      folder,
      identityOf: never,
      settingsOf: never,
      cdk: () => 0,
      ask: never,
      hasTerminal: true,
      log: (line) => lines.push(line),
    });
    expect([code, lines]).toEqual([2, ['--stage: is given twice, and takes one value (--help shows how)']]);
  });
});

test.concurrent('a missing table is reported with its name and its region', async () => {
  const ledger = await startDynamoDb({ Resources: {}, Outputs: {} });
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: ledger.origin,
    AWS_REGION: 'sa-east-1',
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  };
  const [spend, resolve] = await Promise.all([
    run('spend', ['--table', 'NOPE'], { env }),
    run('resolve', ['--table', 'NOPE', '--account', 'a', '--nothing'], { env }),
  ]);
  const told = 'failed: table NOPE in sa-east-1: there is no such table';
  expect([spend.code, spend.err.trim(), resolve.code, resolve.err.trim()]).toEqual([3, told, 3, told]);
  await ledger.close();
});
