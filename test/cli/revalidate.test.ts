import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runHere } from '../support/command-line.ts';
import { selfie } from '../support/commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-revalidate-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('reads the media from stdin, prints only the outcome, and writes it to --out', async () => {
  const words = [
    'revalidate',
    '-',
    '--account',
    'ana',
    '--enrollment',
    'ENR1',
    '--authorized',
    '--json',
    '--out',
    'o.json',
  ];
  const { code, out, err } = await runHere(words, folder, { stdin: readFileSync(selfie) });
  expect([code, JSON.parse(out).status]).toEqual([0, 'approved']);
  expect(JSON.parse(readFileSync(join(folder, 'o.json'), 'utf8'))).toEqual(JSON.parse(out));
  expect(err).toMatch(/\+ CheckEnrollment +enrollment ENR1 is ready$/m);
  expect(err).toMatch(/recorded: approved, similarity 0\.97, account ana, RVL[0-9a-f]{32}$/m);
}, 60_000);

test('takes the key of Truora out of the environment, and opens --out before it starts', async () => {
  const words = [
    'revalidate',
    selfie,
    '--account',
    'ana',
    '--enrollment',
    'ENR1',
    '--authorized',
    '--truora',
    'http://127.0.0.1:9',
  ];
  const env: NodeJS.ProcessEnv = { TRUORA_API_KEY: 'key-of-a-stand-in' };
  const { code, err } = await runHere([...words, '--out', 'none/o.json'], folder, { env });
  expect([code, err]).toEqual([2, expect.stringContaining('--out: none/o.json cannot be written (ENOENT)')]);
  expect([env.TRUORA_API_KEY, existsSync(join(folder, '.ledger'))]).toEqual([undefined, false]);
});
