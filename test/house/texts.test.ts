import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alarms } from '../../infra/aws/alarms.ts';
import { Config } from '../../infra/aws/config.ts';
import { MACHINE_SECONDS } from '../../infra/workflow/timeouts.ts';

const root = join(import.meta.dirname, '../..');

const read = (file: string) => readFileSync(join(root, file), 'utf8');

const texts = ['README.md', 'infra/aws/RUNBOOK.md', 'infra/aws/SECURITY.md'];

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

const settings = Object.keys(Config.shape).map((key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

describe.each(texts)('%s', (file) => {
  test('names no file, folder or script that is not there', () => {
    const paths = [...read(file).matchAll(/`((?:infra|functions|shared|test)\/[\w./-]*)`/g)].map(
      ([, path]) => path ?? '',
    );
    const run = [...read(file).matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name]) => name ?? '');
    expect([...paths, ...run].length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('the runbook names no setting of a deployment that is none', () => {
  const words = [...read('infra/aws/RUNBOOK.md').matchAll(/`(?:npm run deploy -- )?(--[^`]+)`/g)].map(
    ([, said]) => said,
  );
  const flags = words.flatMap((said) => [...(said ?? '').matchAll(/--([a-z][a-z-]*)/g)].map(([, flag]) => flag ?? ''));
  expect(flags.length).toBeGreaterThan(2);
  expect(flags.filter((flag) => !settings.includes(flag))).toEqual([]);
});

test('the texts know how long the machine lives, and how long a caller has to wait for it', () => {
  const hours = `${MACHINE_SECONDS / 3600} hours`;
  expect(read('infra/aws/RUNBOOK.md')).toContain(`the machine's ${hours}`);
  expect(alarms.ExecutionsTimedOut.meaning).toContain(hours);
  const waits = [...read('README.md').matchAll(/"TimeoutSeconds": (\d+)/g)].map(([, seconds]) => Number(seconds));
  expect(waits).toEqual([MACHINE_SECONDS + 60]);
});
