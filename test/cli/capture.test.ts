import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runHere } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-capture-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const person = ['--account', 'ana', '--enrollment', 'ENR1'];

test.each([
  [[], /^--account is required/],
  [['--account', 'ana'], /^--enrollment is required/],
  [['--account', 'a b', '--enrollment', 'ENR1'], /^--account: /],
  [['--account', 'ana', '--enrollment', '../ENR1'], /^--enrollment: /],
  [[...person, '--country', 'Colombia'], /^--country: /],
  [[...person, '--purpose', 'Not A Name'], /^--purpose: /],
  [[...person, '--video', '--live'], /^--video: has no use with --live, which is a video, too/],
  [[...person, '--photo'], /^unknown option '--photo'/],
  [[...person, '--region', 'us-east-1'], /^--region: needs --stage/],
  [person, /^no local system is running/],
])('capture refuses %j in one line, prints no link, and exits 2', async (words, line) => {
  const { code, out, err } = await runHere(['capture', ...words], folder);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(line);
  expect(err).not.toContain('\n');
});
