/**
 * Generated from the schema and the docstrings of `config.ts` by `npm run schemas`: change those.
 *
 * What a deployment may choose. Every setting may be left out.
 */
export type Settings = {
  /** Names the stack, so that several can stand side by side. Default: dev. */
  readonly stage?: string | undefined;
  /** How a result is waited for when the request does not say. Default: callback. */
  readonly resultMode?: 'callback' | 'poll' | undefined;
  /**
   * Seconds a parked execution waits for a bell before it polls: above nearly all of Truora's answers (assumed).
   * Default: 60.
   */
  readonly callbackTimeoutSeconds?: number | undefined;
  /**
   * Seconds after which a create call without an answer is settled: 50 at least, above the function's own limit of 40 s
   * and what Truora may take to execute a call it was sent and to list what came of it. Less only before a stand-in on
   * this very machine, which charges nobody. Default: 60.
   */
  readonly settleSeconds?: number | undefined;
  /**
   * Whether a validation that was created and cannot be used is left to a person, or another one is paid for. Default:
   * fail-for-human.
   */
  readonly onUnresolved?: 'fail-for-human' | 'create-again' | undefined;
  /**
   * Validations that may be created on one day (UTC's). 10,000 by default: a day of one every nine seconds, more than
   * most begin with, and a loop of a caller's stops there and not at the end of the month. Default: 10000.
   */
  readonly dailyBudget?: number | undefined;
  /** Seconds after a validation's deadline during which Truora is still asked for the verdict. Default: 30. */
  readonly graceSeconds?: number | undefined;
  /** Seconds one call to Truora may take; the functions' own limits leave room for twelve. Default: 10. */
  readonly httpDeadlineSeconds?: number | undefined;
  /** Minutes between two sweeps: how long what a crash left behind lies there. Default: 5. */
  readonly sweepMinutes?: number | undefined;
  /**
   * Least similarity that approves anybody, 0 to 1, whoever asks and however: what is asked below it is refused, and
   * what asks for none gets it. Truora's own default (documented): 0.65. Default: 0.65.
   */
  readonly minimumThreshold?: number | undefined;
  /**
   * How often a declined validation may be retried: `allowed_retries` of the account at Truora, none by default there
   * too. Default: 0.
   */
  readonly allowedRetries?: number | undefined;
  /** Seconds after a decline in which it may be retried: `retry_ttl` of the account at Truora. Default: 300. */
  readonly retrySeconds?: number | undefined;
  /** Days a record is kept after its last change. Default: 365. */
  readonly retentionDays?: number | undefined;
  /** Calls a second that all callers together may make, and how many may come at once. Default: 50. */
  readonly callsPerSecond?: number | undefined;
  /** Calls a second that all callers together may make, and how many may come at once. Default: 100. */
  readonly callsAtOnce?: number | undefined;
  /** Who may call the API: whoever IAM lets, or when this is given the bearers of this issuer's tokens. */
  readonly jwt?: {
    /** The issuer of the tokens, https. API Gateway reads its keys from its discovery document. */
    readonly issuer: string;
    /** What a token's `aud` or `client_id` may be. */
    readonly audience: readonly string[];
    /** What a token must hold to read, and to start or cancel. Default: revalidations/read. */
    readonly readScope?: string | undefined;
    /** What a token must hold to read, and to start or cancel. Default: revalidations/write. */
    readonly writeScope?: string | undefined;
    /** The claim that holds the one account a token may see; without it, a token may see all. */
    readonly accountClaim?: string | undefined;
  };
  /** The origin of Truora's API, or of a stand-in on this machine. Default: https://api.validations.truora.com. */
  readonly truoraOrigin?: string | undefined;
  /**
   * Where upload links may point: Truora's upload host (seen: its own SDK refuses every other), or a stand-in's origin.
   */
  readonly uploadOrigins?: readonly string[] | undefined;
  /**
   * Instances that are kept for the webhook receiver, and the most of it that run at once; none when left out. An
   * account that is new has ten in all and AWS wants some left over, so such a deployment would fail there.
   */
  readonly webhookConcurrency?: number | undefined;
  /**
   * Hours that media outlives its outcome. S3's lifecycle, the backstop, counts in whole days, so there 1 to 24 are a
   * day. Default: 24.
   */
  readonly mediaHours?: number | undefined;
  /**
   * Minutes after which a drop that nothing has claimed is started by the sweep. S3 says that its events come within
   * seconds, and sometimes after a minute or longer (documented). 0, every drop at each sweep, is for the desk.
   * Default: 15.
   */
  readonly unclaimedMinutes?: number | undefined;
  /** What media is refused without asking Truora, beyond what Truora says itself. */
  readonly media?: {
    /**
     * Pixels of a photo's shorter side, below which it is refused. Truora names no bound; detectors of faces name 36 to
     * 40 pixels for a face alone (documented: Azure, Rekognition), so what is below 64 is certain to be paid for in
     * vain. Default: 64.
     */
    readonly minPixels?: number | undefined;
    /**
     * Seconds of a video, above which it is refused where it says so. Truora names no bound but 10 MB; a passive
     * capture lasts some 5 s, and a minute of it is a recording that was never stopped. Default: 60.
     */
    readonly maxSeconds?: number | undefined;
  };
  /** Web origins whose pages may upload into the bucket from a browser; none when left out. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Who is told of alarms; nobody when left out. The address has to be confirmed by a click once. */
  readonly alarmEmail?: string | undefined;
};
