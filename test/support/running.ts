import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reserve } from '../../infra/cli/program/running-system.ts';
import { type LocalSystem, type LocalSystemOptions, startLocalSystem } from '../../infra/local/local-system.ts';
import { type Ran, runHere } from './command-line.ts';

/** A local system in this process that commands find, as if `start` ran in another terminal. */
export type Running = {
  system: LocalSystem;
  folder: string;
  /** Runs a command line against it. */
  cli: (argv: readonly string[], how?: Parameters<typeof runHere>[2]) => Promise<Ran>;
  close(): Promise<void>;
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
