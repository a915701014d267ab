import { type Campaign, counted } from '../../shared/campaigns/campaign.ts';

const at = '2026-11-23T12:00:00.000Z';

/** A campaign of ten rows at ten a second, as it is in the ledger. */
export const campaign = (of: Partial<Campaign> = {}): Campaign => ({
  campaignId: `CMP${'0'.repeat(32)}`,
  status: 'planned',
  purpose: 'default',
  policyVersion: `POL${'0'.repeat(32)}`,
  manifest: { key: 'campaigns/manifests/a.csv', versionId: 'v1', bytes: 100, format: 'csv' },
  createdAt: at,
  createdBy: 'iam:arn:aws:iam::111122223333:user/operator',
  run: 0,
  askedPace: 10,
  pace: 10,
  intervalMs: 100,
  nextAt: Date.parse(at),
  pacedAt: Date.parse(at),
  rows: 10,
  runnable: 10,
  refusals: {},
  turns: 0,
  turnsBefore: 0,
  ...(Object.fromEntries(counted.map((status) => [status, 0])) as Record<(typeof counted)[number], number>),
  ...of,
});
