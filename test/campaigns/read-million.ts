import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { type PlanSettings, readRows } from '../../shared/campaigns/plan.ts';
import type { Policies } from '../../shared/domain/policy.ts';
import { campaign } from '../support/campaign.ts';

/**
 * `node --max-semi-space-size=2 --max-old-space-size=256 test/campaigns/read-million.ts [rows]`: how much memory the first stage of a plan
 * takes beyond what the process has before it. V8 sizes its heap by the memory of the machine; the options are its sizes for 512 MB, which
 * the function has (assumed for Lambda). The manifest is made while it is read, and what the stage writes is dropped. One line of JSON on
 * stdout.
 */
const rows = Number(process.argv[2] ?? 1_000_000);

function* manifest() {
  yield Buffer.from('accountId,enrollmentId,mediaKey,userAuthorized,reference\n');
  for (let n = 0; n < rows; ) {
    const lines: string[] = [];
    for (const last = Math.min(rows, n + 500); n < last; n += 1)
      lines.push(`person-${n},ENR${n},media/2026/portfolio/${n}.jpg,true,customer-no-${n}\n`);
    yield Buffer.from(lines.join(''));
  }
}

Object.assign(S3Client.prototype, {
  send: async (command: { constructor: { name: string }; input: { Body?: unknown } }) => {
    if (command.constructor.name === 'GetObjectCommand')
      return { Body: Readable.from(manifest(), { objectMode: false }) };
    if (command.input.Body instanceof Readable) for await (const _ of command.input.Body);
    return {};
  },
});

const settings = {
  campaign: campaign(),
  mediaBucket: 'media',
  consentMode: 'flag',
  allowNationalIds: false,
  policies: { default: { minimumThreshold: 0.65 } } as unknown as Policies,
} as unknown as PlanSettings;

const before = process.memoryUsage().rss;

let most = before;

let [heap, buffers] = [0, 0];

const looks = setInterval(() => {
  const now = process.memoryUsage();
  most = Math.max(most, now.rss);
  heap = Math.max(heap, now.heapUsed);
  buffers = Math.max(buffers, now.arrayBuffers);
}, 20);

const startedAt = performance.now();

const read = await readRows(settings);

const seconds = Math.round((performance.now() - startedAt) / 100) / 10;

clearInterval(looks);

const mb = (bytes: number) => Math.round(bytes / 1e6);

process.stdout.write(
  `${JSON.stringify({
    rows: read.rows,
    refusals: read.refusals,
    growthMb: mb(most - before),
    peakMb: mb(most),
    heapMb: mb(heap),
    buffersMb: mb(buffers),
    seconds,
  })}\n`,
);
