import { vi } from 'vitest';

/**
 * Delays timers of exactly so many milliseconds until they are released: the order is then decided by the test,
 * and by no clock of a busy machine. What is cleared meanwhile does not happen. Take numbers that stand for nothing else.
 */
export const holdTimers = (...lengths: readonly number[]) => {
  const held = new Map<unknown, { ms: number; run: () => void }>();
  const { setTimeout: start, clearTimeout: clear } = globalThis;
  const starting = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms = 0, ...more: []) => {
    if (!lengths.includes(ms)) return start(run, ms, ...more);
    const timer = start(() => {}, 0);
    held.set(timer, { ms, run });
    return timer;
  }) as typeof setTimeout);
  const clearing = vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
    held.delete(timer);
    clear(timer);
  });
  return {
    /** What waits by now, or what of it waits for this length. */
    waiting: (ms?: number): number => [...held.values()].filter((one) => ms === undefined || one.ms === ms).length,
    letGo: (ms?: number): void => {
      for (const [timer, one] of [...held]) {
        if (ms !== undefined && one.ms !== ms) continue;
        held.delete(timer);
        one.run();
      }
    },
    end: (): void => {
      starting.mockRestore();
      clearing.mockRestore();
    },
  };
};
