import { sendableKey } from '../domain/sendable-key.ts';
import { env } from './env.ts';

/** The ledger, as the records' functions want it. */
export const ledgerFromEnv = () => ({ table: env('TABLE_NAME'), retentionDays: env('RETENTION_DAYS') });

/** Where outcomes are announced, and how long media outlives them. */
export const outcomeSettingsFromEnv = () => ({ bus: env('EVENT_BUS'), mediaHours: env('MEDIA_HOURS') });

/** What may be retried, as the deployment was told of its account at Truora. */
export const retryRulesFromEnv = () => ({
  allowedRetries: env('ALLOWED_RETRIES'),
  retrySeconds: env('RETRY_SECONDS'),
});

/**
 * Where an AWS service is and as whom to ask it, from the variables that Lambda itself sets. An environment's credentials
 * last as long as it does, so nothing is refreshed; they are read again at each call and kept nowhere.
 */
export const accessFromEnv = (service: 'DYNAMODB' | 'SECRETS_MANAGER') => {
  const { env: set } = process;
  const needed = (name: string): string => {
    const value = set[name];
    if (!value) throw new TypeError(`environment variable ${name} is missing or malformed`);
    return value;
  };
  const endpoint = set[`AWS_ENDPOINT_URL_${service}`];
  const trace = set._X_AMZN_TRACE_ID;
  const sessionToken = set.AWS_SESSION_TOKEN;
  return {
    region: needed('AWS_REGION'),
    credentials: {
      accessKeyId: needed('AWS_ACCESS_KEY_ID'),
      secretAccessKey: needed('AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken ? { sessionToken } : {}),
    },
    ...(endpoint ? { endpoint } : {}),
    ...(trace ? { trace } : {}),
  };
};

type TruoraObserver = (seen: { method: 'GET' | 'POST' | 'PUT'; milliseconds: number; failed: boolean }) => void;

/**
 * How to reach Truora. A connection stands within 3 s or not at all, and no silence lasts longer than the whole call may;
 * an upload of 10 MB may take six times as long as an ordinary call.
 * @param readSecret reads a secret by its name, again if the given value was refused
 */
export const truoraFromEnv = (
  readSecret: (access: ReturnType<typeof accessFromEnv>, id: string, refused?: string) => Promise<string>,
  { upload = false, onCall }: { upload?: boolean; onCall?: TruoraObserver } = {},
) => {
  const callMs = env('HTTP_DEADLINE_SECONDS') * 1000;
  return {
    origin: env('TRUORA_ORIGIN'),
    uploadOrigins: env('TRUORA_UPLOAD_ORIGINS'),
    key: async (refused?: string) => {
      const read = (bad?: string) => readSecret(accessFromEnv('SECRETS_MANAGER'), env('TRUORA_KEY_SECRET'), bad);
      const stored = await read(refused);
      try {
        return sendableKey(stored);
      } catch {
        // It may have been mended since it was read: that is one more read, at most once a minute.
        return sendableKey(await read(stored));
      }
    },
    ...(onCall ? { onCall } : {}),
    deadlines: {
      connectMs: Math.min(3000, callMs),
      headersMs: callMs,
      idleMs: callMs,
      totalMs: upload ? 6 * callMs : callMs,
    },
  };
};
