import { controlRoute } from '../shared/lambda/campaigns.ts';

import { route } from '../shared/lambda/route.ts';

/**
 * `POST /campaigns/{id}/pause`, called by operators. Begins no more rows. Rows that have their turn go on to their end, and nothing that
 * is paid for is stopped.
 */
export const handler = route('PauseCampaign', (input) => controlRoute('pause', input, {}));
