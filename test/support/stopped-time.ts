import { vi } from 'vitest';

/**
 * Runs a test while `Date` stands still at a whole second, so that a time can be compared with exactly what it has to be,
 * also on a busy machine. Timers run on. Not for tests that run concurrently: they share the clock.
 */
export const atStoppedTime = async <Result>(run: (now: number) => Promise<Result>): Promise<Result> => {
  const now = Math.floor(Date.now() / 1000) * 1000;
  vi.useFakeTimers({ toFake: ['Date'], now });
  try {
    return await run(now);
  } finally {
    vi.useRealTimers();
  }
};
