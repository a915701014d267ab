import * as z from 'zod/mini';
import { OnUnresolved } from '../../shared/domain/attempts.ts';
import { englishErrors } from '../../shared/domain/parse.ts';
import { ResultMode, Threshold } from '../../shared/domain/request.ts';
import { functionSeconds } from '../workflow/timeouts.ts';

const loopback = ['127.0.0.1', '[::1]', 'localhost'];

/** Media and keys are sent there, so it is https. http is only for a stand-in on this machine. */
const origin = z.string().check(
  z.refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return (
      url?.origin === text &&
      (url.protocol === 'https:' || (url.protocol === 'http:' && loopback.includes(url.hostname)))
    );
  }, 'must be https, and scheme, host and port alone'),
);

/**
 * A function of a stopped execution may run until its own time limit (stopping an execution stops no Lambda), and its call may
 * still be on the network then. Plus ten seconds for Truora to execute and list the call (assumed).
 */
const LEAST_SETTLE_SECONDS = functionSeconds.CreateValidation + 10;

/** A page of this origin may upload. `*` in a name would admit every page of the web, or of a shared domain. */
const corsOrigin = origin.check(z.refine((text) => !text.includes('*'), 'must name one origin: no *'));

/** A part follows it, so it is an address without a query, a fragment or a slash at its end. */
const documentationUrl = z.string().check(
  z.refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url?.protocol === 'https:' && !/[?#]|\/$/.test(text) && url.username === '';
  }, 'must be https, without a query, a fragment or a slash at the end'),
);

/** The other partitions: China, GovCloud, the isolated ones and the European Sovereign Cloud (documented). */
const OTHER_PARTITIONS = /^(cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/;

/** Addresses and service names have another domain there, and this project was not tried there. */
export const isOfAnotherPartition = (region: string): boolean => OTHER_PARTITIONS.test(region);

const claim = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_:.-]{0,63}$/, 'must be the name of a claim'));

const scope = z.string().check(z.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'must be a scope'));

/** On the command line: `-c jwt='{"issuer":"https://...","audience":["..."]}'`. */
const Jwt = z.strictObject({
  /** The issuer of the tokens, https. API Gateway reads its keys from its discovery document. */
  issuer: z
    .string()
    .check(z.refine((text) => URL.canParse(text) && origin.safeParse(new URL(text).origin).success, 'must be https')),
  /** What a token's `aud` or `client_id` may be. */
  audience: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
  /** The scope that a token needs to read, and to start or cancel. */
  readScope: z._default(scope, 'revalidations/read'),
  writeScope: z._default(scope, 'revalidations/write'),
  /** The claim with the one account that a token may see; without it, a token may see all. */
  accountClaim: z.optional(claim),
});

/** The command line gives one text: JSON, or a list with commas. */
const orJson = (given: unknown): unknown => {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
};

const orList = (given: unknown): unknown => (typeof given === 'string' ? given.split(',') : given);

/** On the command line: `-c media='{"minPixels":200}'`. */
const MediaLimits = z.strictObject({
  /**
   * Pixels of a photo's shorter side, below which it is refused. Truora publishes no bound. Face detectors need 36 to 40 pixels
   * for the face alone (documented: Azure, Rekognition), so a check below 64 would be paid for without a chance.
   */
  minPixels: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(4000)), 64),
  /**
   * Seconds of a video, above which it is refused if the file states its duration. Truora publishes no bound but 10 MB. A
   * passive capture lasts about 5 s; a minute is a recording that was not stopped.
   */
  maxSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(3600)), 60),
});

