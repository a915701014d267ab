import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalSystem, startLocalSystem } from '../../../infra/local/local-system.ts';
import { drop, registerEnrollment } from '../../../infra/local/put-media.ts';
import { startSandbox } from '../../../infra/local/truora/sandbox.ts';
import { abba, type Figure, type Metric, median, quantile } from '../figures.ts';
import { startScript } from '../peers/script.ts';
import { actions, makeRule } from './units.ts';

const file = join(import.meta.dirname, '../../../infra/local/media/selfie.jpg');

const REPETITIONS = 21;

const WARM_UP = 5;

export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** Keeps so many under way until all are done. */
export const atOnce = async (many: number, count: number, work: () => Promise<unknown>): Promise<void> => {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: many }, lane));
};

/** Both sides on one ledger, one bucket and two sandboxes of the same latency. */
export const bothSides = async (decisionMs: number, ledgerDirectory?: string) => {
  const system = await startLocalSystem({
    sandboxSettings: { decisionMs },
    // The wait is never cut short by the poll: both sides wait for their webhook. The script signs no evidence.
    config: { evidence: false, callbackTimeoutSeconds: 60, httpDeadlineSeconds: 10 },
    ...(ledgerDirectory ? { ledgerDirectory } : {}),
  });
  makeRule(system);
  const sandbox = await startSandbox({ settings: { decisionMs } });
  const script = await startScript({
    sandbox,
    dynamoOrigin: process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '',
    table: system.table,
    s3Origin: system.s3Origin,
    bucket: system.bucket,
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
    system,
    ours: async () => {
      const who = await registered(system.sandbox?.origin ?? '');
      return timed(() => wholeRun(system, who));
    },
    theirs: async () => {
      const { accountId, enrollmentId } = await registered(sandbox.origin);
      return timed(() => script.run(accountId, enrollmentId));
    },
    close: async () => {
      await script.close();
      await system.close();
      await sandbox.close();
    },
  };
};

const wholeRun = async (system: LocalSystem, who: { accountId: string; enrollmentId: string }): Promise<void> => {
  const { ended, ...execution } = await system.executionOf(await drop(system, { file, ...who, name: 'face.jpg' }));
  await ended;
  const { status } = system.machine.describe(execution.executionArn) ?? {};
  if (status !== 'SUCCEEDED') throw new Error(`a run ended ${status}`);
};

/** B1: from the drop to the recorded outcome, against the script, with a vendor that takes no time and one that takes 2 s. */
export const wholeFlow: Metric = async (say) => {
  const figures: Figure[] = [];
  const sides: [number, number][] = [
    [0, 2],
    [2000, 1.01],
  ];
  // One system a process finds its services through the environment; the second latency is a child of its own.
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
