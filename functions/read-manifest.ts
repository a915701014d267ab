import { PlanEvent } from '../shared/campaigns/events.ts';
import { planOn } from '../shared/campaigns/finish-plan.ts';
import { planFromEnv } from '../shared/lambda/campaign-plan.ts';
import { campaignStep } from '../shared/lambda/campaign-step.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit } from '../shared/lambda/metrics.ts';

/**
 * The plan of a campaign, in as many calls as it takes: reads the manifest, then checks each row as far as it is free, at the pace of
 * reads. At Truora it only reads. It leaves the rows that can run and the errors of the others, which name line, field and rule.
 */
export const handler = campaignStep('ReadManifest', PlanEvent, async ({ event: { state }, remainingMs }) => {
  const settings = planFromEnv(remainingMs, () => emit('UnknownWords', 1, { word: 'enrollment' }));
  const cursor = state.plan?.cursor ?? { stage: 'read' as const };
  const planned = await planOn(settings, state.campaignId, cursor);
  log('info', 'done', { step: 'ReadManifest', reason: planned.cursor?.stage ?? 'end' });
  return planned;
});
