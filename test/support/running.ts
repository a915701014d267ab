import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reserve } from '../../infra/cli/program/running-system.ts';
import { type LocalSystem, type LocalSystemOptions, startLocalSystem } from '../../infra/local/local-system.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { type Ran, runHere } from './command-line.ts';
import { selfie } from './commands.ts';

/** A local system in this process that commands find, as if `start` ran in another terminal. */
export type Running = {
  system: LocalSystem;
  folder: string;
  /** Runs a command line against it. */
  cli: (argv: readonly string[], how?: Parameters<typeof runHere>[2]) => Promise<Ran>;
  close(): Promise<void>;
};

/** The words of a command that drops the selfie of a person. */
export const dropOf = (account: string, ...more: string[]): string[] => [
  ...['drop', selfie, '--account', account, '--enrollment', `ENR-${account}`],
  ...more,
];

/** Drops the selfie of a person by a command, and waits for the outcome. */
export const dropBy = async (
  { cli }: { cli: (argv: readonly string[]) => Promise<Ran> },
  account: string,
  ...more: string[]
): Promise<Outcome> => {
  const { out, err } = await cli(dropOf(account, '--authorized', '--wait', '--json', ...more));
  if (out === '') throw new Error(err);
  return JSON.parse(out);
};

export const openRunning = async (options: LocalSystemOptions = {}): Promise<Running> => {
  const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-running-'));
  const { publish, release } = reserve(folder);
  const autoEnroll = options.autoEnroll ?? true;
  const system = await startLocalSystem({ sandboxSettings: { decisionMs: 20 }, ...options, autoEnroll });
  const { s3Origin, bucket, credentials, deployment, endpoints } = system;
  const sandboxOrigin = system.sandbox?.origin ?? '';
  publish({ s3Origin, bucket, credentials, sandboxOrigin, autoEnroll, deployment, endpoints });
  return {
    system,
    folder,
    cli: (argv, how) => runHere(argv, folder, how),
    close: async () => {
      release();
      await system.close();
      rmSync(folder, { recursive: true });
    },
  };
};
