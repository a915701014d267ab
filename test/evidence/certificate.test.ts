import { expect, test } from 'vitest';
import { CAMPAIGN_DAYS } from '../../shared/campaigns/campaign.ts';
import { remaindersOf } from '../../shared/evidence/certificate.ts';

test('a certificate says how long S3 keeps the files of campaigns, and no day, since a campaign that runs writes them again', () => {
  const found = remaindersOf('2026-01-01T00:00:00.000Z').find(({ what }) => what === 'files of campaigns');
  expect(found?.why).toContain(` ${CAMPAIGN_DAYS} days after it was last written`);
  expect(found?.until).toBeUndefined();
});
