import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundle, bundleOptions } from '../../../infra/aws/bundle.ts';
import { listen } from '../../../infra/local/http.ts';
import { fileOf, functionNames } from '../../../shared/workflow/functions.ts';
import { type Figure, type Metric, median, quantile, sum } from '../figures.ts';

const REPETITIONS = 21;

const WARM_UP = 2;

const root = join(import.meta.dirname, '../../..');

/** The functions that a run with a webhook enters, in its order. */
const chain = [
  'ClaimRequest',
  'CheckEnrollment',
  'CreateValidation',
  'MoveMedia',
  'AwaitWebhook',
  'ReceiveWebhook',
  'ReadVerdict',
  'RecordOutcome',
];

/** The file of each bundle that `cdk synth` ships, and of the two peers: same options, without the exceptions of ours (RESULTS.md). */
const built = (folder: string) => {
  const { folderOf } = bundle(functionNames, join(folder, 'ours'));
  buildSync({
    ...bundleOptions,
    entryPoints: ['hello', 'sample'].map((name) => join(root, 'test/bench/peers', `${name}.ts`)),
    absWorkingDir: root,
    outdir: join(folder, 'peers'),
  });
  return [
    ...['hello', 'sample'].map((name) => ({ name, file: join(folder, 'peers', `${name}.mjs`) })),
    ...functionNames.map((name) => ({ name, file: join(folderOf(name), `${fileOf(name)}.mjs`) })),
  ];
};

/** The environment that Lambda gives: a region, credentials, and a stand-in for everything that a first invocation reads. */
const lambda = (endpoint: string) => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_LAMBDA_FUNCTION_NAME: 'measured',
  POWERTOOLS_TRACE_ENABLED: 'false',
  TABLE_NAME: 'ledger',
  WEBHOOK_KEYS_SECRET: 'secret',
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
});

/** Milliseconds from the spawn of Node to its end, and in between the import and the first invocation. */
const coldStart = (file: string, endpoint: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(process.execPath, [join(import.meta.dirname, '../peers/first-invocation.mjs'), file], {
      env: lambda(endpoint),
      stdio: 'ignore',
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(performance.now() - begun);
      else reject(new Error(`${file} ended with ${code}`));
    });
  });

/**
 * B3: what a cold start costs, function by function, against the usual sample; forwards and backwards in turn.
 * C1: the sum of those of a run, without Node's own start on both sides.
 */
export const coldStarts: Metric = async (say) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  // ReceiveWebhook alone gets past its schema: it reads its keys, finds the signature wrong, and that is its first invocation.
  const service = await listen(async (_, response) => {
    response.end(JSON.stringify({ SecretString: JSON.stringify(['webhook-key']) }));
  });
  try {
    const all = built(folder);
    const taken = new Map(all.map(({ name }) => [name, [] as number[]]));
    for (let nth = -WARM_UP; nth < REPETITIONS; nth += 1) {
      say(`cold starts: ${Math.max(0, nth + 1)} of ${REPETITIONS}`);
      for (const { name, file } of nth % 2 === 0 ? all : all.toReversed()) {
        const milliseconds = await coldStart(file, service.origin);
        if (nth >= 0) taken.get(name)?.push(milliseconds);
      }
    }
    const sample = taken.get('sample') ?? [];
    const against = (name: string) => (taken.get(name) ?? []).map((one, nth) => one / (sample[nth] ?? Number.NaN));
    const hello = taken.get('hello') ?? [];
    const own = (name: string, nth: number) => (taken.get(name)?.[nth] ?? Number.NaN) - (hello[nth] ?? Number.NaN);
    const chains = sample.map(
      (_, nth) => sum(chain.map((name) => own(name, nth))) / (chain.length * own('sample', nth)),
    );
    return [
      { metric: 'B3', what: 'the sample itself, for scale', value: median(sample), unit: 'ms', raw: sample },
      ...['hello', ...functionNames].map((name): Figure => {
        const ratios = against(name);
        return {
          metric: 'B3',
          what: `cold start of ${name} / the sample`,
          value: median(ratios),
          unit: 'x',
          p95: quantile(ratios, 0.95),
          ...(name === 'hello' ? {} : { target: { atMost: 0.75 } }),
          reference: name === 'hello' ? '0.22' : 'no SDK 0.33, DynamoDB 0.60, + S3 0.76',
          raw: ratios,
        };
      }),
      {
        metric: 'C1',
        what: 'cold starts of the eight functions of a run / eight samples, without the start of Node',
        value: median(chains),
        unit: 'x',
        p95: quantile(chains, 0.95),
        target: { atMost: 0.48 },
        raw: chains,
      },
    ];
  } finally {
    await service.close();
    rmSync(folder, { recursive: true });
  }
};
