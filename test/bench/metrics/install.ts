import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metric } from '../figures.ts';

const root = join(import.meta.dirname, '../../..');

/** Runs a command in a folder, with its output on stderr. @returns what it printed, and its seconds */
const run = (folder: string, command: string, ...words: string[]): Promise<{ text: string; seconds: number }> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(command, words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const text = Buffer.concat(chunks).toString();
      if (code === 0) resolve({ text, seconds: (performance.now() - begun) / 1000 });
      else reject(new Error(`${command} ${words.join(' ')} ended with ${code}: ${text.slice(-2000)}`));
    });
  });

/** C6 and C7: a clone of the last commit, its installation, and its tests. */
export const freshClone: Metric = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-clone-'));
  try {
    await run(root, 'git', 'clone', '--quiet', '--depth', '1', `file://${root}`, folder);
    say('fresh clone: npm ci');
    const installed = await run(folder, 'npm', 'ci', '--no-audit', '--no-fund');
    const { text } = await run(folder, 'du', '-sk', 'node_modules');
    say('fresh clone: npm test');
    const tested = await run(folder, 'npm', 'test');
    return [
      { metric: 'C6', what: 'npm ci in a fresh clone', value: installed.seconds, unit: 's' },
      {
        metric: 'C6',
        what: 'size of node_modules',
        value: Number.parseInt(text, 10) / 1024,
        unit: 'MB',
        target: { atMost: 450 },
      },
      { metric: 'C7', what: 'npm test', value: tested.seconds, unit: 's', target: { atMost: 240 } },
      { metric: 'C7', what: '.ci/run', value: installed.seconds + tested.seconds, unit: 's', target: { atMost: 480 } },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
