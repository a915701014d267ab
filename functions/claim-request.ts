import { enterOnConsent } from '../shared/consent/check.ts';
import { readIntake } from '../shared/domain/intake.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { RevalidationRequest } from '../shared/domain/request.ts';
import { ledgerFromEnv, retryRulesFromEnv } from '../shared/lambda/clients.ts';
import { env, mediaLimitsFromEnv } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { type ClaimSettings, claimRequest } from '../shared/logic/claim.ts';

/**
 * The first step, for every entry point. Checks the request: the person, the consent, the version of the object, and whether
 * Truora takes it; and claims its case, unless another execution has. Nothing is paid for here.
 */
export const handler = step('ClaimRequest', async ({ request, executionId }) => {
  const intake = readIntake(parseOrRefuse(RevalidationRequest, request), { bucket: env('MEDIA_BUCKET'), executionId });
  return claimRequest(settings(), intake);
});

const settings = (): ClaimSettings => ({
  ledger: ledgerFromEnv(),
  policies: env('POLICIES'),
  mediaLimits: mediaLimitsFromEnv(),
  mediaHours: env('MEDIA_HOURS'),
  resultMode: env('RESULT_MODE'),
  retries: retryRulesFromEnv(),
  allowNationalIds: env('ALLOW_NATIONAL_IDS'),
  campaigns: env('CAMPAIGNS'),
  enterOnConsent: async (details, revalidationId) =>
    env('CONSENT_MODE') === 'receipt' ? enterOnConsent(ledgerFromEnv(), details, revalidationId) : {},
});
