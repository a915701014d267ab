import { join } from 'node:path';

/** Where reports and sandboxes lie; not under version control. */
const folder = process.env.MUTATE_FOLDER ?? '.mutate';

/** Of Stryker, for one file; run.ts says which. */
export default {
  mutate: [process.env.MUTATE_FILE ?? ''],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutate/vitest.config.ts', related: true },
  plugins: ['@stryker-mutator/vitest-runner', join(import.meta.dirname, 'plugin.ts')],
  ignorers: ['sentences'],
  // Each mutant meets the tests that reach it, and no others; the first that fails ends its run.
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant that never ends is killed: so many times the time of its tests, and these milliseconds for a busy machine.
  timeoutFactor: 4,
  timeoutMS: 30_000,
  dryRunTimeoutMinutes: 30,
  // TypeScript 7 has no API that Stryker could rewrite the configuration with, and Vite needs none of it: no such file.
  tsconfigFile: 'tsconfig-of-no-use-to-stryker.json',
  ignorePatterns: ['cdk.out', '.build', 'dist', '.bench', '.ledger', folder],
  tempDirName: join(folder, 'sandboxes'),
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: process.env.MUTATE_REPORT ?? join(folder, 'report.json') },
  allowConsoleColors: false,
  logLevel: 'warn',
};
