import type { Execution } from './state-machine.ts';

/** Drops whose executions can still be asked for, the newest. */
const MOST_DROPS = 1000;

/** A drop by the version of its object: its executions, and how its event is delivered again. */
type LocalDrop = {
  executions: Execution[];
  started: PromiseWithResolvers<Execution>;
  again: () => Execution[];
};

/** The newest drops. @returns the drop of a version, made at its first use */
export const dropsByVersion = (): ((versionId: string) => LocalDrop) => {
  const drops = new Map<string, LocalDrop>();
  return (versionId) => {
    const drop = drops.get(versionId) ?? {
      executions: [],
      started: Promise.withResolvers<Execution>(),
      again: () => [],
    };
    drops.set(versionId, drop);
    for (const oldest of drops.keys()) {
      if (drops.size <= MOST_DROPS) break;
      drops.delete(oldest);
    }
    return drop;
  };
};
