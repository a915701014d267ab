import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { putMedia } from '../../infra/local/put-media.ts';
import type { CampaignView } from '../../shared/campaigns/view.ts';
import { launchBrowser } from '../support/browser.ts';
import { calling } from '../support/callers.ts';
import { runConsole } from '../support/console.ts';
import { fileOf, photo } from '../support/drops.ts';
import { shoot } from '../support/screenshot.ts';

/** Takes the pictures of campaigns, of invented people. A process has one local system, so the other pages have theirs. */

const { system, console: pages, close } = await runConsole({ config: { campaigns: true }, pace: 0.1 });
const browser = await launchBrowser();
const call = calling(system) as unknown as (line: string, more?: object) => Promise<{ content: CampaignView }>;
const s3 = new S3Client({
  endpoint: system.endpoints.S3 ?? '',
  region: 'us-east-1',
  credentials: system.credentials,
});

const until = async (id: string, isThere: (view: CampaignView) => boolean): Promise<void> => {
  while (!isThere((await call(`GET /campaigns/${id}`)).content))
    await new Promise((resolve) => setTimeout(resolve, 200));
};

/** The end of an account id says what the sandbox does. */
const suffixes = ['', '', '', '-declined', '', '', '', '-declined-no_face_detected', '', ''];

const plan = async (name: string, rows: number, pace: number): Promise<string> => {
  const lines = ['accountId,enrollmentId,mediaKey,userAuthorized'];
  for (let n = 0; n < rows; n += 1) {
    const accountId = `${name}-${n}${suffixes[n % suffixes.length]}`;
    const key = `media/${accountId}.jpg`;
    // Some have no media, and some no enrollment.
    if (n % 15 !== 7) await putMedia(system, { key, file: fileOf(photo) });
    if (n % 20 !== 11) system.sandbox?.enroll({ accountId, enrollmentId: `ENR-${accountId}` });
    lines.push(`${accountId},ENR-${accountId},${key},true`);
  }
  const Key = `campaigns/manifests/${name}.csv`;
  await s3.send(new PutObjectCommand({ Bucket: system.bucket, Key, Body: `${lines.join('\n')}\n` }));
  const body = { manifest: { key: Key }, purpose: 'default', pace };
  const { campaignId } = (await call('POST /campaigns', { body })).content;
  await until(campaignId, ({ status }) => status !== 'planning');
  return campaignId;
};

try {
  const first = await plan('spring', 20, 50);
  await call(`POST /campaigns/${first}/start`, { body: {} });
  await until(first, ({ status }) => status === 'ended');
  const running = await plan('portfolio', 60, 1);
  await plan('autumn', 20, 5);
  await call(`POST /campaigns/${running}/start`, { body: {} });
  await until(running, ({ counts }) => counts.ended > 15);
  const page = await browser.newPage({
    viewport: { width: 1100, height: 420 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  page.setDefaultTimeout(120_000);
  await page.goto(pages.link('writer'));
  await page.waitForSelector('h1');
  await page.goto(`${pages.origin}/#/campaigns`);
  await page.waitForSelector('tbody a');
  await shoot(page, 'campaigns');
  await page.setViewportSize({ width: 1100, height: 960 });
  await page.goto(`${pages.origin}/#/campaigns/${running}`);
  await page.waitForSelector('progress');
  await shoot(page, 'campaign');
} finally {
  s3.destroy();
  await Promise.all([browser.close(), close()]);
}
