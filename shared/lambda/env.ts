import * as z from 'zod/mini';
import { OnUnresolved } from '../domain/attempts.ts';
import { ConsentMode, ConsentTexts } from '../domain/consent.ts';
import { Alternative } from '../domain/person-messages.ts';
import { Policies } from '../domain/policy.ts';
import { ResultMode } from '../domain/request.ts';

const text = z.string().check(z.minLength(1));

const whole = z.coerce.number().check(z.int(), z.positive());

const wholeOrZero = z.coerce.number().check(z.int(), z.nonnegative());

const names = z.pipe(
  text,
  z.transform((list: string) => list.split(',')),
);

const origins = z.pipe(
  z.string(),
  z.pipe(
    z.transform((list: string) => list.split(',')),
    z.array(z.url()),
  ),
);

/** The name of the bucket of evidence where the deployment signs none. */
export const NO_EVIDENCE = 'none';

/** Addresses by name: `name=address`, with commas between them; `none` for no address. */
const addresses = z.pipe(
  text,
  z.pipe(
    z.transform((list: string) =>
      Object.fromEntries(list === 'none' ? [] : list.split(',').map((one) => one.split('='))),
    ),
    z.record(z.string(), text),
  ),
);

/** JSON; undefined for another text, which the schema after it refuses. */
const json = z.transform((value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
});

/** Every environment variable and its form. None holds a secret; two name where one is stored. */
const variables = {
  TABLE_NAME: text,
  MEDIA_BUCKET: text,
  RETENTION_DAYS: whole,
  /** Hours that media is kept after its outcome, and the greatest age of a drop. */
  MEDIA_HOURS: whole,
  /** The least pixels of a photo's shorter side, and the most seconds of a video. */
  MEDIA_MIN_PIXELS: whole,
  MEDIA_MAX_SECONDS: whole,
  /** Minutes after which a sweep starts a drop that no execution claimed. */
  UNCLAIMED_MINUTES: wholeOrZero,
  /** The bus for the announcements of outcomes. */
  EVENT_BUS: text,
  RESULT_MODE: ResultMode,
  TRUORA_ORIGIN: z.url(),
  TRUORA_UPLOAD_ORIGINS: origins,
  TRUORA_KEY_SECRET: text,
  WEBHOOK_KEYS_SECRET: text,
  /** The timeout of one call to Truora. Seconds. */
  HTTP_DEADLINE_SECONDS: whole,
  /** How long a create call without an answer may still be running. Seconds. */
  SETTLE_SECONDS: wholeOrZero,
  /** Whether the case ends or another validation is paid for, where the first one cannot be used. */
  ON_UNRESOLVED: OnUnresolved,
  /** The most validations that may be created on one day; `none` for no limit. */
  DAILY_BUDGET: z.union([
    z.pipe(
      z.literal('none'),
      z.transform(() => undefined),
    ),
    whole,
  ]),
  /** Minutes between two sweeps. */
  SWEEP_MINUTES: whole,
  /** Seconds after a validation's deadline during which Truora is still asked. */
  GRACE_SECONDS: whole,
  /** The policies by purpose, as JSON. */
  POLICIES: z.pipe(z.pipe(text, json), Policies),
  /** How often the account at Truora allows a retry of a declined validation, and within how many seconds. */
  ALLOWED_RETRIES: z.coerce.number().check(z.int(), z.minimum(0), z.maximum(2)),
  RETRY_SECONDS: whole,
  /** The namespace of our CloudWatch metrics. */
  METRICS_NAMESPACE: text,
  MACHINE_ARN: text,
  /** The machine of campaigns, and whether the deployment has campaigns: without them there is no such variable. */
  CAMPAIGN_MACHINE_ARN: text,
  CAMPAIGNS: z._default(
    z.pipe(
      z.enum(['true', 'false']),
      z.transform((value) => value === 'true'),
    ),
    false,
  ),
  /** The token claim with the one account that a token may see; `none` when every token may see all. */
  ACCOUNT_CLAIM: z.pipe(
    text,
    z.transform((claim) => (claim === 'none' ? undefined : claim)),
  ),
  /** The other way for a person, as JSON; `none` when the deployment offers none. */
  ALTERNATIVE: z.union([
    z.pipe(
      z.literal('none'),
      z.transform(() => undefined),
    ),
    z.pipe(z.pipe(text, json), Alternative),
  ]),
  /** The address of the capture page; `none` when the deployment has none. */
  CAPTURE_URL: z.pipe(
    text,
    z.transform((url) => (url === 'none' ? undefined : url)),
  ),
  /** How the consent of a person is shown, and the texts of consent by name with their hashes, as JSON. */
  CONSENT_MODE: ConsentMode,
  CONSENT_TEXTS: z.pipe(z.pipe(text, json), ConsentTexts),
  /** The address of this project's documentation, for the types of problems; `none` when the deployment names none. */
  DOCUMENTATION_URL: z.pipe(
    text,
    z.transform((url) => (url === 'none' ? undefined : url)),
  ),
  EVIDENCE_BUCKET: text,
  /** The ARNs of the keys for evidence: the one that signs, then older ones. */
  EVIDENCE_KEYS: names,
  /** The deployment, as evidence names it. */
  EVIDENCE_ISSUER: text,
  /** The version of this project. */
  CODE_VERSION: text,
  /** Whether an account id or a reference may be a national id. */
  ALLOW_NATIONAL_IDS: z.pipe(
    z.enum(['true', 'false']),
    z.transform((value) => value === 'true'),
  ),
  /** The bucket that names erased persons and revoked receipts, outside of the ledger. */
  ERASURE_BUCKET: text,
  /** The addresses of the deployment's dead-letter queues, by name. */
  DEAD_LETTERS: addresses,
};

export type EnvKey = keyof typeof variables;

/** What was parsed last, by variable: a warm function reads the same texts again in each run. */
const parsed = new Map<EnvKey, { text: string | undefined; value: unknown }>();

/** One parsed variable. It is read at use, never at import, and parsed when its text has changed. @throws TypeError that names the variable */
export const env = <Key extends EnvKey>(key: Key): z.infer<(typeof variables)[Key]> => {
  const text = process.env[key];
  const known = parsed.get(key);
  if (known && known.text === text) return known.value as z.infer<(typeof variables)[Key]>;
  const { success, data } = variables[key].safeParse(text);
  if (!success) throw new TypeError(`environment variable ${key} is missing or malformed`);
  parsed.set(key, { text, value: data });
  return data as z.infer<(typeof variables)[Key]>;
};

/** Variables of the logger. Powertools and Lambda define them, and each may be absent. */
export type LogEnvKey =
  | 'POWERTOOLS_SERVICE_NAME'
  | 'POWERTOOLS_LOG_LEVEL'
  | 'AWS_LAMBDA_LOG_LEVEL'
  | '_X_AMZN_TRACE_ID';

/** A variable of the logger; undefined when it is absent or empty. */
export const logEnv = (key: LogEnvKey): string | undefined => process.env[key] || undefined;

/** The deployment's limits for media. */
export const mediaLimitsFromEnv = () => ({ minPixels: env('MEDIA_MIN_PIXELS'), maxSeconds: env('MEDIA_MAX_SECONDS') });
