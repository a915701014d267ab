import * as z from 'zod/mini';
import { OnUnresolved } from '../../shared/domain/attempts.ts';
import { ConsentMode } from '../../shared/domain/consent.ts';
import { Alternative } from '../../shared/domain/person-messages.ts';
import { Policies } from '../../shared/domain/policy.ts';
import { ResultMode } from '../../shared/domain/request.ts';
import { functionSeconds } from '../workflow/timeouts.ts';
import {
  captureUrl,
  claim,
  corsOrigin,
  documentationUrl,
  isOfAnotherPartition,
  loopback,
  origin,
  RUNBOOK,
  runbook,
  scope,
  tagName,
  tagValue,
} from './setting-values.ts';

/**
 * A function of a stopped execution may run until its own time limit (stopping an execution stops no Lambda), and its call may
 * still be on the network then. Plus ten seconds for Truora to execute and list the call (assumed).
 */
const LEAST_SETTLE_SECONDS = functionSeconds.CreateValidation + 10;

const Jwt = z.strictObject({
  /** The issuer of the tokens, https. API Gateway reads its keys from its discovery document. */
  issuer: z
    .string()
    .check(z.refine((text) => URL.canParse(text) && origin.safeParse(new URL(text).origin).success, 'must be https')),
  /** What a token's `aud` or `client_id` may be. */
  audience: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
  /** The scope that a token needs to read. */
  readScope: z._default(scope, 'revalidations/read'),
  /** The scope that a token needs to start or end a case, and to record or revoke a consent. */
  writeScope: z._default(scope, 'revalidations/write'),
  /** The scope that a token needs to erase a person, and to run campaigns. */
  operateScope: z._default(scope, 'revalidations/operate'),
  /** The claim with the one account that a token may see; without it, a token may see all. */
  accountClaim: z.optional(claim),
  /** The public client that the console signs in as; the first `audience` when left out, which is a client at Cognito. */
  clientId: z.optional(z.string().check(z.minLength(1))),
  /** The origin of the issuer's token endpoint, where it is not the issuer's own, as at Cognito. The console may call no other. */
  signInOrigin: z.optional(origin),
});

const MediaLimits = z.strictObject({
  /**
   * Pixels of a photo's shorter side, below which it is refused. Truora publishes no bound. Face detectors need 36 to 40 pixels
   * for the face alone (documented: Azure, Rekognition), so a check below 64 would be paid for without a chance.
   */
  minPixels: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(4000)), 64),
  /**
   * Seconds of a video, above which it is refused if the file states its duration. Truora publishes no bound but 10 MB. A
   * passive capture lasts about 5 s; a minute is a recording that was not stopped.
   */
  maxSeconds: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(3600)), 60),
});

