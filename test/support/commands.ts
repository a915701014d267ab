import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export const selfie = join(root, 'infra/local/media/selfie.jpg');

export const asked = [selfie, '--account', 'a', '--enrollment', 'e', '--authorized'];

export type End = { code: number | null; out: string; err: string };

type How = {
  /** Where the command runs, and leaves what it keeps. */
  cwd: string;
  env?: Record<string, string>;
  /** Modules that are loaded before the command's own. */
  preload?: string;
  /** Where stdout goes when it is not read here. */
  stdout?: number;
  /** Called with the first words on stdout. */
  onOut?: (stdout: NodeJS.ReadableStream & { destroy(): void }) => void;
  /** The main module of another copy of the command line. */
  main?: string;
};

/** Runs a command as npm would, in a folder of the test's own. */
export const runCommand = (command: string, argv: string[], how: How): Promise<End> => {
  const { cwd, env = {}, preload, stdout = 'pipe', onOut, main = join(root, 'infra/cli/main.ts') } = how;
  const loaded = preload === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...loaded, main, command, ...argv], {
    cwd,
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, INIT_CWD: cwd, TRUORA_API_KEY: '', ...env },
  });
  const end: End = { code: null, out: '', err: '' };
  if (child.stdout && onOut) child.stdout.once('data', () => onOut(child.stdout as never));
  child.stdout?.on('data', (chunk) => {
    end.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    end.err += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...end, code })));
};
