import { expect, test } from 'vitest';
import { CAMPAIGN_DAYS } from '../../shared/campaigns/campaign.ts';
import { remaindersOf } from '../../shared/evidence/certificate.ts';

test('a certificate names the files of campaigns, for as long as S3 keeps them', () => {
  const found = remaindersOf('2026-01-01T00:00:00.000Z').find(({ what }) => what === 'files of campaigns');
  expect(found?.until).toBe(new Date(Date.UTC(2026, 0, 1 + CAMPAIGN_DAYS)).toISOString());
});
