import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { abba, type Figure, type Metric, median, quantile } from '../figures.ts';
import { atOnce, bothSides, timed } from './flow.ts';
import type { Order } from './system-process.ts';

/** Runs per second, 1, 16 and 256 at once, against the script. */
const speeds: Metric = async (say) => {
  const { ours, theirs, close } = await bothSides(0);
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
    return figures;
  } finally {
    await close();
  }
};

/** A system in a process of its own, that makes runs and says what one of them cost, in milliseconds, or what it holds, in MB. */
const startWorldApart = () => {
  const child = fork(join(import.meta.dirname, 'system-process.ts'));
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a system apart ended with ${code}`)));
  return {
    tell: async (order: Order): Promise<number> => {
      // What is sent before it listens waits for it.
      child.send(order);
      const [answer] = await Promise.race([once(child, 'message'), ended]);
      return answer;
    },
    close: async () => {
      child.disconnect();
      await ended.catch(() => {});
    },
  };
};

const ROUNDS = { warmUp: 3, repetitions: 21 };

/**
 * What a run costs in a system that has done many, and in one that has done few, in turn: a busy machine makes both dear. Both
 * have done nothing else. The runs compared are the last of the many, and no heap is asked for on either side since long before.
 */
const growth: Metric = async (say) => {
  const total = Number(process.env.BENCH_RUNS ?? 10_000);
  const few = total / 5;
  const side = total / 200;
  const old = startWorldApart();
  const young = startWorldApart();
  try {
    say(`growth: ${few} runs on either side`);
    await old.tell(few);
    const early = await old.tell('heap');
    await young.tell(few);
    let left = total - few - side * (ROUNDS.warmUp + ROUNDS.repetitions);
    while (left > 0) {
      say(`growth: ${left} runs until the comparison`);
      const next = Math.min(left, total / 10);
      await old.tell(next);
      left -= next;
    }
    say(`growth: the last of ${total} against a system after ${few}`);
    const { ratios } = await abba(
      () => old.tell(side),
      () => young.tell(side),
      ROUNDS,
    );
    const late = await old.tell('heap');
    return [
      {
        metric: 'B2',
        what: `processor time of a run, the last of ${total} / after ${few}`,
        value: median(ratios),
        unit: 'x',
        p95: quantile(ratios, 0.95),
        target: { atMost: 1.1 },
        raw: ratios,
      },
      {
        metric: 'B2',
        what: `heap after ${total} runs / after ${few}`,
        value: late / early,
        unit: 'x',
        raw: [early, late],
      },
      {
        metric: 'B2',
        what: 'heap that a run leaves behind, nearly all of it in the stand-ins',
        value: ((late - early) * 1000) / (total - few),
        unit: 'KB',
      },
    ];
  } finally {
    await Promise.all([old.close(), young.close()]);
  }
};

/** B2: runs per second against the script; what a run costs and holds after 10,000 of them. */
export const throughput: Metric = async (say) => [...(await speeds(say)), ...(await growth(say))];
