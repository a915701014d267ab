import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import type { CampaignView } from '../../shared/campaigns/view.ts';
import { calling } from '../support/callers.ts';
import { fileOf, photo } from '../support/drops.ts';
import { waitFor } from '../support/wait-for.ts';

let system: LocalSystem;

let s3: S3Client;

let call: (
  line: string,
  more?: { body?: unknown; as?: 'reader' },
) => Promise<{ status: number; content: CampaignView }>;

beforeAll(async () => {
  system = await startLocalSystem({ config: { campaigns: true }, pace: 0.05 });
  call = calling(system) as unknown as typeof call;
  s3 = new S3Client({ endpoint: system.endpoints.S3 ?? '', region: 'us-east-1', credentials: system.credentials });
}, 60_000);

afterAll(async () => {
  s3?.destroy();
  await system?.close();
}, 60_000);

const person = (n: number, suffix = '') => ({ accountId: `c${n}${suffix}`, enrollmentId: `ENRc${n}` });

const putRows = async (name: string, rows: string[]) => {
  const Key = `campaigns/manifests/${name}.csv`;
  const Body = ['accountId,enrollmentId,mediaKey,userAuthorized,rowKey', ...rows, ''].join('\n');
  await s3.send(new PutObjectCommand({ Bucket: system.bucket, Key, Body }));
  return Key;
};

const textOf = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: system.bucket, Key }))).Body?.transformToString() ?? '';

const until = (id: string, status: string): Promise<CampaignView> =>
  waitFor(async () => {
    const { content } = await call(`GET /campaigns/${id}`);
    expect(content.status).toBe(status);
    return content;
  });

describe('a campaign on the local system', () => {
  test('plans, runs each row once, and leaves results and a retry file', { timeout: 120_000 }, async () => {
    const suffixes = ['', '-declined', '-expired', '', '-system-error'];
    for (const [n, suffix] of suffixes.entries()) {
      const who = person(n, suffix);
      system.sandbox?.enroll(who);
      await putMedia(system, { key: `media/${who.accountId}.jpg`, file: fileOf(photo) });
    }
    const rows = suffixes.map((suffix, n) => {
      const { accountId, enrollmentId } = person(n, suffix);
      return `${accountId},${enrollmentId},media/${accountId}.jpg,true,r${n}`;
    });
    const key = await putRows('first', [
      ...rows,
      'x,y,media/absent.jpg,true,r9',
      'ana,ENR1,secret.jpg,true,r10',
      rows[0] ?? '',
    ]);
    const body = { manifest: { key }, purpose: 'default', pace: 50 };
    const planned = await call('POST /campaigns', { body });
    expect([planned.status, planned.content.status]).toEqual([202, 'planning']);
    const id = planned.content.campaignId;
    const plan = await until(id, 'planned');
    expect(plan.counts).toMatchObject({ rows: 8, runnable: 5, refused: { media_gone: 1, request_invalid: 2 } });
    expect(await textOf(`campaigns/${id}/errors.csv`)).toBe(
      'line,field,reason,rule\n8,mediaKey,request_invalid,"must begin with media/, inbox/ or campaigns/{folder}/media/"\n9,rowKey,request_invalid,is on an earlier line too\n7,media,media_gone,there is no such object (any more)\n',
    );
    expect((await call(`POST /campaigns/${id}/start`, { body: {} })).status).toBe(200);
    const ended = await until(id, 'ended');
    expect(ended.counts).toMatchObject({ ended: 5 });
  });
});
