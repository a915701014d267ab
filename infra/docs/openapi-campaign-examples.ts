import type { CampaignBody } from '../../shared/campaigns/campaign.ts';
import type { CampaignView } from '../../shared/campaigns/view.ts';

const calledBy = 'iam:arn:aws:sts::111122223333:assumed-role/Onboarding';

export const campaignBody: CampaignBody = {
  manifest: { key: 'campaigns/manifests/portfolio-2026.csv' },
  purpose: 'portfolio',
  pace: 5,
};

export const planning: CampaignView = {
  campaignId: 'CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978',
  status: 'planning',
  purpose: 'portfolio',
  policyVersion: 'POLcedb850b7373b88bfd28e227c0f19416',
  createdAt: '2026-11-23T10:00:00.000Z',
  createdBy: calledBy,
  pace: 5,
  askedPace: 5,
  manifest: { key: 'campaigns/manifests/portfolio-2026.csv', versionId: '3HL4kqtJvjVBH40Nrjfkd' },
  counts: { rows: 0, runnable: 0, refused: {}, turns: 0, ended: 0, byStatus: {} },
};

export const running: CampaignView = {
  ...planning,
  status: 'running',
  changedBy: calledBy,
  plannedAt: '2026-11-23T11:06:40.000Z',
  startedAt: '2026-11-23T12:00:00.000Z',
  mediaUntil: '2027-01-08T10:00:00.000Z',
  counts: {
    rows: 40_000,
    runnable: 39_800,
    refused: { enrollment_unknown: 150, consent_missing: 50 },
    turns: 4000,
    ended: 3980,
    byStatus: { approved: 3800, declined: 180 },
  },
  endsAt: '2026-11-23T14:12:40.000Z',
};
