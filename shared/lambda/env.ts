import * as z from 'zod/mini';
import { OnUnresolved } from '../domain/attempts.ts';
import { ResultMode, Threshold } from '../domain/request.ts';

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

/** How strict every check is at least, as the deployment decides. */
export const policyFromEnv = () => ({ minimumThreshold: env('MINIMUM_THRESHOLD') });

/** What media is sent to Truora at all. */
export const mediaLimitsFromEnv = () => ({ minPixels: env('MEDIA_MIN_PIXELS'), maxSeconds: env('MEDIA_MAX_SECONDS') });
