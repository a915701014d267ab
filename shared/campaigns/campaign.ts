import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { outcomeStatuses } from '../domain/lifecycle.ts';
import { CalledBy, Purpose } from '../domain/request.ts';
import { Timestamp } from '../domain/revalidation.ts';

/** `CMP` and 32 hex digits: the first half of a SHA-256 over the call that made the campaign and the version of its manifest. */
export const CampaignId = z.string().check(z.regex(/^CMP[0-9a-f]{32}$/, 'must be CMP and 32 hex digits'));

/** The folder of everything about campaigns in the media bucket. */
export const CAMPAIGNS = 'campaigns/';

/** Where manifests are put. */
export const MANIFESTS = `${CAMPAIGNS}manifests/`;

/** The largest manifest. Step Functions reads files of up to 10 GB (documented); ours is bounded by the disk of the reader. Bytes. */
export const MAX_MANIFEST_BYTES = 500_000_000;

export const MAX_ROWS = 1_000_000;

/** Days that objects under `campaigns/` are kept: the longest run of the machine, twice, and a week. */
export const CAMPAIGN_DAYS = 47;

/** The longest run of the machine; `resume` starts another one. Seconds. */
export const CAMPAIGN_SECONDS = 20 * 86_400;

/**
 * The fastest and the slowest pace. Rows a second. Step Functions starts 100 children of a Distributed Map a second and runs 10,000 at
 * once (documented, both fixed), and a row takes up to `ROW_SECONDS`: 80 a second leave a fifth of the starts and a quarter of the children.
 */
export const FASTEST = 80;

export const SLOWEST = 0.01;

/** How long a row takes with a webhook, with reserve. Assumed: nearly all verdicts come within a minute. Seconds. */
export const ROW_SECONDS = 90;

/** The most children at once that Step Functions allows (documented, fixed). */
const MOST_CHILDREN = 10_000;

/** Children at once that keep a pace: Little's law. */
export const childrenFor = (pace: number): number =>
  Math.min(MOST_CHILDREN, Math.max(10, Math.ceil(pace * ROW_SECONDS)));

/**
 * The statuses of a campaign and their successors. The ledger derives the conditions of its writes from this table. `pausing` and
 * `canceling` last until the rows that have begun have ended.
 */
export const campaignStatuses = {
  planning: ['planned', 'refused', 'canceled'],
  planned: ['running', 'canceled'],
  running: ['pausing', 'canceling', 'ended'],
  pausing: ['paused', 'running', 'canceling'],
  paused: ['running', 'canceled'],
  canceling: ['canceled'],
  refused: [],
  ended: [],
  canceled: [],
} as const satisfies Record<string, readonly string[]>;

export type CampaignStatus = keyof typeof campaignStatuses;

const statuses = Object.keys(campaignStatuses) as [CampaignStatus, ...CampaignStatus[]];

export const before = (next: CampaignStatus): CampaignStatus[] =>
  statuses.filter((status) => (campaignStatuses[status] as readonly string[]).includes(next));

export const isOver = (status: CampaignStatus): boolean => campaignStatuses[status].length === 0;

/** The statuses in which an execution works on the campaign. */
export const isAtWork = (status: CampaignStatus): boolean =>
  ['planning', 'running', 'pausing', 'canceling'].includes(status);

/** Why a whole manifest is refused. */
export const manifestReasons = {
  manifest_gone: 'The manifest is not there any more, or not in the planned version.',
  manifest_empty: 'The manifest has no row.',
  manifest_without_header: 'The first line of a CSV manifest names the columns.',
  manifest_unknown_column: 'The header has a column that is not known.',
  manifest_encoding: 'The manifest is not UTF-8.',
  manifest_malformed: 'The manifest is no CSV, such as one with a quote that is never closed.',
  manifest_too_many_rows: `The manifest has more than ${MAX_ROWS} rows.`,
  no_row_can_run: 'No row can run. `errors.csv` says why.',
  plan_outlives_media: 'The media of a row would be deleted before the campaign ends.',
} as const;

export type ManifestReason = keyof typeof manifestReasons;

const whole = z._default(z.int(), 0);

/** Ended rows by status, and rows that could not be started. */
export const counted = [...outcomeStatuses, 'not_run'] as const;

export type RowStatus = (typeof counted)[number];

export const RowStatus = z.enum(counted);

export const Manifest = z.object({
  key: z.string(),
  versionId: z.string(),
  bytes: z.int(),
  format: z.enum(['csv', 'ndjson']),
  sha256: z.optional(z.string()),
});

/** A campaign in the ledger, in one item. */
export const Campaign = z.object({
  campaignId: CampaignId,
  status: z.enum(statuses),
  purpose: Purpose,
  /** The version of the purpose's policy at the plan. */
  policyVersion: z.string(),
  manifest: Manifest,
  createdAt: Timestamp,
  createdBy: CalledBy,
  /** The name of the execution that works on it has this number. */
  run: z.int(),
  /** Rows a second: as asked, and now. */
  askedPace: z.number(),
  pace: z.number(),
  /** The next free turn, and the time between two. Milliseconds since 1970. */
  nextAt: z.int(),
  intervalMs: z.int(),
  /** When the pace began or will begin, and when the one of the last cut, after a 429, did. */
  pacedAt: z.int(),
  cutAt: z.optional(z.int()),
  /** Of the plan: rows of the manifest, rows that can run, and rows by the reason why not. */
  rows: whole,
  runnable: whole,
  refusals: z._default(z.record(z.string(), z.int()), {}),
  /** Refuses the plan, or ends it. `line` is the line of the manifest. */
  reason: z.optional(z.enum(Object.keys(manifestReasons) as [ManifestReason, ...ManifestReason[]])),
  line: z.optional(z.int()),
  /** When the first media of the plan is deleted. */
  mediaUntil: z.optional(Timestamp),
  plannedAt: z.optional(Timestamp),
  startedAt: z.optional(Timestamp),
  endedAt: z.optional(Timestamp),
  changedBy: z.optional(CalledBy),
  /** Turns that were given, in all runs, and before the last start or resume. */
  turns: whole,
  turnsBefore: whole,
  ...(Object.fromEntries(counted.map((status) => [status, whole])) as Record<RowStatus, typeof whole>),
});

export type Campaign = z.infer<typeof Campaign>;

/** The body of `POST /campaigns`. */
export const CampaignBody = z.strictObject({
  manifest: z.strictObject({
    key: z
      .string()
      .check(
        z.maxLength(512),
        z.regex(/^campaigns\/manifests\/[\w.-]+\.(csv|ndjson)$/, 'must be campaigns/manifests/{name}.csv or .ndjson'),
      ),
    /** Default: the newest. */
    versionId: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
  }),
  purpose: Purpose,
  /** Rows a second. */
  pace: z._default(
    z
      .number('must be a number')
      .check(
        z.minimum(SLOWEST, `must be ${SLOWEST} to ${FASTEST}`),
        z.maximum(FASTEST, `must be ${SLOWEST} to ${FASTEST}`),
      ),
    1,
  ),
});

export type CampaignBody = z.infer<typeof CampaignBody>;

export const campaignIdOf = (body: CampaignBody, versionId: string): string =>
  `CMP${createHash('sha256')
    .update(JSON.stringify([body.manifest.key, versionId, body.purpose, body.pace]))
    .digest('hex')
    .slice(0, 32)}`;
