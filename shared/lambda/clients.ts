import { readSecret } from '../aws/secrets.ts';
import { type ConsentSettings, requireConsent } from '../consent/check.ts';
import type { RevocationSettings } from '../consent/revoke.ts';
import { defined } from '../domain/defined.ts';
import type { Claim } from '../domain/revalidation.ts';
import { sendableKey } from '../domain/sendable-key.ts';
import type { ThrottleStore } from '../domain/throttle.ts';
import { requireNotErased } from '../erasure/cancel-erased.ts';
import type { ErasureSettings } from '../erasure/erase-item.ts';
import { throttleOf } from '../ledger/throttle.ts';
import type { CreationSettings } from '../logic/creation.ts';
import type { EvidenceSettings } from '../logic/evidence.ts';
import type { Truora } from '../truora/call.ts';
import { env, NO_EVIDENCE } from './env.ts';
import { emit, emitOutcome, emitTruoraCall } from './metrics.ts';

/** The ledger, as the records' functions want it. */
export const ledgerFromEnv = () => ({ table: env('TABLE_NAME'), retentionDays: env('RETENTION_DAYS') });

/** Where outcomes are announced, how long media outlives them, and how one is counted. */
export const outcomeSettingsFromEnv = () => ({ bus: env('EVENT_BUS'), mediaHours: env('MEDIA_HOURS'), emitOutcome });

/** What the end of a case for want of consent works with. */
export const consentFromEnv = (): ConsentSettings => ({
  ledger: ledgerFromEnv(),
  outcomeBus: outcomeSettingsFromEnv(),
  alternative: env('ALTERNATIVE'),
});

/** What a revocation works with. */
export const revocationFromEnv = (): RevocationSettings => ({
  ...consentFromEnv(),
  mediaBucket: env('MEDIA_BUCKET'),
  erasureBucket: env('ERASURE_BUCKET'),
});

/** Ends a case whose person was erased, or whose consent has ended. @throws AlreadyDecidedError */
export const requireUsableFace = async (
  claim: Claim & { validationId?: string | undefined },
  owner: string,
): Promise<void> => {
  await requireNotErased(consentFromEnv, env('TABLE_NAME'), claim);
  await requireConsent(consentFromEnv, env('TABLE_NAME'), claim, owner);
};

/** Where evidence is kept, and how it is signed. */
export const evidenceFromEnv = (): EvidenceSettings => ({
  bucket: env('EVIDENCE_BUCKET'),
  keyIds: env('EVIDENCE_KEYS'),
  issuer: env('EVIDENCE_ISSUER'),
  codeVersion: env('CODE_VERSION'),
});

/** What an erasure works with, as long as its function has time. */
export const erasureFromEnv = (hasTime: () => boolean): ErasureSettings => ({
  ledger: ledgerFromEnv(),
  outcomeBus: outcomeSettingsFromEnv(),
  mediaBucket: env('MEDIA_BUCKET'),
  erasureBucket: env('ERASURE_BUCKET'),
  evidenceBucket: evidenceIfAnyFromEnv()?.bucket,
  settleSeconds: env('SETTLE_SECONDS'),
  hasTime,
});

/** Undefined where the deployment signs no evidence. */
export const evidenceIfAnyFromEnv = (): EvidenceSettings | undefined =>
  env('EVIDENCE_BUCKET') === NO_EVIDENCE ? undefined : evidenceFromEnv();

/** The throttle before Truora, that all runs share. */
export const throttleFromEnv = (): ThrottleStore => throttleOf(accessFromEnv('DYNAMODB'), env('TABLE_NAME'));

/** What a creation works with. */
export const creationFromEnv = (): CreationSettings => ({
  ledger: ledgerFromEnv(),
  truora: truoraFromEnv(),
  throttle: throttleFromEnv(),
  settleSeconds: env('SETTLE_SECONDS'),
  onUnresolved: env('ON_UNRESOLVED'),
  dailyBudget: env('DAILY_BUDGET'),
  emitOrphans: (count) => emit('Orphans', count),
  requireUsableFace,
});

/** What may be retried, as the deployment was told of its account at Truora. */
export const retryRulesFromEnv = () => ({
  allowedRetries: env('ALLOWED_RETRIES'),
  retrySeconds: env('RETRY_SECONDS'),
});

/**
 * Where an AWS service is and as whom to ask it, from the variables that Lambda itself sets. An environment's credentials
 * last as long as it does, so nothing is refreshed; they are read again at each call and kept nowhere.
 */
export const accessFromEnv = (service: 'DYNAMODB' | 'SECRETS_MANAGER' | 'SQS') => {
  const { env: set } = process;
  const needed = (name: string): string => {
    const value = set[name];
    if (!value) throw new TypeError(`environment variable ${name} is missing or malformed`);
    return value;
  };
  return defined({
    region: needed('AWS_REGION'),
    credentials: defined({
      accessKeyId: needed('AWS_ACCESS_KEY_ID'),
      secretAccessKey: needed('AWS_SECRET_ACCESS_KEY'),
      sessionToken: set.AWS_SESSION_TOKEN || undefined,
    }),
    endpoint: set[`AWS_ENDPOINT_URL_${service}`] || undefined,
    trace: set._X_AMZN_TRACE_ID || undefined,
  });
};

/**
 * How to reach Truora. Connecting may take 3 s, and a call the HTTP deadline; an upload of 10 MB may take six times as long.
 * No pause within a call may be longer than the HTTP deadline. Every call is counted.
 * @param of.read reads a secret by its name, again if the given value was refused
 */
export const truoraFromEnv = ({
  upload = false,
  read = readSecret,
}: {
  upload?: boolean;
  read?: typeof readSecret;
} = {}): Truora => {
  const callMs = env('HTTP_DEADLINE_SECONDS') * 1000;
  return {
    origin: env('TRUORA_ORIGIN'),
    uploadOrigins: env('TRUORA_UPLOAD_ORIGINS'),
    key: async (refused?: string) => {
      const readKey = (bad?: string) => read(accessFromEnv('SECRETS_MANAGER'), env('TRUORA_KEY_SECRET'), bad);
      const stored = await readKey(refused);
      try {
        return sendableKey(stored);
      } catch {
        // The secret may have been corrected since it was read: that is one more read, at most once a minute.
        return sendableKey(await readKey(stored));
      }
    },
    onCall: emitTruoraCall,
    deadlines: {
      connectMs: Math.min(3000, callMs),
      headersMs: callMs,
      idleMs: callMs,
      totalMs: upload ? 6 * callMs : callMs,
    },
  };
};
