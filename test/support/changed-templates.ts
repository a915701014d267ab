/** Templates of deployments with many settings that have no effect on each other: one synthesis for the tests of each. */

import { Config } from '../../infra/aws/config.ts';
import { synthesized } from './synthesized.ts';

export const jwt = { issuer: 'https://issuer.example.com/pool', audience: ['api'], accountClaim: 'account' };

export const corsOrigins = ['https://app.example.com', 'https://b.example.com'];

export const callbackTimeoutSeconds = 90;

/** A setting of each kind is another than its default. */
export const changed = synthesized(
  Config.parse({
    jwt,
    corsOrigins,
    callbackTimeoutSeconds,
    sweepMinutes: 60,
    webhookConcurrency: 5,
    // One more than a day.
    mediaHours: 25,
    evidenceYears: 7,
    evidenceKeys: 2,
  }),
);

/** The least of what is counted in time. */
export const least = synthesized(Config.parse({ sweepMinutes: 1, mediaHours: 1, evidenceYears: 1 }));

export const runbookUrl = `https://wiki.example.com/${'a'.repeat(270)}`;

/** With campaigns, tokens, and the longest address of a runbook. */
export const withCampaigns = synthesized(Config.parse({ stage: 'wiki', runbookUrl, campaigns: true, jwt }));
