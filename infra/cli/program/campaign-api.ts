import { type ApiCall, callApi } from './api.ts';
import type { Context } from './context.ts';
import type { Connected } from './deployment.ts';
import { UsageError } from './usage.ts';

/** The API refused a call about campaigns. */
export class CampaignRefusedError extends Error {
  override readonly name = 'CampaignRefusedError';
}

/**
 * Calls a route of campaigns.
 * @returns the parsed answer
 * @throws UsageError where the deployment has no campaigns, CampaignRefusedError with the problem's code and detail
 */
export const callCampaigns = async (
  connected: Connected,
  call: ApiCall,
  context: Pick<Context, 'env'>,
): Promise<unknown> => {
  if (connected.outputs.CampaignMachineArn === undefined)
    throw new UsageError(`${connected.name} has no campaigns: deploy it with the setting "campaigns": true`);
  const { status, body } = await callApi(connected, call, context);
  if (status < 300) return JSON.parse(body);
  throw new CampaignRefusedError(problemIn(body) ?? `the API answered ${status}`);
};

const problemIn = (body: string): string | undefined => {
  try {
    const { code, detail, title, message } = JSON.parse(body) as Record<string, string | undefined>;
    return [code, detail ?? title ?? message].filter(Boolean).join(': ');
  } catch {
    return undefined;
  }
};
