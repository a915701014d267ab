import { manifestReasons } from '../../../shared/campaigns/campaign.ts';
import type { CampaignView } from '../../../shared/campaigns/view.ts';
import { campaignRowCost } from '../../cost/campaign-cost.ts';
import { costOf, pricesOf } from '../../cost/cost.ts';
import { timeText } from './case.ts';

const BAR = 30;

const percent = (part: number, of: number): number => (of === 0 ? 0 : Math.floor((100 * part) / of));

/** How far a campaign is: a bar, the rows that have ended, and the pace. */
export const barOf = ({ counts: { ended, runnable }, pace, askedPace }: CampaignView): string => {
  const full = runnable === 0 ? 0 : Math.floor((BAR * ended) / runnable);
  const asked = pace < askedPace ? ` of ${askedPace}` : '';
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${ended} of ${runnable} rows (${percent(ended, runnable)} %), ${Number(pace.toFixed(2))}${asked} a second`;
};

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** One campaign in one line. */
export const lineOf = ({ createdAt, campaignId, status, counts }: CampaignView): string =>
  [timeText(createdAt), campaignId, status.padEnd(9), `${counts.ended} of ${counts.runnable} rows`].join('  ');

/** The status of a campaign for a person. */
export const statusText = (view: CampaignView): string => {
  const { campaignId, status, reason, line, counts, endsAt } = view;
  const why = reason ? `: ${manifestReasons[reason]}${line === undefined ? '' : ` (line ${line})`}` : '';
  return [
    `${campaignId} is ${status}${why}`,
    barOf(view),
    ...(counts.ended > 0 ? [`  ${listed(counts.byStatus)}`] : []),
    ...(counts.rows > counts.runnable ? [`  cannot run: ${listed(counts.refused)}`] : []),
    ...(endsAt && counts.runnable > counts.ended ? [`  the last row ends at about ${timeText(endsAt)}`] : []),
  ].join('\n');
};

const dollars = (amount: number): string => `${amount.toFixed(2)} USD`;

/** What a plan found: who can run, what it costs, and when it ends. @param vendorPrice dollars of one validation at Truora */
export const planText = (view: CampaignView, vendorPrice: number | undefined): string => {
  const { counts, askedPace, mediaUntil } = view;
  const { rows, runnable, refused } = counts;
  const run = Object.values(costOf('callback')).reduce((sum, one) => sum + one, 0) / 1000;
  const aws = runnable * (run + campaignRowCost());
  const hours = runnable / askedPace / 3600;
  return [
    statusText(view),
    '',
    `rows in the manifest    ${rows}`,
    `rows that can run       ${runnable}`,
    ...Object.entries(refused).map(([reason, count]) => `  ${reason.padEnd(22)}${count}`),
    `time at ${askedPace} a second     ${hours < 1 ? `${Math.ceil(60 * hours)} minutes` : `${hours.toFixed(1)} hours`}, so ${Math.round(Math.min(runnable, 86_400 * askedPace))} validations a day count against the daily budget`,
    ...(mediaUntil ? [`media is kept until     ${timeText(mediaUntil)}`] : []),
    `AWS, at most            ${dollars(aws)} (prices of ${pricesOf})`,
    vendorPrice === undefined
      ? "Truora                  give --vendor-price for Truora's part"
      : `Truora, at most         ${dollars(runnable * vendorPrice)}`,
  ].join('\n');
};
