import { defineConfig } from 'vitest/config';

/**
 * The tests that may kill a mutant: those that call the code itself. Whole drops, the harness and the synthesized template
 * run it in other processes, where no mutant is switched on, or take too long to be run for each. run.ts names fewer for most.
 */
export default defineConfig({
  test: {
    include: process.env.MUTATE_TESTS?.split(',') ?? [
      'test/{aws,domain,functions,lambda,ledger,logic,truora}/**/*.test.ts',
    ],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
