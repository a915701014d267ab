import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, vi } from 'vitest';
import { type CampaignBody, type CampaignStatus, campaignStatuses } from '../../shared/campaigns/campaign.ts';
import { controlCampaign, planCampaign } from '../../shared/campaigns/control.ts';
import { type Control, controls } from '../../shared/campaigns/controls.ts';
import { requireCampaign } from '../../shared/campaigns/items.ts';
import type { Policies } from '../../shared/domain/policy.ts';
import { campaign } from '../support/campaign.ts';
import { BUCKET, executionOf } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('CancelCampaign', { media: true });

const MACHINE = executionOf('x').replace(/:execution:(.*):x$/, ':stateMachine:$1');

const settingsOf = ({ ledger }: LocalAws) => ({ ledger, machineArn: MACHINE, mediaBucket: BUCKET, bus: 'outcomes' });

let count = 0;

/** A campaign in the ledger with its manifest in the bucket. */
const stored = async (aws: LocalAws, of: Parameters<typeof campaign>[0]): Promise<string> => {
  count += 1;
  const campaignId = `CMP${String(count).padStart(32, 'c')}`;
  const { key, versionId } = await aws.put(`campaigns/manifests/${count}.csv`, 'accountId\n');
  const manifest = { key, versionId, bytes: 10, format: 'csv' as const };
  await aws.putItem({ pk: `CAMP#${campaignId}`, ...campaign({ campaignId, manifest, ...of }) });
  return campaignId;
};

const act = (aws: LocalAws, control: Control, campaignId: string) =>
  controlCampaign(settingsOf(aws), control, campaignId, CALLER);

const startedOf = (aws: LocalAws, campaignId: string) => aws.started.filter(({ name }) => name.startsWith(campaignId));

/** The status after each control. Every pair that is not here is refused. */
const after: Partial<Record<CampaignStatus, Partial<Record<Control, CampaignStatus>>>> = {
  planning: { cancel: 'canceled' },
  planned: { start: 'running', cancel: 'canceled' },
  running: { start: 'running', pause: 'pausing', resume: 'running', cancel: 'canceling' },
  pausing: { pause: 'pausing', resume: 'running', cancel: 'canceling' },
  paused: { pause: 'paused', resume: 'running', cancel: 'canceled' },
  canceling: { cancel: 'canceling' },
  canceled: { cancel: 'canceled' },
  ended: { resume: 'ended' },
};

const pairs = (Object.keys(campaignStatuses) as CampaignStatus[]).flatMap((status) =>
  controls.map((control) => ({ status, control, next: after[status]?.[control] })),
);

describe('a control', () => {
  test.for(pairs.filter(({ next }) => next))(
    '$control makes a campaign that is $status $next',
    async ({ status, control, next }, { aws }) => {
      const id = await stored(
        aws,
        status === 'canceled' ? { status, endedAt: '2026-11-23T12:00:00.000Z' } : { status },
      );
      expect((await act(aws, control, id)).status).toBe(next);
      const found = await requireCampaign(aws.table, id);
      expect([found.status, found.changedBy]).toEqual([next, next === status ? undefined : CALLER]);
      const isAtWork = ['running', 'pausing', 'canceling', 'ended'].includes(String(next));
      expect(startedOf(aws, id)).toEqual(isAtWork ? [{ name: `${id}-1`, input: { campaignId: id, mode: 'run' } }] : []);
    },
  );

  test.for(pairs.filter(({ next }) => !next))(
    '$control is refused for a campaign that is $status, and changes nothing',
    async ({ status, control }, { aws }) => {
      const id = await stored(aws, { status });
      await expect(act(aws, control, id)).rejects.toMatchObject({ reason: 'campaign_state' });
      expect(await requireCampaign(aws.table, id)).toMatchObject({ status, run: 0 });
      expect(startedOf(aws, id)).toEqual([]);
    },
  );

  test('starts no second execution while one works, and another one after its end', async ({ aws }) => {
    const id = await stored(aws, { status: 'planned' });
    await act(aws, 'start', id);
    await act(aws, 'resume', id);
    await act(aws, 'pause', id);
    expect(startedOf(aws, id)).toHaveLength(1);
    aws.statuses.set(executionOf(`${id}-1`), 'ABORTED');
    await act(aws, 'pause', id);
    expect(startedOf(aws, id).map(({ name }) => name)).toEqual([`${id}-1`, `${id}-2`]);
  });

  test('of two callers at the same time starts one execution', async ({ aws }) => {
    const id = await stored(aws, { status: 'planned' });
    await Promise.all([act(aws, 'start', id), act(aws, 'start', id), act(aws, 'start', id)]);
    expect(startedOf(aws, id)).toHaveLength(1);
  });

  test('of a campaign that is not known is refused', async ({ aws }) => {
    await expect(act(aws, 'start', `CMP${'0'.repeat(32)}`)).rejects.toMatchObject({ reason: 'campaign_unknown' });
  });

  test('that cancels a paused campaign announces its end, under one id also when it is repeated', async ({ aws }) => {
    const id = await stored(aws, { status: 'paused' });
    await act(aws, 'cancel', id);
    await act(aws, 'cancel', id);
    const own = aws.announced.filter(({ detail }) => (detail as { campaignId?: string }).campaignId === id);
    expect(own.map(({ detail }) => (detail as { status: string }).status)).toEqual(['canceled', 'canceled']);
    expect(new Set(own.map(({ detail }) => (detail as { eventId: string }).eventId)).size).toBe(1);
  });
});

