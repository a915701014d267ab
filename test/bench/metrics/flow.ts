import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drop, registerEnrollment } from '../../../infra/local/drop.ts';
import { startSandbox } from '../../../infra/local/truora/sandbox.ts';
import { startWorld, type World } from '../../../infra/local/world.ts';
import { abba, type Figure, type Metric, median, quantile } from '../figures.ts';
import { startScript } from '../peers/script.ts';
import { actions, makeRule } from './units.ts';

const file = join(import.meta.dirname, '../../../infra/local/media/selfie.jpg');
const REPETITIONS = 21;
const WARM_UP = 5;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** Both sides on one ledger, one bucket and two sandboxes of the same latency. */
const bothSides = async (decisionMs: number, ledgerDirectory?: string) => {
  const world = await startWorld({
    sandboxSettings: { decisionMs },
    // The wait is never cut short by the poll: both sides wait for their webhook.
    config: { patienceSeconds: 60, httpDeadlineSeconds: 10 },
    ...(ledgerDirectory ? { ledgerDirectory } : {}),
  });
  makeRule(world);
  const sandbox = await startSandbox({ settings: { decisionMs } });
  const script = await startScript({
    sandbox,
    dynamoOrigin: process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '',
    table: world.table,
    s3Origin: world.s3Origin,
    bucket: world.bucket,
    file,
    bytes: statSync(file).size,
    actions,
  });
  let people = 0;
  const registered = async (origin: string) => {
    people += 1;
    const who = { accountId: `person${people}`, enrollmentId: `ENR${people}` };
    await registerEnrollment(origin, who);
    return who;
  };
  return {
    world,
    ours: async () => {
      const who = await registered(world.sandbox?.origin ?? '');
      return timed(() => wholeRun(world, who));
    },
    theirs: async () => {
      const { accountId, enrollmentId } = await registered(sandbox.origin);
      return timed(() => script.run(accountId, enrollmentId));
    },
    close: async () => {
      await script.close();
      await world.close();
      await sandbox.close();
    },
  };
};

const wholeRun = async (world: World, who: { accountId: string; enrollmentId: string }): Promise<void> => {
  const { ended, ...execution } = await world.executionOf(await drop(world, { file, ...who, name: 'face.jpg' }));
  await ended;
  const { status } = world.machine.describe(execution.executionArn) ?? {};
  if (status !== 'SUCCEEDED') throw new Error(`a run ended ${status}`);
};

/** B1: from the drop to the recorded outcome, against the script, with a vendor that takes no time and one that takes 2 s. */
export const wholeFlow: Metric = async (say) => {
  const figures: Figure[] = [];
  const sides: [number, number][] = [
    [0, 2],
    [2000, 1.01],
  ];
  // One world a process finds its services through the environment; the second latency is a child of its own.
  const only = process.env.BENCH_LATENCY;
  for (const [decisionMs, atMost] of sides.filter(([one]) => only === undefined || String(one) === only)) {
    const { ours, theirs, close } = await bothSides(decisionMs);
    try {
      let nth = 0;
      const { a, b, ratios } = await abba(
        () => {
          nth += 1;
          if (nth % 5 === 0) say(`whole flow at ${decisionMs} ms: ${nth} of ${REPETITIONS + WARM_UP}`);
          return ours();
        },
        theirs,
        { warmUp: decisionMs > 0 ? 1 : WARM_UP, repetitions: REPETITIONS },
      );
      figures.push(
        {
          metric: 'B1',
          what: `whole flow / straight-line script, vendor at ${decisionMs} ms`,
          value: median(ratios),
          unit: 'x',
          p95: quantile(ratios, 0.95),
          target: { atMost },
          reference: 'limit 1.0',
          raw: ratios,
        },
        { metric: 'B1', what: `added by the flow at ${decisionMs} ms`, value: median(a) - median(b), unit: 'ms' },
        { metric: 'B1', what: `the script itself at ${decisionMs} ms`, value: median(b), unit: 'ms', raw: b },
      );
    } finally {
      await close();
    }
  }
  return figures;
};

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

const heap = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
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
    // Processor time, not time: what else the machine does is not the run's.
    const batch = total / 10;
    const costs: number[] = [];
    const held: number[] = [];
    for (let done = 0; done < total; done += batch) {
      say(`throughput: ${done} of ${total}`);
      const before = process.cpuUsage();
      await atOnce(16, batch, ours);
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / 1000 / batch);
      held.push(heap());
    }
    const [first = Number.NaN, second = Number.NaN] = held;
    figures.push(
      {
        metric: 'B2',
        what: `processor time of a run, the last tenth of ${total} / the first`,
        value: (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN),
        unit: 'x',
        target: { atMost: 1.1 },
        raw: costs,
      },
      {
        metric: 'B2',
        what: `heap after ${total} runs / after ${2 * batch}`,
        value: (held.at(-1) ?? Number.NaN) / second,
        unit: 'x',
        target: { atMost: 1.1 },
        raw: [first, ...held.slice(1)],
      },
    );
    return figures;
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
};
