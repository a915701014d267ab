import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { type PlanSettings, readRows } from '../../shared/campaigns/plan.ts';
import type { Policies } from '../../shared/domain/policy.ts';
import { campaign } from '../support/campaign.ts';

/**
 * `node test/campaigns/read-million.ts [rows]`: how much memory the first stage of a plan takes beyond what the process has before it.
 * The manifest is made while it is read, and what the stage writes is dropped. One line of JSON on stdout.
 */
const rows = Number(process.argv[2] ?? 1_000_000);

function* manifest() {
  yield Buffer.from('accountId,enrollmentId,mediaKey,userAuthorized,reference\n');
  for (let n = 0; n < rows; ) {
    const lines: string[] = [];
    for (const last = Math.min(rows, n + 500); n < last; n += 1)
      lines.push(`account-${n},ENR${n},media/2026/portfolio/${n}.jpg,true,customer-${n}\n`);
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

const looks = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 20);

const read = await readRows(settings);

clearInterval(looks);

const growthMb = Math.round((most - before) / 1e6);

process.stdout.write(
  `${JSON.stringify({ rows: read.rows, refusals: read.refusals, growthMb, peakMb: Math.round(most / 1e6) })}\n`,
);
