import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abba, type Figure, type Metric, median, quantile } from '../figures.ts';
import { bothSides, timed } from './flow.ts';

/** Keeps so many under way until all are done. */
const atOnce = async (many: number, count: number, work: () => Promise<unknown>): Promise<void> => {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: many }, lane));
};

/** Processor time, not time: what else the machine does is not the run's. Milliseconds a run. */
export const costOf = async (count: number, work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await atOnce(16, count, work);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / count;
};

/** A world that has done few runs, in a process of its own, since one process holds one world. */
const startYoung = async (age: number) => {
  const child = fork(join(import.meta.dirname, 'young.ts'));
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the young world ended with ${code}`)));
  const cost = async (count: number): Promise<number> => {
    // What is sent before it listens waits for it.
    child.send(count);
    const [answer] = await Promise.race([once(child, 'message'), ended]);
    return answer;
  };
  await cost(age);
  return {
    cost,
    close: async () => {
      child.disconnect();
      await ended.catch(() => {});
    },
  };
};

/** Throws optimized code away, some 600 functions of it, so it is not asked for just before time is taken. */
const heap = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};

const ROUNDS = { warmUp: 3, repetitions: 11 };

/** What a run costs in a world that has done many, and in one that has done few, in turn: a busy machine makes both dear. */
const growth = async (old: () => Promise<unknown>, age: { total: number; few: number; side: number }) => {
  const { total, few, side } = age;
  const young = await startYoung(few);
  try {
    const { ratios } = await abba(
      () => costOf(side, old),
      () => young.cost(side),
      ROUNDS,
    );
    return {
      metric: 'B2',
      what: `processor time of a run, the last of ${total} / after ${few}`,
      value: median(ratios),
      unit: 'x' as const,
      p95: quantile(ratios, 0.95),
      target: { atMost: 1.1 },
      raw: ratios,
    };
  } finally {
    await young.close();
  }
};

/** B2: runs per second, 1, 16 and 256 at once, against the script; what a run costs and holds after 10,000 of them. */
export const throughput: Metric = async (say) => {
  const total = Number(process.env.BENCH_RUNS ?? 10_000);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const { ours, theirs, close } = await bothSides(0, folder);
  const figures: Figure[] = [];
  try {
    await atOnce(16, 100, ours);
    await atOnce(16, 100, theirs);
    for (const many of [1, 16, 256]) {
      say(`throughput: ${many} at once`);
      const count = many === 1 ? 30 : Math.max(96, many);
      const { a, b, ratios } = await abba(
        async () => (await timed(() => atOnce(many, count, ours))) / count,
        async () => (await timed(() => atOnce(many, count, theirs))) / count,
        { warmUp: 0, repetitions: 3 },
      );
      figures.push(
        { metric: 'B2', what: `re-validations a second, ${many} at once`, value: 1000 / median(a), unit: '/s' },
        { metric: 'B2', what: `the script, ${many} at once`, value: 1000 / median(b), unit: '/s' },
        {
          metric: 'B2',
          what: `time of a run / the script's, ${many} at once`,
          value: median(ratios),
          unit: 'x',
          raw: ratios,
        },
      );
    }
    const few = total / 5;
    const side = total / 100;
    await atOnce(16, few, ours);
    const early = heap();
    // The last of them are those that are compared.
    let left = total - few - side * (ROUNDS.warmUp + ROUNDS.repetitions);
    while (left > 0) {
      say(`throughput: ${left} runs until the comparison`);
      const next = Math.min(left, total / 10);
      await atOnce(16, next, ours);
      left -= next;
    }
    say(`throughput: the last of ${total} against a world after ${few}`);
    figures.push(await growth(ours, { total, few, side }));
    const late = heap();
    figures.push(
      {
        metric: 'B2',
        what: `heap after ${total} runs / after ${few}`,
        value: late / early,
        unit: 'x',
        target: { atMost: 1.1 },
        raw: [early, late],
      },
      {
        metric: 'B2',
        what: 'heap that a run leaves behind',
        value: ((late - early) * 1000) / (total - few),
        unit: 'KB',
      },
    );
    return figures;
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
};
