import type { Campaign } from './campaign.ts';

/** When the last row would begin, if the campaign were started now. Milliseconds since 1970. */
const lastStart = ({ askedPace }: Campaign, rows: number): number => Date.now() + (1000 * rows) / askedPace;

/** Whether media of the plan would be deleted before its row begins. */
export const outlivesMedia = (campaign: Campaign, rows: number, mediaUntil: number | undefined): boolean =>
  mediaUntil !== undefined && lastStart(campaign, rows) > mediaUntil;
