import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundle } from '../../../infra/aws/bundle.ts';
import { Config } from '../../../infra/aws/config.ts';
import { localCredentials } from '../../../infra/local/credentials.ts';
import { startDynamoDb } from '../../../infra/local/dynamodb.ts';
import { listen } from '../../../infra/local/http.ts';
import { putMedia } from '../../../infra/local/put-media.ts';
import { startS3 } from '../../../infra/local/s3/server.ts';
import { synthesize } from '../../../infra/local/synthesize.ts';
import { resourcesOf } from '../../../infra/local/template.ts';
import { claim, recordCreated } from '../../../shared/ledger/claims.ts';
import { abba, type Metric, median, quantile } from '../figures.ts';

const BYTES = 10_000_000;

const MOVES = 200;

/** The memory that MoveMedia may use in all. A function's smallest useful size is 512 MB. */
const CAP_MB = 160;

const BUCKET = 'media';

const OWNER = 'arn:aws:states:us-east-1:000000000000:execution:bench:move';

/** What V8 makes of 512 MB, which is all that it sees in Lambda; here it would see the whole machine (a limit of 259 MB, seen). */
const asInLambda = ['--max-semi-space-size=1', '--max-old-space-size=256'];

type Moved = { error?: string; cpuMs: number; ms: number; held: number; peakMB: number };

/** A `bare` process has loaded nothing; every other one the bundle, so that all clear away in a heap of one size. */
type Way = 'ours' | 'pipe' | 'bare' | 'buffer';

