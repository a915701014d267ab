import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutated, testsOf } from './files.ts';
import { type Equivalent, killedOf, type Report, survivorsOf, unmet } from './score.ts';

const HELP = `npm run -s mutate -- [options] [file ...]

Changes the files that decide over money, verdicts, webhooks and links, one change at a time, and runs the tests that reach
it: each change has to fail a test. Without a file all of them are gone through (about an hour on two cores); what was
finished before, with the same sources and tests, is not done again.

  --fresh   does again what was finished
  --list    the files
  --help

Progress goes to stderr. Exit code: 0 every change that changes anything is killed, 1 some survive, 2 wrong usage, 3 a run failed.`;

const root = join(import.meta.dirname, '../..');

const folder = join(root, '.mutate');

const say = (line: string) => process.stderr.write(`${line}\n`);

const print = (line: string) => process.stdout.write(`${line}\n`);

const wrong = (message: string): never => {
  say(`${message}\n\n${HELP}`);
  process.exit(2);
};

const boolean = { type: 'boolean', default: false } as const;

const readOptions = () => {
  try {
    return parseArgs({ options: { fresh: boolean, list: boolean, help: boolean }, allowPositionals: true });
  } catch (error) {
    return wrong((error as Error).message);
  }
};

const { values, positionals } = readOptions();

if (values.help || values.list) {
  print(values.help ? HELP : mutated.join('\n'));
  process.exit(0);
}

const stranger = positionals.find((file) => !(mutated as readonly string[]).includes(file));

if (stranger) wrong(`${stranger} is none of the files (see --list)`);

const files = positionals.length > 0 ? positionals : mutated;

/** What a result depends on: every source, every test, and the versions of what runs them. */
const digest = async (): Promise<string> => {
  const paths: string[] = [];
  for await (const path of glob('{functions,shared,infra,test}/**/*.{ts,json}', { cwd: root })) paths.push(path);
  const hash = createHash('sha256');
  // The list of equivalent mutants is read after the run.
  for (const path of [...paths, 'package-lock.json'].sort()) {
    if (!path.startsWith('test/mutate/equivalent')) hash.update(path).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex').slice(0, 16);
};

const runStryker = (file: string, report: string): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
    const tests = testsOf[file as keyof typeof testsOf];
    const env = {
      ...process.env,
      MUTATE_FILE: file,
      MUTATE_REPORT: report,
      MUTATE_FOLDER: '.mutate',
      ...(tests ? { MUTATE_TESTS: tests.join(',') } : {}),
    };
    const stdio = ['ignore', process.stderr, process.stderr] as const;
    const child = spawn(process.execPath, [stryker, 'run', 'test/mutate/stryker.config.ts'], {
      cwd: root,
      env,
      stdio: [...stdio],
    });
    child.once('error', reject).once('close', resolve);
  });

const state = await digest();

const equivalent: Equivalent[] = JSON.parse(readFileSync(join(import.meta.dirname, 'equivalent.json'), 'utf8'));

mkdirSync(folder, { recursive: true });

const rows: { file: string; killed: number; equal: number; all: number }[] = [];

let isBroken = false;

for (const [n, file] of files.entries()) {
  const at = join(folder, `${file.replaceAll('/', '-')}.json`);
  const stamp = `${at}.of`;
  const isDone = existsSync(at) && existsSync(stamp) && readFileSync(stamp, 'utf8') === state;
  if (!isDone || values.fresh) {
    say(`${n + 1} of ${files.length}: ${file}`);
    rmSync(stamp, { force: true });
    const code = await runStryker(file, at);
    if (code !== 0) {
      print(`FAILED: ${file}: Stryker ended with ${code}`);
      isBroken = true;
      continue;
    }
    writeFileSync(stamp, state);
  }
  const report: Report = JSON.parse(readFileSync(at, 'utf8'));
  const all = Object.values(report.files).flatMap(({ mutants }) => mutants);
  const own = equivalent.filter((one) => one.file === file);
  const survivors = survivorsOf(report, own);
  for (const { line, mutator, original, replacement } of survivors) {
    print(`SURVIVED: ${file}:${line} ${mutator}\n  - ${original}\n  + ${replacement}`);
  }
  for (const { original, replacement } of unmet(report, own)) {
    print(`NO SUCH SURVIVOR in ${file}, though it is listed as equivalent:\n  - ${original}\n  + ${replacement}`);
    isBroken = true;
  }
  const killed = killedOf(all);
  const counted = all.filter(({ status }) => status !== 'Ignored').length;
  rows.push({ file, killed, equal: counted - killed - survivors.length, all: counted });
}

const sum = (of: 'killed' | 'equal' | 'all') => rows.reduce((total, row) => total + row[of], 0);

for (const { file, killed, equal, all } of [
  ...rows,
  { file: 'all', killed: sum('killed'), equal: sum('equal'), all: sum('all') },
]) {
  print(`${file.padEnd(36)} ${killed} killed, ${equal} equivalent, ${all - killed - equal} survived, ${all} in all`);
}

process.exit(isBroken ? 3 : sum('killed') + sum('equal') < sum('all') ? 1 : 0);
