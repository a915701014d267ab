import type { PlanSettings } from '../campaigns/plan.ts';
import type { Ledger } from '../ledger/records.ts';
import { ledgerFromEnv, retryRulesFromEnv, throttleFromEnv, truoraFromEnv } from './clients.ts';
import { env, mediaLimitsFromEnv } from './env.ts';

/** What a plan works with. @param emitUnknownWord counts an undocumented status of an enrollment */
export const planFromEnv = (
  remainingMs: () => number,
  emitUnknownWord: () => void,
): Omit<PlanSettings, 'campaign'> & { ledger: Ledger } => ({
  ledger: ledgerFromEnv(),
  table: env('TABLE_NAME'),
  mediaBucket: env('MEDIA_BUCKET'),
  policies: env('POLICIES'),
  mediaLimits: mediaLimitsFromEnv(),
  mediaHours: env('MEDIA_HOURS'),
  consentMode: env('CONSENT_MODE'),
  allowNationalIds: env('ALLOW_NATIONAL_IDS'),
  enrollment: {
    truora: truoraFromEnv(),
    throttle: throttleFromEnv(),
    retries: retryRulesFromEnv(),
    emitUnknownWord,
    // Each run counts them again.
    emitOtherEnrollments: () => {},
  },
  remainingMs,
});
