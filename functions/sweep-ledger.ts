import { enteredOf } from '../shared/consent/receipts.ts';
import { endCasesOf, leaveConsent, mayUseFace } from '../shared/consent/revoke.ts';
import {
  ledgerFromEnv,
  outcomeSettingsFromEnv,
  revocationFromEnv,
  throttleFromEnv,
  truoraFromEnv,
} from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { job, leaveMark, logError } from '../shared/lambda/job.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { type SweepSettings, sweepLedger } from '../shared/logic/ledger-sweep.ts';

const NAME = 'SweepLedger';

/**
 * Runs every few minutes. Follows up every record that is due: an open case whose execution ended, an outcome that was not announced,
 * media to delete, a late verdict of Truora, a lost create call. See `shared/logic/record-follow-up.ts`.
 */
export const handler = job('SweepLedger', async ({ remainingMs }) => {
  emit('NotificationsRecorded', 0);
  return leaveMark(NAME, await sweepLedger(settingsOf(remainingMs)));
});

const settingsOf = (remainingMs: () => number): SweepSettings => ({
  remainingMs,
  ledger: ledgerFromEnv(),
  outcomeBus: outcomeSettingsFromEnv(),
  truora: truoraFromEnv(),
  throttle: throttleFromEnv(),
  policies: env('POLICIES'),
  mediaBucket: env('MEDIA_BUCKET'),
  graceSeconds: env('GRACE_SECONDS'),
  mayUseFace: (record) => mayUseFace(env('TABLE_NAME'), record),
  leaveConsent: (record) => leaveConsent(env('TABLE_NAME'), record),
  followUpOther: (item) => endCasesOf(revocationFromEnv(), enteredOf(item)),
  emitOrphans: (count, revalidationId) => {
    log('warn', 'orphaned', { step: NAME, revalidationId });
    emit('Orphans', count);
  },
  emitUnknownWord: (word) => emit('UnknownWords', 1, { word }),
  logFailure: (error, revalidationId) => logError(NAME, error, revalidationId),
  logUnreadable: (revalidationId) => log('error', 'unreadable', { step: NAME, revalidationId }),
  logAmended: (revalidationId, status) => log('warn', 'amended', { step: NAME, revalidationId, reason: status }),
});
