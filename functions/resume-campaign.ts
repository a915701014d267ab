import { controlRoute } from '../shared/lambda/campaigns.ts';

import { route } from '../shared/lambda/route.ts';

/**
 * `POST /campaigns/{id}/resume`, called by operators. Goes on with the rows that have not ended, after a pause or after the execution of
 * the campaign was stopped. The end of one that has ended is announced again, under the same id.
 */
export const handler = route('ResumeCampaign', (input) => controlRoute('resume', input, {}));
