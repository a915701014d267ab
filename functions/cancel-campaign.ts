import { controlRoute } from '../shared/lambda/campaigns.ts';
import { env } from '../shared/lambda/env.ts';
import { route } from '../shared/lambda/route.ts';

/**
 * `POST /campaigns/{id}/cancel`, called by operators. Ends a campaign: begins no more rows, and those that have begun go on to their
 * end.
 */
export const handler = route('CancelCampaign', (input) => controlRoute('cancel', input, { bus: env('EVENT_BUS') }));