/** The real bundle of MoveMedia in a process of its own, and here what it stands on: ledger, bucket, and where media goes. */
const openMover = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const template = synthesize(Config.parse({ stage: 'bench' }));
  const table = resourcesOf(template, 'AWS::DynamoDB::Table')[0]?.ref ?? '';
  const ledger = await startDynamoDb(template);
  mkdirSync(join(folder, 's3'));
  const s3 = await startS3({
    buckets: [BUCKET],
    directory: join(folder, 's3'),
    onCreated: () => {},
  });
  let slow = false;
  const sink = await listen(async (request, response) => {
    await drained(request, slow);
    response.end();
  });
  const file = join(folder, 'media.jpg');
  const media = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(BYTES - 4)]);
  writeFileSync(file, media);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: ledger.origin,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  });
  const key = 'inbox/bench/ENR1/media.jpg';
  const versionId = await putMedia(
    { s3Origin: s3.origin, bucket: BUCKET, credentials: localCredentials },
    { key, file },
  );
  // The bare peers get the same bytes from the same place: the stand-in looks whether there is a signature, not at what it says.
  const source = `${s3.origin}/${BUCKET}/${key}?versionId=${versionId}&X-Amz-Signature=none`;
  const etag = createHash('md5').update(media).digest('hex');
  const { folderOf } = bundle(['MoveMedia'], join(folder, 'bundle'));
  /** A process that moves in one way, so that none clears away what another has left. */
  const start = (way: Way) => {
    const loaded = way === 'bare' ? [] : [join(folderOf('MoveMedia'), 'move-media.mjs')];
    const files = [join(import.meta.dirname, '../peers/mover.mjs'), ...loaded];
    const child = spawn(process.execPath, [...asInLambda, ...files], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
        AWS_ENDPOINT_URL_DYNAMODB: ledger.origin,
        AWS_ENDPOINT_URL_S3: s3.origin,
        TABLE_NAME: table,
        RETENTION_DAYS: '1',
        TRUORA_ORIGIN: sink.origin,
        TRUORA_UPLOAD_ORIGINS: sink.origin,
        TRUORA_KEY_SECRET: 'secret',
        HTTP_DEADLINE_SECONDS: '12',
      },
    });
    return { child, answers: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  };
  const movers = new Map<Way, ReturnType<typeof start>>();

  /** What the steps before this one leave in the ledger. */
  const prepared = async () => {
    const revalidationId = `RVL${randomBytes(16).toString('hex')}`;
    const validationId = `VLD${randomBytes(16).toString('hex')}`;
    const now = new Date().toISOString();
    const deadline = new Date(Date.now() + 3_600_000).toISOString();
    const wanted = {
      revalidationId,
      accountId: 'bench',
      enrollmentId: 'ENR1',
      userAuthorized: true as const,
      media: { bucket: BUCKET, key, versionId, etag, bytes: BYTES, type: 'image/jpeg' as const },
      requested: {},
      resultMode: 'callback' as const,
      claimedAt: now,
    };
    const validation = { validationId, threshold: 0.65, deadline };
    await claim({ table, retentionDays: 1 }, wanted, OWNER);
    await recordCreated(
      { table, retentionDays: 1 },
      { revalidationId, owner: OWNER },
      { ...validation, uploadLink: `${sink.origin}/upload/${validationId}` },
      { attempt: { n: 1, at: now, result: 'created', validationId }, orphans: [] },
    );
    return {
      journal: { claim: wanted, enrollment: { enrollmentId: 'ENR1', status: 'success' }, validation },
      executionId: OWNER,
    };
  };
  const move = async (way: Way, watch = false): Promise<Moved> => {
    const event = way === 'ours' ? await prepared() : undefined;
    const ports = { mediaPort: Number(new URL(s3.origin).port), sinkPort: Number(new URL(sink.origin).port) };
    const { child, answers } = movers.get(way) ?? start(way);
    movers.set(way, { child, answers });
    child.stdin.write(`${JSON.stringify({ way, watch, event, source, sink: sink.origin, bytes: BYTES, ...ports })}\n`);
    const moved = JSON.parse(String((await answers.next()).value)) as Moved;
    if (moved.error) throw new Error(`${way}: ${moved.error}`);
    return moved;
  };
  /** The next move in this way is the first one of a new process. */
  const renew = (way: Way) => {
    movers.get(way)?.child.kill();
    movers.delete(way);
  };
  return {
    move,
    renew,
    slowly: (isSlow: boolean) => {
      slow = isSlow;
    },
    close: async () => {
      for (const way of movers.keys()) renew(way);
      await Promise.all([ledger.close(), s3.close(), sink.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Reads a body to its end; a slow reader takes a breath after each 256 KB. */
const drained = async (request: IncomingMessage, slow: boolean): Promise<void> => {
  let since = 0;
  for await (const chunk of request) {
    since += chunk.length;
    if (slow && since > 262_144) {
      since = 0;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
};

/** B5: the media that MoveMedia holds before a slow reader, and what memory 200 moves in a row take. */
export const memory: Metric = async (say) => {
  const mover = await openMover();
  try {
    mover.slowly(true);
    const held: number[] = [];
    for (let nth = 0; nth < 5; nth += 1) {
      say(`memory: slow reader, ${nth} of 5`);
      held.push((await mover.move('ours', true)).held / BYTES);
    }
    mover.slowly(false);
    let peakMB = 0;
    for (let nth = 0; nth < MOVES; nth += 1) {
      if (nth % 20 === 0) say(`memory: ${nth} of ${MOVES} moves`);
      ({ peakMB } = await mover.move('ours'));
    }
    mover.slowly(true);
    const buffered = (await mover.move('buffer', true)).held / BYTES;
    return [
      {
        metric: 'B5',
        what: 'media held / media, 10 MB before a slow reader',
        value: Math.max(...held),
        unit: 'x',
        target: { atMost: 0.03 },
        reference: 'limit 0.0125',
        raw: held,
      },
      { metric: 'B5', what: 'the same, buffering', value: buffered, unit: 'x', reference: '1.0' },
      {
        metric: 'B5',
        what: `peak memory of the process after ${MOVES} x 10 MB in a row`,
        value: peakMB,
        unit: 'MB',
        target: { atMost: CAP_MB },
      },
    ];
  } finally {
    await mover.close();
  }
};

/**
 * Moves of one process that are measured as one, after a few that warm it up: what a move leaves behind is cleared away some
 * moves later, and whether that costs little or much is decided when a process begins. So each repetition has its own.
 */
const BATCH = 10;

const FIRST = 5;

/** B6: processor time of the move, hash and ledger and all, against a bare pipe. */
export const processor: Metric = async (say) => {
  const mover = await openMover();
  try {
    let nth = 0;
    const cpu = (way: Way) => async () => {
      mover.renew(way);
      let taken = 0;
      for (let move = -FIRST; move < BATCH; move += 1) {
        const { cpuMs } = await mover.move(way);
        if (move >= 0) taken += cpuMs;
      }
      nth += 1;
      if (nth % 10 === 0) say(`processor: ${nth} times ${BATCH} moves`);
      return taken / BATCH;
    };
    const times = { warmUp: 1, repetitions: 21 };
    const { b, ratios } = await abba(cpu('ours'), cpu('pipe'), times);
    const other = await abba(cpu('buffer'), cpu('pipe'), times);
    const bare = await abba(cpu('ours'), cpu('bare'), times);
    return [
      {
        metric: 'B6',
        what: 'processor time of the move with SHA-256 / a bare pipe',
        value: median(ratios),
        unit: 'x',
        p95: quantile(ratios, 0.95),
        target: { atMost: 1.5 },
        reference: 'fetch stream 1.4',
        raw: ratios,
      },
      {
        metric: 'B6',
        what: 'the same, buffering by fetch',
        value: median(other.ratios),
        unit: 'x',
        p95: quantile(other.ratios, 0.95),
        reference: '2.1',
        raw: other.ratios,
      },
      {
        metric: 'B6',
        what: 'the move / a pipe in a process that has loaded nothing',
        value: median(bare.ratios),
        unit: 'x',
        p95: quantile(bare.ratios, 0.95),
        raw: bare.ratios,
      },
      { metric: 'B6', what: 'the bare pipe itself, 10 MB', value: median(b), unit: 'ms', raw: b },
      { metric: 'B6', what: 'the pipe that has loaded nothing', value: median(bare.b), unit: 'ms', raw: bare.b },
    ];
  } finally {
    await mover.close();
  }
};
