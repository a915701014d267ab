import * as z from 'zod/mini';
import { OnUnresolved } from '../domain/creation.ts';
import { ResultMode, Threshold } from '../domain/request.ts';
import { sendableKey } from '../domain/sendable-key.ts';

const text = z.string().check(z.minLength(1));
const whole = z.coerce.number().check(z.int(), z.positive());
const wholeOrZero = z.coerce.number().check(z.int(), z.nonnegative());
const origins = z.pipe(
  z.string(),
  z.pipe(
    z.transform((list: string) => list.split(',')),
    z.array(z.url()),
  ),
);

/** Every environment variable there is, and what it must look like. None holds a secret: two name where one is kept. */
const variables = {
  TABLE_NAME: text,
  MEDIA_BUCKET: text,
  RETENTION_DAYS: whole,
  /** Hours that media is kept after its outcome, and that a drop may be late. */
  MEDIA_HOURS: whole,
  /** The least pixels of a photo's shorter side, and the most seconds of a video. */
  MEDIA_MIN_PIXELS: whole,
  MEDIA_MAX_SECONDS: whole,
  /** Minutes after which a drop that nothing has claimed is taken for forgotten. */
  UNCLAIMED_MINUTES: wholeOrZero,
  /** The bus that outcomes are announced on. */
  EVENT_BUS: text,
  RESULT_MODE: ResultMode,
  TRUORA_ORIGIN: z.url(),
  TRUORA_UPLOAD_ORIGINS: origins,
  TRUORA_KEY_SECRET: text,
  WEBHOOK_KEYS_SECRET: text,
  /** Seconds one call to Truora may take. */
  HTTP_DEADLINE_SECONDS: whole,
  /** Seconds after which a call to Truora that never came back cannot come back any more. */
  SETTLE_SECONDS: wholeOrZero,
  /** What to do about a validation that was created and cannot be used. */
  ON_UNRESOLVED: OnUnresolved,
  /** The validations that may be created on one day; `none` for any number. */
  DAILY_BUDGET: z.union([
    z.pipe(
      z.literal('none'),
      z.transform(() => undefined),
    ),
    whole,
  ]),
  /** Seconds after a validation's deadline during which Truora is still asked. */
  GRACE_SECONDS: whole,
  /** Least similarity that approves anybody, 0 to 1. */
  MINIMUM_THRESHOLD: z.pipe(z.pipe(text, z.transform(Number)), Threshold),
  /** How often Truora's account lets a declined validation be retried, and within how many seconds. */
  ALLOWED_RETRIES: z.coerce.number().check(z.int(), z.minimum(0), z.maximum(2)),
  RETRY_SECONDS: whole,
  /** Under which name CloudWatch keeps our numbers. */
  METRICS_NAMESPACE: text,
  MACHINE_ARN: text,
  /** The claim of a token that holds the one account it may see; `none` where a token may see all. */
  ACCOUNT_CLAIM: z.pipe(
    text,
    z.transform((claim) => (claim === 'none' ? undefined : claim)),
  ),
};

export type EnvKey = keyof typeof variables;

/** One variable, parsed. Read when it is needed, never at import. */
export const env = <Key extends EnvKey>(key: Key): z.infer<(typeof variables)[Key]> => {
  const { success, data } = variables[key].safeParse(process.env[key]);
  if (!success) throw new TypeError(`environment variable ${key} is missing or malformed`);
  return data as z.infer<(typeof variables)[Key]>;
};

/** The ledger, as the records' functions want it. */
export const ledgerFromEnv = () => ({ table: env('TABLE_NAME'), retentionDays: env('RETENTION_DAYS') });

/** Where outcomes are announced, and how long media outlives them. */
export const resultsFromEnv = () => ({ bus: env('EVENT_BUS'), mediaHours: env('MEDIA_HOURS') });

/** How strict every check is at least, as the deployment decides. */
export const policyFromEnv = () => ({ minimumThreshold: env('MINIMUM_THRESHOLD') });
/** What media is sent to Truora at all. */
export const mediaLimitsFromEnv = () => ({ minPixels: env('MEDIA_MIN_PIXELS'), maxSeconds: env('MEDIA_MAX_SECONDS') });

/** What may be retried, as the deployment was told of its account at Truora. */
export const retryRulesFromEnv = () => ({
  allowedRetries: env('ALLOWED_RETRIES'),
  retrySeconds: env('RETRY_SECONDS'),
});
/**
 * Where an AWS service is and as whom to ask it, from the variables that Lambda itself sets. An environment's credentials
 * last as long as it does, so nothing is refreshed; they are read anew at each call and kept nowhere.
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
 * @param readSecret reads a secret by its name, anew if the value given has just been refused
 */
export const truoraFromEnv = (
  readSecret: (access: ReturnType<typeof accessFromEnv>, id: string, refused?: string) => Promise<string>,
  { upload = false, observe }: { upload?: boolean; observe?: TruoraObserver } = {},
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
    ...(observe ? { observe } : {}),
    deadlines: {
      connectMs: Math.min(3000, callMs),
      headersMs: callMs,
      idleMs: callMs,
      totalMs: upload ? 6 * callMs : callMs,
    },
  };
};