/** Every setting of a deployment, typed and checked. A stage's file holds those that differ from the defaults. */
const Settings = z.strictObject({
  /** Names the stack. Several stages can be in one account. */
  stage: z._default(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,15}$/, 'must be 1 to 16 of a-z 0-9 -, beginning with a letter')),
    'dev',
  ),
  /** How an execution waits for the verdict when the request does not say it: webhook first (callback), or poll only. */
  resultMode: z._default(ResultMode, 'callback'),
  /** Seconds that an execution waits for a webhook before it polls: longer than nearly all of Truora's verdicts take (assumed). */
  callbackTimeoutSeconds: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(3600)), 60),
  /**
   * Seconds after which a create call without an answer is settled: at least 50, or less only with a stand-in on this machine, which
   * charges nothing. 50 is the function's limit of 40 s, and the time that Truora may need to execute and list the call (assumed).
   */
  settleSeconds: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(300)), 60),
  /** When a created validation cannot be used: leave it to a person, or pay for another one. */
  onUnresolved: z._default(OnUnresolved, 'fail-for-human'),
  /**
   * Validations that may be created on one day (UTC). The default is one every nine seconds, more than most deployments begin
   * with; a caller in a loop stops there and not at the end of the month.
   */
  dailyBudget: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(10_000_000)), 10_000),
  /** Seconds after a validation's deadline in which Truora is still asked for the verdict. */
  graceSeconds: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(600)), 30),
  /** Seconds that one call to Truora may take; the time limits of the functions allow twelve. */
  httpDeadlineSeconds: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(12)), 10),
  /** Minutes between two sweeps, which repair what a crash left unfinished. */
  sweepMinutes: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(60)), 5),
  /**
   * How strict checks are, by the purpose that a request names. `default` is for requests without one. A purpose without a policy
   * here is refused.
   */
  policies: z._default(Policies, { default: { minimumThreshold: 0.65 } }),
  /**
   * How the consent of a person is shown. `flag`: the caller says that the person agreed. `receipt`: each request names a receipt of
   * `POST /consents`, which must be live until the media is sent.
   */
  consentMode: z._default(ConsentMode, 'flag'),
  /** How often a declined validation may be retried: `allowed_retries` of the account at Truora, where the default is also 0. */
  allowedRetries: z._default(z.number().check(z.int(), z.minimum(0), z.maximum(2)), 0),
  /** Seconds after a decline in which it may be retried: `retry_ttl` of the account at Truora. */
  retrySeconds: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(300)), 300),
  /** Days that a record is kept after its last change. */
  retentionDays: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(3650)), 365),
  /**
   * Whether each ended case gets a signed record for auditors. `false` leaves out its bucket, its key, its functions and its routes; what
   * a protected stage has stored stays.
   */
  evidence: z._default(z.boolean(), true),
  /** Years that evidence is kept. Have counsel choose it. */
  evidenceYears: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(30)), 5),
  /**
   * How many keys there are for evidence. The newest signs, and the older ones are published, so that what they signed still verifies.
   * One more rotates the key. Never lower it: evidence of the key that goes could not be verified any more.
   */
  evidenceKeys: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(20)), 1),
  /**
   * Whether the stage has the operator's console: pages on CloudFront, and the routes that only they need. It needs `jwt`, with whose
   * issuer its readers sign in.
   */
  console: z._default(z.boolean(), false),
  /** Whether the deployment has campaigns: whole portfolios, re-validated from a file. `false` leaves out all of them. */
  campaigns: z._default(z.boolean(), false),
  /** Whether an account id or a reference may be a national id (CPF, CNPJ, CURP, RFC, RUT), though both reach events and keys of objects. */
  allowNationalIds: z._default(z.boolean(), false),
  /** API calls a second that all callers together may make. */
  callsPerSecond: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 50),
  /** API calls that may arrive at once, above `callsPerSecond` (the burst of API Gateway). */
  callsAtOnce: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(5_000)), 100),
  /** Who may call the API: principals that IAM allows, or, when this is set, the bearers of this issuer's tokens. */
  jwt: z.optional(Jwt),
  /** The origin of Truora's API, or of a stand-in on this machine. */
  truoraOrigin: z._default(origin, 'https://api.validations.truora.com'),
  /** Where upload links may point: Truora's upload host (seen: its own SDK refuses every other), or a stand-in's origin. */
  uploadOrigins: z._default(z.array(origin).check(z.minLength(1)), ['https://files.truora.com']),
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
  webhookConcurrency: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(1000))),
  /** Hours that media is kept after its outcome. S3's lifecycle, the fallback, counts whole days, so there 1 to 24 are one day. */
  mediaHours: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(168)), 24),
  /**
   * Minutes after which the sweep starts a drop without a claim. S3's events arrive within seconds, sometimes after a minute or
   * longer (documented). 0, every drop at each sweep, is for the local system.
   */
  unclaimedMinutes: z._default(z.number().check(z.int(), z.minimum(0), z.maximum(720)), 15),
  /** Limits of media beyond Truora's own, checked before Truora is asked. */
  media: z._default(MediaLimits, MediaLimits.parse({})),
  /**
   * Another way for a person to prove who they are. Messages to a person name it; without it they name no other way.
   */
  alternative: z.optional(Alternative),
  /**
   * Where this project's documentation can be read, such as `https://github.com/OWNER/REPOSITORY/blob/main`. The `type` of each problem
   * is an address there (`/shared/contracts/problems.md#CODE`); when left out, it is a URN.
   */
  documentationUrl: z.optional(documentationUrl),
  /**
   * The address of the capture page, for one-time links; none when left out, and then no link is made. The token of a link follows
   * behind `#`, so that no server gets it in an address.
   */
  captureUrl: z.optional(captureUrl),
  /** Web origins whose pages may call the API and upload into the bucket from a browser; none when left out. */
  corsOrigins: z._default(z.array(corsOrigin), []),
  /** Mail address for alarms; none when left out. It must be confirmed once by a click. */
  alarmEmail: z.optional(z.email()),
  /**
   * Protects the stage: CloudFormation refuses to delete the stack and DynamoDB the table, and data, keys and logs remain when the
   * stack is deleted. When left out it is on in `prod` and off in every other stage.
   */
  protection: z.optional(z.boolean()),
  /** Tags of every resource and of the stack, by name. Costs can be listed by tag. */
  tags: z._default(
    z.record(tagName, tagValue).check(
      // AWS allows 50 on a resource (documented), and CloudFormation adds three of its own.
      z.refine((tags) => Object.keys(tags).length <= 40, 'must be 40 tags at most'),
    ),
    {},
  ),
  /**
   * Where alarms say the runbook is: the https address of your copy of `infra/aws/RUNBOOK.md`, to which an alarm adds its chapter.
   * The default is its path in the repository.
   */
  runbookUrl: z._default(runbook, RUNBOOK),
  /**
   * The lowest level of log lines that functions write. Metrics are not affected. Never set the application level of Lambda's own
   * logging controls higher than INFO: a metric has no level, so Lambda would drop it (documented).
   */
  logLevel: z._default(z.enum(['INFO', 'WARN', 'ERROR']), 'INFO'),
  /**
   * Whether the event schemas are put into a registry of EventBridge, for code bindings and IDEs. It costs nothing. `false` in a
   * region that has no schema registry.
   */
  eventSchemas: z._default(z.boolean(), true),
});

/** A parameter in Parameter Store holds 4,096 characters (documented), and the settings are published in one. */
const MOST_CHARACTERS = 4000;

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
  z.refine((settings) => JSON.stringify(settings).length <= MOST_CHARACTERS, {
    error: `all settings together must be at most ${MOST_CHARACTERS} characters of JSON`,
  }),
);

export type Config = z.infer<typeof Config>;

/** The keys of a stage file: every setting but the stage, which is the file's name. */
export const stageKeys = Object.keys(Config.shape).filter((key) => key !== 'stage');

/** Whether the stage is protected from deletion. */
export const isProtected = ({ stage, protection }: Pick<Config, 'stage' | 'protection'>): boolean =>
  protection ?? stage === 'prod';

/**
 * The settings in effect, with every default, so that a changed default shows as a change. Stage and region are left out: they say
 * which stack it is. No setting is a secret.
 */
export const effectiveSettings = (config: Config): Record<string, unknown> => {
  const { stage: _, region: __, ...settings } = config;
  return { ...settings, protection: isProtected(config) };
};
