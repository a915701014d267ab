import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { ConsentMode } from '../domain/consent.ts';
import { defined } from '../domain/defined.ts';
import { RequestInvalidError } from '../domain/errors.ts';
import { parseOrRefuse } from '../domain/parse.ts';
import { CallRequest as Call, type CallRequest, ForceNew, Options } from '../domain/request.ts';
import { CampaignId } from './campaign.ts';

/** Media of campaigns alone: it has a lifecycle of its own, longer than that of `media/`. The folder is the caller's choice. */
export const OWN_MEDIA = /^campaigns\/[A-Za-z0-9_-]{1,64}\/media\/[^\n]{1,900}$/;

const MEDIA_RULE = 'must begin with media/, inbox/ or campaigns/{folder}/media/';

const MediaKey = z.string().check(
  z.minLength(1),
  z.maxLength(1024),
  z.refine((key) => /^(media|inbox)\/./s.test(key) || OWN_MEDIA.test(key), MEDIA_RULE),
);

/** `{campaign}:{rowKey}` is the idempotency key of a row's case, which has 128 characters at most. */
export const RowKey = z
  .string()
  .check(z.regex(/^[\x21-\x7e]{1,90}$/, 'must be 1 to 90 visible ASCII characters, without blanks'));

/** One person of a manifest. `options` is an object in NDJSON, and its JSON in CSV. */
export const Row = z.strictObject({
  accountId: Call.shape.accountId,
  enrollmentId: Call.shape.enrollmentId,
  mediaKey: MediaKey,
  /** With the setting `consentMode` `receipt`: the receipt of the person's consent. */
  consentReceiptId: Call.shape.consentReceiptId,
  /** With `flag`: the person agreed. */
  userAuthorized: z.optional(Call.shape.userAuthorized),
  purpose: Call.shape.purpose,
  reference: Call.shape.reference,
  options: z.optional(Options),
  /** Decides, and charges, media again that has an answer already: the reason why. A retry file has it. */
  forceNew: z.optional(ForceNew.shape.reason),
  /** Names the row in its campaign. Default: a hash of person, enrollment and media. */
  rowKey: z.optional(RowKey),
});

export type Row = z.infer<typeof Row>;

/** The columns of a manifest, in any order. */
export const columns = Object.keys(Row.shape) as (keyof Row)[];

export const neededColumns: readonly (keyof Row)[] = ['accountId', 'enrollmentId', 'mediaKey'];

/** Bytes of JSON in the column `options`: all options together have fewer. */
const MAX_OPTIONS = 1024;

const broken = (field: string, rule: string): RequestInvalidError =>
  new RequestInvalidError('request_invalid', `${field}: ${rule}`, [{ path: field, code: 'rule', detail: rule }]);

const jsonIn = (text: string): unknown => {
  if (Buffer.byteLength(text) > MAX_OPTIONS) throw broken('options', `must be at most ${MAX_OPTIONS} bytes`);
  try {
    return JSON.parse(text);
  } catch {
    throw broken('options', 'must be JSON');
  }
};

/** The fields of a CSV record as the schema takes them: an empty cell is an absent field. @throws RequestInvalidError */
export const fieldsOfCells = (header: readonly string[], cells: readonly string[]): Record<string, unknown> => {
  const fields: Record<string, unknown> = {};
  for (const [at, name] of header.entries()) {
    const cell = cells[at] ?? '';
    if (cell === '') continue;
    if (name === 'options') fields[name] = jsonIn(cell);
    else if (name === 'userAuthorized') fields[name] = /^true$/i.test(cell) ? true : cell;
    else fields[name] = cell;
  }
  return fields;
};

/** Parses a row and checks that it shows the consent that the deployment asks for. @throws RequestInvalidError */
export const readRow = (fields: unknown, consentMode: ConsentMode): Row & { rowKey: string } => {
  const row = parseOrRefuse(Row, fields);
  if (consentMode === 'receipt' && !row.consentReceiptId) {
    throw new RequestInvalidError('consent_missing', 'consentReceiptId: is missing: the person must have agreed');
  }
  if (consentMode === 'flag' && !row.userAuthorized) {
    throw new RequestInvalidError('consent_missing', 'userAuthorized: must be true: the person must have agreed');
  }
  return { ...row, rowKey: row.rowKey ?? derivedKey(row) };
};

const derivedKey = ({ accountId, enrollmentId, mediaKey }: Row): string =>
  createHash('sha256')
    .update(JSON.stringify([accountId, enrollmentId, mediaKey]))
    .digest('hex')
    .slice(0, 32);

/** The campaign that rows belong to, and what it gives them. */
export type RowOwner = { campaignId: string; purpose: string; createdBy: string };

/** The media of a row. Only a live capture, which no row is, has none. */
export const mediaOf = ({ media }: CallRequest): NonNullable<CallRequest['media']> => {
  if (!media) throw new TypeError('a row has no media');
  return media;
};

/** The call of a row. Its key makes each repeat of the row free. @param versionId the version of the media that was planned */
export const requestOf = (owner: RowOwner, row: Row & { rowKey: string }, versionId?: string): CallRequest =>
  defined({
    kind: 'call' as const,
    accountId: row.accountId,
    enrollmentId: row.enrollmentId,
    userAuthorized: true as const,
    media: defined({ key: row.mediaKey, versionId }),
    options: row.options,
    purpose: row.purpose ?? owner.purpose,
    consentReceiptId: row.consentReceiptId,
    reference: row.reference,
    forceNew: row.forceNew === undefined ? undefined : { reason: row.forceNew },
    idempotencyKey: `${owner.campaignId}:${row.rowKey}`,
    calledBy: owner.createdBy,
  });

/** A row that was planned, as one line of `rows.jsonl`, the items of the Distributed Map. `line` is its line in the manifest. */
export const PlannedRow = z.object({
  campaignId: CampaignId,
  line: z.int(),
  rowKey: RowKey,
  request: Call,
});

export type PlannedRow = z.infer<typeof PlannedRow>;
