/** Generated from the schemas and the docstrings of the settings by `npm run schemas`: change those. */

/** What a deployment may choose. Every setting may be left out. */
export type Settings = {
  /** Names the stack. Several stages can be in one account. Default: dev. */
  readonly stage?: string | undefined;
  /**
   * How an execution waits for the verdict when the request does not say it: webhook first (callback), or poll only.
   * Default: callback.
   */
  readonly resultMode?: 'callback' | 'poll' | undefined;
  /**
   * Seconds that an execution waits for a webhook before it polls: longer than nearly all of Truora's verdicts take
   * (assumed). Default: 60.
   */
  readonly callbackTimeoutSeconds?: number | undefined;
  /**
   * Seconds after which a create call without an answer is settled: at least 50, or less only with a stand-in on this
   * machine, which charges nothing. 50 is the function's limit of 40 s, and the time that Truora may need to execute
   * and list the call (assumed). Default: 60.
   */
  readonly settleSeconds?: number | undefined;
  /**
   * When a created validation cannot be used: leave it to a person, or pay for another one. Default: fail-for-human.
   */
  readonly onUnresolved?: 'fail-for-human' | 'create-again' | undefined;
  /**
   * Validations that may be created on one day (UTC). The default is one every nine seconds, more than most deployments
   * begin with; a caller in a loop stops there and not at the end of the month. Default: 10000.
   */
  readonly dailyBudget?: number | undefined;
  /** Seconds after a validation's deadline in which Truora is still asked for the verdict. Default: 30. */
  readonly graceSeconds?: number | undefined;
  /** Seconds that one call to Truora may take; the time limits of the functions allow twelve. Default: 10. */
  readonly httpDeadlineSeconds?: number | undefined;
  /** Minutes between two sweeps, which repair what a crash left unfinished. Default: 5. */
  readonly sweepMinutes?: number | undefined;
  /**
   * How strict checks are, by the purpose that a request names. `default` is for requests without one. A purpose
   * without a policy here is refused.
   */
  readonly policies?: Readonly<Record<string, PolicySettings>> | undefined;
  /**
   * How the consent of a person is shown. `flag`: the caller says that the person agreed. `receipt`: each request names
   * a receipt of `POST /consents`, which must be live until the media is sent. Default: flag.
   */
  readonly consentMode?: 'flag' | 'receipt' | undefined;
  /**
   * How often a declined validation may be retried: `allowed_retries` of the account at Truora, where the default is
   * also 0. Default: 0.
   */
  readonly allowedRetries?: number | undefined;
  /** Seconds after a decline in which it may be retried: `retry_ttl` of the account at Truora. Default: 300. */
  readonly retrySeconds?: number | undefined;
  /** Days that a record is kept after its last change. Default: 365. */
  readonly retentionDays?: number | undefined;
  /**
   * Whether each ended case gets a signed record for auditors. `false` leaves out its bucket, its key, its functions
   * and its routes; what a protected stage has stored stays. Default: true.
   */
  readonly evidence?: boolean | undefined;
  /** Years that evidence is kept. Have counsel choose it. Default: 5. */
  readonly evidenceYears?: number | undefined;
  /**
   * How many keys there are for evidence. The newest signs, and the older ones are published, so that what they signed
   * still verifies. One more rotates the key. Never lower it: evidence of the key that goes could not be verified any
   * more. Default: 1.
   */
  readonly evidenceKeys?: number | undefined;
  /**
   * Whether the stage has the operator's console: pages on CloudFront, and the routes that only they need. It needs
   * `jwt`, with whose issuer its readers sign in. Default: false.
   */
  readonly console?: boolean | undefined;
  /**
   * Whether the deployment has campaigns: whole portfolios, re-validated from a file. `false` leaves out all of them.
   * Default: false.
   */
  readonly campaigns?: boolean | undefined;
  /**
   * Whether an account id or a reference may be a national id (CPF, CNPJ, CURP, RFC, RUT), though both reach events and
   * keys of objects. Default: false.
   */
  readonly allowNationalIds?: boolean | undefined;
  /** API calls a second that all callers together may make. Default: 50. */
  readonly callsPerSecond?: number | undefined;
  /** API calls that may arrive at once, above `callsPerSecond` (the burst of API Gateway). Default: 100. */
  readonly callsAtOnce?: number | undefined;
  /** Who may call the API: principals that IAM allows, or, when this is set, the bearers of this issuer's tokens. */
  readonly jwt?: {
    /** The issuer of the tokens, https. API Gateway reads its keys from its discovery document. */
    readonly issuer: string;
    /** What a token's `aud` or `client_id` may be. */
    readonly audience: readonly string[];
    /** The scope that a token needs to read. Default: revalidations/read. */
    readonly readScope?: string | undefined;
    /**
     * The scope that a token needs to start or end a case, and to record or revoke a consent. Default:
     * revalidations/write.
     */
    readonly writeScope?: string | undefined;
    /** The scope that a token needs to erase a person, and to run campaigns. Default: revalidations/operate. */
    readonly operateScope?: string | undefined;
    /** The claim with the one account that a token may see; without it, a token may see all. */
    readonly accountClaim?: string | undefined;
    /**
     * The public client that the console signs in as; the first `audience` when left out, which is a client at Cognito.
     */
    readonly clientId?: string | undefined;
    /**
     * The origin of the issuer's token endpoint, where it is not the issuer's own, as at Cognito. The console may call
     * no other.
     */
    readonly signInOrigin?: string | undefined;
  };
  /** The origin of Truora's API, or of a stand-in on this machine. Default: https://api.validations.truora.com. */
  readonly truoraOrigin?: string | undefined;
  /**
   * Where upload links may point: Truora's upload host (seen: its own SDK refuses every other), or a stand-in's origin.
   */
  readonly uploadOrigins?: readonly string[] | undefined;
  /**
   * Instances reserved for the webhook receiver, which is also its maximum; none when left out. A new account has ten
   * in total and AWS keeps some unreserved, so a reservation would fail there.
   */
  readonly webhookConcurrency?: number | undefined;
  /**
   * Hours that media is kept after its outcome. S3's lifecycle, the fallback, counts whole days, so there 1 to 24 are
   * one day. Default: 24.
   */
  readonly mediaHours?: number | undefined;
  /**
   * Minutes after which the sweep starts a drop without a claim. S3's events arrive within seconds, sometimes after a
   * minute or longer (documented). 0, every drop at each sweep, is for the local system. Default: 15.
   */
  readonly unclaimedMinutes?: number | undefined;
  /** Limits of media beyond Truora's own, checked before Truora is asked. */
  readonly media?: {
    /**
     * Pixels of a photo's shorter side, below which it is refused. Truora publishes no bound. Face detectors need 36 to
     * 40 pixels for the face alone (documented: Azure, Rekognition), so a check below 64 would be paid for without a
     * chance. Default: 64.
     */
    readonly minPixels?: number | undefined;
    /**
     * Seconds of a video, above which it is refused if the file states its duration. Truora publishes no bound but 10
     * MB. A passive capture lasts about 5 s; a minute is a recording that was not stopped. Default: 60.
     */
    readonly maxSeconds?: number | undefined;
  };
  /**
   * Another way for a person to prove who they are. Messages to a person name it; without it they name no other way.
   */
  readonly alternative?: {
    /** Where the other way begins: an https address. */
    readonly url?: string | undefined;
    /** A few words about the other way, with which a message ends. */
    readonly text?: string | undefined;
  };
  /**
   * Where this project's documentation can be read, such as `https://github.com/OWNER/REPOSITORY/blob/main`. The `type`
   * of each problem is an address there (`/shared/contracts/problems.md#CODE`); when left out, it is a URN.
   */
  readonly documentationUrl?: string | undefined;
  /**
   * The address of the capture page, for one-time links; none when left out, and then no link is made. The token of a
   * link follows behind `#`, so that no server gets it in an address.
   */
  readonly captureUrl?: string | undefined;
  /** Web origins whose pages may call the API and upload into the bucket from a browser; none when left out. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Mail address for alarms; none when left out. It must be confirmed once by a click. */
  readonly alarmEmail?: string | undefined;
  /**
   * Protects the stage: CloudFormation refuses to delete the stack and DynamoDB the table, and data, keys and logs
   * remain when the stack is deleted. When left out it is on in `prod` and off in every other stage.
   */
  readonly protection?: boolean | undefined;
  /** Tags of every resource and of the stack, by name. Costs can be listed by tag. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Where alarms say the runbook is: the https address of your copy of `infra/aws/RUNBOOK.md`, to which an alarm adds
   * its chapter. The default is its path in the repository. Default: infra/aws/RUNBOOK.md.
   */
  readonly runbookUrl?: string | undefined;
  /**
   * The lowest level of log lines that functions write. Metrics are not affected. Never set the application level of
   * Lambda's own logging controls higher than INFO: a metric has no level, so Lambda would drop it (documented).
   * Default: INFO.
   */
  readonly logLevel?: 'INFO' | 'WARN' | 'ERROR' | undefined;
  /**
   * Whether the event schemas are put into a registry of EventBridge, for code bindings and IDEs. It costs nothing.
   * `false` in a region that has no schema registry. Default: true.
   */
  readonly eventSchemas?: boolean | undefined;
};

/** The policy of one purpose. */
export type PolicySettings = {
  /**
   * The lowest similarity that approves, 0 to 1, for every caller. A request below it is refused; a request without a
   * threshold gets it. Truora's own default (documented): 0.65. Default: 0.65.
   */
  readonly minimumThreshold?: number | undefined;
  /** Subvalidations that are added to every request: `similarity`, `passive_liveness`. Similarity is always checked. */
  readonly require?: readonly ('similarity' | 'passive_liveness')[] | undefined;
  /** The longest life of a validation at Truora, in seconds. A request without a timeout gets it. */
  readonly maxTimeoutSeconds?: number | undefined;
};
