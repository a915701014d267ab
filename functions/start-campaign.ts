import { controlRoute } from '../shared/lambda/campaigns.ts';
import { env } from '../shared/lambda/env.ts';
import { route } from '../shared/lambda/route.ts';

/**
 * `POST /campaigns/{id}/start`, called by operators. Begins the rows of a planned campaign, at its pace. From then on validations are
 * paid for. A manifest that was overwritten after the plan is refused, and so is a campaign that would outlive its media.
 */
export const handler = route('StartCampaign', (input) =>
  controlRoute('start', input, { mediaBucket: env('MEDIA_BUCKET') }),
);
