import { TurnEvent } from '../shared/campaigns/events.ts';
import { turnFor } from '../shared/campaigns/turn.ts';
import { campaignStep } from '../shared/lambda/campaign-step.ts';
import { throttleFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';

/**
 * The first step of a row: gives it the next free turn of its campaign, by one conditional write that all children share. A campaign
 * that holds gives none, and only a row that had begun goes on. After a 429 of Truora the turns are further apart.
 */
export const handler = campaignStep('WaitForTurn', TurnEvent, ({ event }) =>
  turnFor(env('TABLE_NAME'), throttleFromEnv(), event),
);