describe('a start', () => {
  test('is refused where the manifest was overwritten after the plan', async ({ aws }) => {
    const id = await stored(aws, { status: 'planned' });
    await aws.put((await requireCampaign(aws.table, id)).manifest.key, 'another\n');
    await expect(act(aws, 'start', id)).rejects.toMatchObject({ reason: 'manifest_changed' });
    expect(await requireCampaign(aws.table, id)).toMatchObject({ status: 'planned', run: 0 });
  });

  test.for(['start', 'resume'] as const)(
    'or a resume (%s) whose last row would begin after its media is deleted is refused',
    async (control, { aws }) => {
      const status = control === 'start' ? ('planned' as const) : ('paused' as const);
      // Ten rows at one in ten seconds.
      const mediaUntil = (seconds: number) => new Date(Date.now() + 1000 * seconds).toISOString();
      const slow = { status, askedPace: 0.1, pace: 0.1, runnable: 10 };
      const id = await stored(aws, { ...slow, mediaUntil: mediaUntil(90) });
      await expect(act(aws, control, id)).rejects.toMatchObject({ reason: 'plan_outlives_media' });
      expect((await requireCampaign(aws.table, id)).status).toBe(status);
      expect((await act(aws, control, await stored(aws, { ...slow, mediaUntil: mediaUntil(160) }))).status).toBe(
        'running',
      );
      // Two rows have ended.
      const less = await stored(aws, { ...slow, approved: 2, mediaUntil: mediaUntil(90) });
      expect((await act(aws, control, less)).status).toBe('running');
    },
  );
});

describe('a plan', () => {
  const policies = { default: { minimumThreshold: 0.65, liveness: 'none' } } as unknown as Policies;

  const body = (key: string, more: Partial<CampaignBody> = {}): CampaignBody => ({
    manifest: { key },
    purpose: 'default',
    pace: 1,
    ...more,
  });

  test('is begun once for the same call about the same version, and once more for another version', async ({ aws }) => {
    const { key } = await aws.put('campaigns/manifests/again.csv', 'accountId\n');
    const [first, second] = [
      await planCampaign(settingsOf(aws), policies, body(key), CALLER),
      await planCampaign(settingsOf(aws), policies, body(key), CALLER),
    ];
    expect(second.campaignId).toBe(first.campaignId);
    expect(startedOf(aws, first.campaignId)).toEqual([
      { name: `${first.campaignId}-1`, input: { campaignId: first.campaignId, mode: 'plan' } },
    ]);
    await aws.put(key, 'another\n');
    const third = await planCampaign(settingsOf(aws), policies, body(key), CALLER);
    expect(third.campaignId).not.toBe(first.campaignId);
  });

  test('of no object, of a version that is not there, or for an unknown purpose is refused', async ({ aws }) => {
    const { key } = await aws.put('campaigns/manifests/there.csv', 'accountId\n');
    const ask = (of: CampaignBody) => planCampaign(settingsOf(aws), policies, of, CALLER);
    await expect(ask(body('campaigns/manifests/absent.csv'))).rejects.toMatchObject({ reason: 'manifest_gone' });
    const manifest = { key, versionId: 'none' };
    await expect(ask(body(key, { manifest }))).rejects.toMatchObject({ reason: 'manifest_gone' });
    await expect(ask(body(key, { purpose: 'unknown' }))).rejects.toMatchObject({ reason: 'purpose_unknown' });
  });

  test('of more than 500 MB is refused, and of exactly as much is not', async ({ aws }) => {
    for (const [ContentLength, isRefused] of [
      [500_000_001, true],
      [500_000_000, false],
    ] as const) {
      const send = vi
        .spyOn(S3Client.prototype, 'send')
        .mockImplementation(async () => ({ VersionId: 'v1', ContentLength }));
      const asked = planCampaign(settingsOf(aws), policies, body('campaigns/manifests/large.csv'), CALLER);
      const answer = await asked.catch((error) => error);
      send.mockRestore();
      expect(answer.reason).toBe(isRefused ? 'manifest_too_large' : undefined);
    }
  });
});
