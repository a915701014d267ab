import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policiesOf } from '../../infra/local/iam/policies.ts';
import type { RoleCall } from '../../infra/local/iam/roles.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import type { Template } from '../../infra/local/template.ts';
import type { CampaignView } from '../../shared/campaigns/view.ts';
import { calling } from '../support/callers.ts';
import { fileOf, photo } from '../support/drops.ts';
import { holderOf, judge } from '../support/permissions.ts';
import { waitFor } from '../support/wait-for.ts';

let system: LocalSystem;

let template: Template;

let s3: S3Client;

const calls: RoleCall[] = [];

type Answer = { status: number; content: CampaignView };

let call: (line: string, more?: { body?: unknown }) => Promise<Answer>;

const until = (id: string, status: string) =>
  waitFor(async () => {
    expect((await call(`GET /campaigns/${id}`)).content.status).toBe(status);
  });

const planned = async (name: string, suffixes: string[], pace: number, versionId?: string): Promise<string> => {
  const rows = suffixes.map((suffix, n) => {
    const who = { accountId: `${name}${n}${suffix}`, enrollmentId: `ENR${name}${n}` };
    system.sandbox?.enroll(who);
    return {
      ...who,
      key: n === 1 ? `campaigns/own/media/${name}.jpg` : `${n === 0 ? 'inbox/x/y' : 'media'}/${name}${n}.jpg`,
    };
  });
  for (const { key } of rows) await putMedia(system, { key, file: fileOf(photo) });
  const Key = `campaigns/manifests/${name}.csv`;
  const lines = rows.map(({ accountId, enrollmentId, key }) => `${accountId},${enrollmentId},${key},true`);
  lines.push(`gone,ENRgone,media/gone-${name}.jpg,true`);
  const Body = ['accountId,enrollmentId,mediaKey,userAuthorized', ...lines, ''].join('\n');
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: system.bucket, Key, Body }));
  const manifest = { key: Key, ...(versionId === undefined ? {} : { versionId: VersionId }) };
  const { content } = await call('POST /campaigns', { body: { manifest, purpose: 'default', pace } });
  await call('POST /campaigns', { body: { manifest, purpose: 'default', pace } });
  await until(content.campaignId, 'planned');
  return content.campaignId;
};

beforeAll(async () => {
  system = await startLocalSystem({
    config: { campaigns: true },
    pace: 0.05,
    edit: (synthesized) => {
      template = synthesized;
      return synthesized;
    },
    onCall: (one) => calls.push(one),
  });
  s3 = new S3Client({ endpoint: system.endpoints.S3 ?? '', region: 'us-east-1', credentials: system.credentials });
  call = calling(system) as unknown as typeof call;
  const id = await planned('p', ['', '', '-create-down', '', ''], 0.5, 'named');
  const act = async (control: string) => call(`POST /campaigns/${id}/${control}`, { body: {} });
  await act('start');
  await act('pause');
  await until(id, 'paused');
  await act('resume');
  await call('GET /campaigns');
  await until(id, 'ended');
  const { content } = await call(`GET /campaigns/${id}`);
  expect(content.counts.byStatus).toMatchObject({ failed: 1 });
  const other = await planned('q', ['', ''], 0.5);
  await call(`POST /campaigns/${other}/start`, { body: {} });
  await call(`POST /campaigns/${other}/cancel`, { body: {} });
  // One that is only planned ends at once, and is announced by the route.
  await call(`POST /campaigns/${await planned('r', [''], 0.5)}/cancel`, { body: {} });
}, 200_000);

afterAll(async () => {
  s3?.destroy();
  await system?.close();
}, 60_000);

const ofCampaigns = /^(ReadManifest|WaitForTurn|RecordRow|SumUp|\w+Campaigns?|Campaigns)$/;

describe('the roles of campaigns', () => {
  test('allow every call that was made under them', () => {
    const own = calls.filter(({ role }) => ofCampaigns.test(holderOf(role)));
    expect(own.length).toBeGreaterThan(100);
    expect(own.filter(({ allowed }) => !allowed)).toEqual([]);
  });

  test('allow nothing that no run used, but for what is named here', () => {
    const { unused } = judge(policiesOf(template), calls);
    const own = unused.filter((line) => ofCampaigns.test(line.split(' ')[0] ?? ''));
    const known = [
      // Receipts of consent, a throttled plan, a person who was erased: other settings and another Truora.
      /^ReadManifest may dynamodb:GetItem on \S+ with keys CNS#/,
      /^ReadManifest may dynamodb:UpdateItem on \S+ with keys GATE#/,
      // What Step Functions does by itself: stops children, and goes on with an upload in parts.
      /^Campaigns may states:StopExecution /,
      /^Campaigns may s3:(ListMultipartUploadParts|AbortMultipartUpload) /,
      /^Campaigns may states:DescribeExecution on \S+-campaigns:\*/,
      // After an execution was stopped, which the simulation does.
      /^(Pause|Cancel)Campaign may states:StartExecution /,
      // A manifest that is gone; videos and larger photos, which are read in parts.
      /^(Plan|Start)Campaign may s3:ListBucket /,
      /^ReadManifest may s3:GetObjectVersion on \S+\/(inbox|media)\//,
      // A list that is full is pruned.
      /^PlanCampaign may dynamodb:BatchGetItem /,
    ];
    expect(own.filter((line) => !known.some((one) => one.test(line)))).toEqual([]);
  });
});
