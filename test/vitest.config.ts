import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './sequence.ts';

/** The folder `shared`, as a pattern. */
const shared = join(import.meta.dirname, '../shared').replaceAll(/[^\w/]/g, '\\$&');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/temporary.ts',
    sequence: { sequencer: LongestFirst },
    // A worker keeps the packages that it has loaded, and what has no state; the other modules of this repository are evaluated again for
    // each file.
    isolate: false,
    server: { deps: { external: [new RegExp(`^${shared}/(domain|evidence|workflow)/`)] } },
    setupFiles: 'test/fresh-modules.ts',
    // Whole drops wait for real seconds, and the command line's tests start eight processes one after the other: seconds
    // here, a minute on a machine that has other things to do. Nothing is ever judged by its time.
    testTimeout: 120_000,
    // Much of a whole drop is waiting, so twice as many workers as a small machine's two cores pay.
    maxWorkers: 4,
    hookTimeout: 60_000,
    // Whole drops mostly wait; this many at once keep two cores busy without slowing each other past a deadline.
    maxConcurrency: 12,
  },
});
