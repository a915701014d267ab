import * as z from 'zod/mini';
import { OnUnresolved } from '../../shared/domain/attempts.ts';
import { englishErrors } from '../../shared/domain/parse.ts';
import { ResultMode, Threshold } from '../../shared/domain/request.ts';
import { functionSeconds } from '../workflow/timeouts.ts';

const loopback = ['127.0.0.1', '[::1]', 'localhost'];

/** Media and keys go there, so it is https; http is for a stand-in on this very machine. */
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
 * A function that was given up may live on until its own end (stopping an execution stops no Lambda), and its call may still be
 * on its way then. Ten seconds for Truora to execute and list it: the least that is not plainly wrong (assumed: seconds).
 */
const LEAST_SETTLE_SECONDS = functionSeconds.CreateValidation + 10;

/** A page of this origin may upload. `*` in a name would let in every page of the web, or of a domain that is shared. */
const corsOrigin = origin.check(z.refine((text) => !text.includes('*'), 'must name one origin: no *'));

/** The partitions beside AWS's own: China, GovCloud, the isolated ones and the European Sovereign Cloud (documented). */
const OTHER_PARTITIONS = /^(cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/;

/** Addresses and service names end in another domain there, and nothing of this has been tried. */
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
  /** What a token must hold to read, and to start or cancel. */
  readScope: z._default(scope, 'revalidations/read'),
  writeScope: z._default(scope, 'revalidations/write'),
  /** The claim that holds the one account a token may see; without it, a token may see all. */
  accountClaim: z.optional(claim),
});

/** What the command line gives as one text is a JSON or a list with commas. */
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
   * Pixels of a photo's shorter side, below which it is refused. Truora names no bound; detectors of faces name 36 to 40
   * pixels for a face alone (documented: Azure, Rekognition), so what is below 64 is certain to be paid for in vain.
   */
  minPixels: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(4000)), 64),
  /**
   * Seconds of a video, above which it is refused where it says so. Truora names no bound but 10 MB; a passive capture lasts
   * some 5 s, and a minute of it is a recording that was never stopped.
   */
  maxSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(3600)), 60),
});

/** Everything a deployment may choose. One place, typed and checked: `npx cdk synth -c stage=prod -c callbackTimeoutSeconds=90`. */
const Settings = z.strictObject({
  /** Names the stack, so that several can stand side by side. */
  stage: z._default(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,15}$/, 'must be 1 to 16 of a-z 0-9 -, beginning with a letter')),
    'dev',
  ),
  /** How a result is waited for when the request does not say. */
  resultMode: z._default(ResultMode, 'callback'),
  /** Seconds a parked execution waits for a bell before it polls: above nearly all of Truora's answers (assumed). */
  callbackTimeoutSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(3600)), 60),
  /**
   * Seconds after which a create call without an answer is settled: 50 at least, above the function's own limit of 40 s and
   * what Truora may take to execute a call it was sent and to list what came of it. Less only before a stand-in on this very
   * machine, which charges nobody.
   */
  settleSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(300)), 60),
  /** Whether a validation that was created and cannot be used is left to a person, or another one is paid for. */
  onUnresolved: z._default(OnUnresolved, 'fail-for-human'),
  /**
   * Validations that may be created on one day (UTC's). 10,000 by default: a day of one every nine seconds, more than most
   * begin with, and a loop of a caller's stops there and not at the end of the month.
   */
  dailyBudget: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000_000)), 10_000),
  /** Seconds after a validation's deadline during which Truora is still asked for the verdict. */
  graceSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(600)), 30),
  /** Seconds one call to Truora may take; the functions' own limits leave room for twelve. */
  httpDeadlineSeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(12)), 10),
  /** Minutes between two sweeps: how long what a crash left behind lies there. */
  sweepMinutes: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(60)), 5),
  /**
   * Least similarity that approves anybody, 0 to 1, whoever asks and however: what is asked below it is refused, and what asks
   * for none gets it. Truora's own default (documented): 0.65.
   */
  minimumThreshold: z._default(z.pipe(z.coerce.number('must be a number'), Threshold), 0.65),
  /** How often a declined validation may be retried: `allowed_retries` of the account at Truora, none by default there too. */
  allowedRetries: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(2)), 0),
  /** Seconds after a decline in which it may be retried: `retry_ttl` of the account at Truora. */
  retrySeconds: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(300)), 300),
  /** Days a record is kept after its last change. */
  retentionDays: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(3650)), 365),
  /** Calls a second that all callers together may make, and how many may come at once. */
  callsPerSecond: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 50),
  callsAtOnce: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(5_000)), 100),
  /** Who may call the API: whoever IAM lets, or when this is given the bearers of this issuer's tokens. */
  jwt: z.optional(z.pipe(z.transform(orJson), Jwt)),
  /** The origin of Truora's API, or of a stand-in on this machine. */
  truoraOrigin: z._default(origin, 'https://api.validations.truora.com'),
  /** Where upload links may point: Truora's upload host (seen: its own SDK refuses every other), or a stand-in's origin. */
  uploadOrigins: z._default(z.pipe(z.transform(orList), z.array(origin).check(z.minLength(1))), [
    'https://files.truora.com',
  ]),
  /** The region to deploy to; what the AWS profile says when left out. */
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
   * Instances that are kept for the webhook receiver, and the most of it that run at once; none when left out. An account that
   * is new has ten in all and AWS wants some left over, so such a deployment would fail there.
   */
  webhookConcurrency: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1000))),
  /** Hours that media outlives its outcome. S3's lifecycle, the backstop, counts in whole days, so there 1 to 24 are a day. */
  mediaHours: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(168)), 24),
  /**
   * Minutes after which a drop that nothing has claimed is started by the sweep. S3 says that its events come within seconds,
   * and sometimes after a minute or longer (documented). 0, every drop at each sweep, is for the desk.
   */
  unclaimedMinutes: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(720)), 15),
  /** What media is refused without asking Truora, beyond what Truora says itself. */
  media: z._default(z.pipe(z.transform(orJson), MediaLimits), MediaLimits.parse({})),
  /** Web origins whose pages may upload into the bucket from a browser; none when left out. */
  corsOrigins: z._default(z.pipe(z.transform(orList), z.array(corsOrigin)), []),
  /** Who is told of alarms; nobody when left out. The address has to be confirmed by a click once. */
  alarmEmail: z.optional(z.email()),
});

/**
 * A record outlives the media it is about, by what S3's lifecycle may be late with (two days to the marker and behind it, one
 * for running late): a drop whose record is gone would look like one that nothing has ever claimed.
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