/** Every setting of a deployment, typed and checked: `npx cdk synth -c stage=prod -c callbackTimeoutSeconds=90`. */
const Settings = z.strictObject({
  /** Names the stack. Several stages can be in one account. */
  stage: z._default(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,15}$/, 'must be 1 to 16 of a-z 0-9 -, beginning with a letter')),
    'dev',
  ),
  /** How an execution waits for the verdict when the request does not say it: webhook first (callback), or poll only. */
  resultMode: z._default(ResultMode, 'callback'),
  /** Seconds that an execution waits for a webhook before it polls: longer than nearly all of Truora's verdicts take (assumed). */
  callbackTimeoutSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(3600)), 60),
  /**
   * Seconds after which a create call without an answer is settled, at least 50: the function's limit of 40 s, and the time that
   * Truora may need to execute and list the call. Less is allowed only with a stand-in on this machine, which charges nothing.
   */
  settleSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(300)), 60),
  /** When a created validation cannot be used: leave it to a person, or pay for another one. */
  onUnresolved: z._default(OnUnresolved, 'fail-for-human'),
  /**
   * Validations that may be created on one day (UTC). The default is one every nine seconds, more than most deployments begin
   * with; a caller in a loop stops there and not at the end of the month.
   */
  dailyBudget: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000_000)), 10_000),
  /** Seconds after a validation's deadline in which Truora is still asked for the verdict. */
  graceSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(600)), 30),
  /** Seconds that one call to Truora may take; the time limits of the functions allow twelve. */
  httpDeadlineSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(12)), 10),
  /** Minutes between two sweeps, which repair what a crash left unfinished. */
  sweepMinutes: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(60)), 5),
  /**
   * The lowest similarity that approves, 0 to 1, for every caller. A request below it is refused; a request without a threshold
   * gets it. Truora's own default (documented): 0.65.
   */
  minimumThreshold: z._default(z.pipe(z.coerce.number('must be a number'), Threshold), 0.65),
  /** How often a declined validation may be retried: `allowed_retries` of the account at Truora, where the default is also 0. */
  allowedRetries: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(2)), 0),
  /** Seconds after a decline in which it may be retried: `retry_ttl` of the account at Truora. */
  retrySeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(300)), 300),
  /** Days that a record is kept after its last change. */
  retentionDays: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(3650)), 365),
  /** API calls a second that all callers together may make, and how many may arrive at once. */
  callsPerSecond: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 50),
  callsAtOnce: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(5_000)), 100),
  /** Who may call the API: principals that IAM allows, or, when this is set, the bearers of this issuer's tokens. */
  jwt: z.optional(z.pipe(z.transform(orJson), Jwt)),
  /** The origin of Truora's API, or of a stand-in on this machine. */
  truoraOrigin: z._default(origin, 'https://api.validations.truora.com'),
  /** Where upload links may point: Truora's upload host (seen: its own SDK refuses every other), or a stand-in's origin. */
  uploadOrigins: z._default(z.pipe(z.transform(orList), z.array(origin).check(z.minLength(1))), [
    'https://files.truora.com',
  ]),
  /** The region to deploy to; the region of the AWS profile when left out. */
  region: z.optional(
    z.string().check(
      z.regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'must be a region such as us-east-1'),
      z.refine(
        (name) => !isOfAnotherPartition(name),
        "must be a region of AWS's own partition: no China, GovCloud or sovereign one",
      ),
    ),
  ),
  /**
   * Instances reserved for the webhook receiver, which is also its maximum; none when left out. A new account has ten in total
   * and AWS keeps some unreserved, so a reservation would fail there.
   */
  webhookConcurrency: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1000))),
  /** Hours that media is kept after its outcome. S3's lifecycle, the fallback, counts whole days, so there 1 to 24 are one day. */
  mediaHours: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(168)), 24),
  /**
   * Minutes after which the sweep starts a drop without a claim. S3's events arrive within seconds, sometimes after a minute or
   * longer (documented). 0, every drop at each sweep, is for the local system.
   */
  unclaimedMinutes: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(720)), 15),
  /** Limits of media beyond Truora's own, checked before Truora is asked. */
  media: z._default(z.pipe(z.transform(orJson), MediaLimits), MediaLimits.parse({})),
  /**
   * Where this project's documentation can be read, such as `https://github.com/OWNER/REPOSITORY/blob/main`. The `type` of each problem
   * is an address there (`/shared/contracts/problems.md#CODE`); when left out, it is a URN.
   */
  documentationUrl: z.optional(documentationUrl),
  /** Web origins whose pages may call the API and upload into the bucket from a browser; none when left out. */
  corsOrigins: z._default(z.pipe(z.transform(orList), z.array(corsOrigin)), []),
  /** Mail address for alarms; none when left out. It must be confirmed once by a click. */
  alarmEmail: z.optional(z.email()),
});

/**
 * A record must be kept longer than its media, by the delay of S3's lifecycle (two days for the marker and the version behind it,
 * one for a late run). Otherwise a drop whose record has expired would look unclaimed.
 */
export const Config = Settings.check(
  z.refine(({ retentionDays, mediaHours }) => retentionDays >= Math.ceil(mediaHours / 24) + 3, {
    path: ['retentionDays'],
    error: 'must be at least three days more than mediaHours',
  }),
  z.refine(
    ({ settleSeconds, truoraOrigin }) =>
      settleSeconds >= LEAST_SETTLE_SECONDS || loopback.includes(URL.parse(truoraOrigin)?.hostname ?? ''),
    { path: ['settleSeconds'], error: `must be at least ${LEAST_SETTLE_SECONDS}: a call may still be on its way` },
  ),
);

export type Config = z.infer<typeof Config>;

/**
 * Checks the settings and fills in the defaults.
 * @throws Error that names each wrong setting and its rule: `configuration: sweepMinutes: must be ...`
 */
export const readConfig = (given: object): Config => {
  const { success, data, error } = Config.safeParse(given, englishErrors);
  if (success) return data;
  const rules = error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new Error(`configuration: ${rules.join('; ')}`);
};
