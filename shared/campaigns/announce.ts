import { putEvent } from '../aws/event-bus.ts';
import { EVENT_SOURCE } from '../domain/announcement.ts';
import { CAMPAIGN_ENDED, campaignAnnouncementOf } from './announcement.ts';
import type { Campaign } from './campaign.ts';

/** Announces the end of a campaign. A crash after it announces it twice, with one id. */
export const announceCampaign = async (bus: string, campaign: Campaign): Promise<void> => {
  const detail = campaignAnnouncementOf(campaign);
  await putEvent({ bus, source: EVENT_SOURCE, detailType: CAMPAIGN_ENDED, detail, at: new Date(detail.endedAt) });
};
