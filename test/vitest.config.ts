import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Whole drops wait for real seconds (patience 2 s, deadlines 2 s), so a test may take longer than vitest's 5 s.
    testTimeout: 30_000,
    // Most of a whole drop is waiting, so one worker more than a small machine's two cores still pays.
    maxWorkers: 3,
    hookTimeout: 30_000,
    // Whole drops mostly wait; this many at once keep two cores busy without slowing each other past a deadline.
    maxConcurrency: 12,
  },
});
