import type { BusEvent } from '../../infra/local/event-bus.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';

/** The local system, and what was observed of it since its start. */
export type Observed = {
  system: LocalSystem;
  /** What was announced on the bus. */
  announced: readonly BusEvent[];
  logs: { refusedWebhooks: number };
  /** Calls to AWS by action, of all functions. */
  calls: Readonly<Record<string, number>>;
  progress: (line: string) => void;
};

/** Starts the local system of a load run. */
export const observe = async (progress: (line: string) => void): Promise<Observed> => {
  const announced: BusEvent[] = [];
  const logs = { refusedWebhooks: 0 };
  const calls: Record<string, number> = {};
  const system = await startLocalSystem({
    // A busy machine: only what hangs may run into a deadline. A sweep looks at drops of any age.
    config: { httpDeadlineSeconds: 12, unclaimedMinutes: 0 },
    onAnnounced: (event) => announced.push(event),
    onLog: (line) => {
      if (line.includes('"bad signature"')) logs.refusedWebhooks += 1;
    },
    onCall: ({ action }) => {
      calls[action] = (calls[action] ?? 0) + 1;
    },
  });
  return { system, announced, logs, calls, progress };
};

/** What a scenario measured, as one line, and which promises it saw broken. */
export type Result = { line: string; broken: string[] };

/** The names of the checks that do not hold. */
export const brokenOf = (checks: Record<string, boolean>): string[] =>
  Object.entries(checks).flatMap(([name, holds]) => (holds ? [] : [name]));

export const secondsSince = (startedAt: number): number => Math.round((performance.now() - startedAt) / 100) / 10;

/** Works on every item, so many at once. */
export const inParallel = async <Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> => {
  const left = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

/** How often each name occurs. */
export const count = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

/** As text: `approved: 500, declined: 1`. */
export const textOf = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, number]) => `${name}: ${number}`)
    .join(', ');
