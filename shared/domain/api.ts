import * as z from 'zod/mini';
import { Country } from './consent.ts';
import { RequestInvalidError } from './errors.ts';
import { AccountId, RevalidationId, TruoraId } from './ids.ts';
import { isEnd, outcomeStatuses, phases } from './lifecycle.ts';
import { MAX_MEDIA_BYTES, type MediaType, mediaTypes } from './media.ts';
import { LedgerRecord } from './record.ts';
import { CalledBy, CalledMedia, CallRequest, Capture, Options, Reference } from './request.ts';
import { Media, Timestamp } from './revalidation.ts';

/** How long an upload form is valid: enough to send 10 MB over a slow connection. Seconds. */
export const UPLOAD_SECONDS = 300;

/** The largest body of a call: about a hundred times the options and the ids. Bytes. */
export const MAX_CALL_BYTES = 65_536;

/** The rule for a call that gives neither `media` nor `upload`, or both. */
export const ONE_OF_BOTH = 'give media (it is in the bucket) or upload (to get a form for it), not both';

const callShape = CallRequest.shape;

export const personFields = {
  accountId: callShape.accountId,
  enrollmentId: callShape.enrollmentId,
  userAuthorized: callShape.userAuthorized,
};

export const optionFields = {
  options: callShape.options,
  purpose: callShape.purpose,
  consentReceiptId: callShape.consentReceiptId,
  reference: callShape.reference,
};

/** What an upload form is for. */
export const UploadWanted = z.strictObject({
  type: z.enum(Object.keys(mediaTypes) as [MediaType, ...MediaType[]]),
  /** The largest allowed size of the media. Default: the largest that Truora takes. Bytes. */
  bytes: z.optional(
    z
      .int('must be whole bytes')
      .check(
        z.minimum(1, `must be 1 to ${MAX_MEDIA_BYTES}`),
        z.maximum(MAX_MEDIA_BYTES, `must be 1 to ${MAX_MEDIA_BYTES}`),
      ),
  ),
});

/** The body of a call that asks for an upload form. */
export const TicketBody = z.strictObject({ ...personFields, upload: UploadWanted, ...optionFields });

export type TicketBody = z.infer<typeof TicketBody>;

/** The body of a call about media that is already in the bucket. */
export const StartBody = z.strictObject({
  ...personFields,
  media: z.strictObject(
    {
      ...CalledMedia.shape,
      key: CalledMedia.shape.key.check(z.regex(/^media\//, 'must begin with media/')),
    },
    { error: ({ input }) => (input === undefined ? `neither media nor upload is given: ${ONE_OF_BOTH}` : undefined) },
  ),
  ...optionFields,
  /** Needs an `Idempotency-Key`. Without one, a repeated call would be charged again. */
  forceNew: callShape.forceNew,
  maxAgeSeconds: callShape.maxAgeSeconds,
});

export type StartBody = z.infer<typeof StartBody>;

/**
 * What was promised to a caller before an execution starts: person, options and caller. For an upload also the versions that
 * were uploaded; the first one is the drop.
 */
export const Ticket = z.object({
  revalidationId: RevalidationId,
  accountId: AccountId,
  enrollmentId: TruoraId,
  /** Absent until the person has agreed on the capture page. */
  userAuthorized: z.optional(z.literal(true)),
  /** Of a case whose media is made on the capture page, or (`live`) once its validation exists. */
  capture: z.optional(Capture),
  /** The country of the text of consent that the capture page shows. */
  country: z.optional(Country),
  /** Absent when the media was already in the bucket. */
  upload: z.optional(z.object({ key: z.string(), type: Media.shape.type, maxBytes: z.int() })),
  /** The media and its version, when it was already in the bucket. */
  media: callShape.media,
  options: Options,
  purpose: callShape.purpose,
  consentReceiptId: callShape.consentReceiptId,
  reference: z.optional(Reference),
  forceNew: callShape.forceNew,
  /** Identifies a forced start: a hash of caller and key. */
  idempotencyKey: callShape.idempotencyKey,
  /** Absent for a live capture that a workflow asked for. */
  calledBy: z.optional(CalledBy),
  issuedAt: Timestamp,
  /** The first version that was uploaded with this ticket. */
  droppedAs: z.optional(z.string()),
  /** All versions that were uploaded with this ticket. */
  uploads: z.optional(z.set(z.string())),
});

export type Ticket = z.infer<typeof Ticket>;

/**
 * The most uploads that one ticket records. A failing camera causes a few repeats; 100 version ids of 32 characters keep the
 * item far below the 400 KB limit of DynamoDB.
 */
export const MOST_UPLOADS = 100;

/** Whether a ticket records no further upload. */
export const isFull = ({ uploads }: Ticket): boolean => (uploads?.size ?? 0) >= MOST_UPLOADS;

/** `pending` until a case ends, then the status of its outcome. */
export const CaseStatus = z.enum(['pending', ...outcomeStatuses]);

export type CaseStatus = z.infer<typeof CaseStatus>;

export const statusOf = ({ phase }: Pick<LedgerRecord, 'phase'>): CaseStatus => (isEnd(phase) ? phase : 'pending');

/** Of a live capture that waits for its media: what the person says, and until when. Only the answer about this one case has them. */
export const captureFields = { phrase: z.optional(z.string()), recordBefore: z.optional(Timestamp) };

/** A re-validation as callers see it: the record without owner, media location and internal fields. */
export const Revalidation = z.extend(
  z.pick(LedgerRecord, {
    revalidationId: true,
    accountId: true,
    enrollmentId: true,
    reference: true,
    purpose: true,
    policyVersion: true,
    consentReceiptId: true,
    requested: true,
    used: true,
    validationId: true,
    receipt: true,
    outcome: true,
    amendments: true,
    linkedTo: true,
    forceNew: true,
    calledBy: true,
    canceledBy: true,
    endedBy: true,
  }),
  {
    status: CaseStatus,
    /** These precede the phases of a record: the person has not agreed, an upload form was issued, or an execution was started. */
    phase: z.enum(['awaiting_consent', 'awaiting_upload', 'accepted', ...phases]),
    /** When it was claimed; absent before the claim. */
    claimedAt: z.optional(Timestamp),
    trail: z.optional(LedgerRecord.shape.trail),
    ...captureFields,
    /** Uploads with its ticket after the first one. They were not run. */
    repeats: z.optional(z.int()),
  },
);

export type Revalidation = z.infer<typeof Revalidation>;

/** A form to upload with: every field is sent, then the file. */
export const UploadForm = z.object({
  url: z.string(),
  fields: z.record(z.string(), z.string()),
  expiresAt: Timestamp,
});

/** The answer to a call: the current re-validation, and for a ticket the upload form. */
export const Started = z.extend(Revalidation, {
  /** Set when an earlier call asked for the same: `claimedAt` and `reference` are those of the first call. */
  isRepeat: z.optional(z.literal(true)),
  upload: z.optional(UploadForm),
  /** The capture page with a one-time link for the person. It is a secret, and valid for ten minutes. */
  captureUrl: z.optional(z.string()),
});

export type Started = z.infer<typeof Started>;

/** The query parameter for the number of records on a page. */
export const PageSize = z._default(
  z.coerce
    .number('must be a number')
    .check(z.int('must be a whole number'), z.minimum(1, 'must be 1 to 100'), z.maximum(100, 'must be 1 to 100')),
  20,
);

/** A page of a person's re-validations, newest first. */
export const RevalidationPage = z.object({ revalidations: z.array(Revalidation), cursor: z.optional(z.string()) });

const phaseOf = ({ userAuthorized, capture, upload }: Ticket) => {
  if (!userAuthorized) return 'awaiting_consent';
  return upload && capture !== 'live' ? 'awaiting_upload' : 'accepted';
};

/**
 * The re-validation as a caller may see it.
 * @param phrase what the person speaks now, for an answer about this one case
 * @returns undefined without a record and without a ticket
 */
export const presentRevalidation = (
  record: LedgerRecord | undefined,
  ticket?: Ticket,
  phrase?: string,
): Revalidation | undefined => {
  if (!record && !ticket) return undefined;
  const { options, uploads, revalidationId, accountId, enrollmentId, purpose, reference, calledBy } = ticket ?? {};
  const repeats = (uploads?.size ?? 0) - 1;
  const asked = { revalidationId, accountId, enrollmentId, purpose, reference, calledBy, forceNew: ticket?.forceNew };
  const all: Record<string, unknown> = {
    status: record ? statusOf(record) : 'pending',
    phase: ticket && phaseOf(ticket),
    ...asked,
    requested: options,
    ...record,
    phrase,
    recordBefore: phrase && record?.used?.recordBefore,
    repeats: repeats > 0 ? repeats : undefined,
  };
  const entries = shown.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]]));
  return Object.fromEntries(entries) as Revalidation;
};

/** What of a record and its ticket is shown. Both were parsed by the same schemas when they were read, so they are not parsed again. */
const shown = Object.keys(Revalidation.shape);

/** The last entry of a page. It names no person: the call itself says whose list it is. */
export const ListPosition = z.strictObject({ revalidationId: RevalidationId, claimedAt: Timestamp });

export type ListPosition = z.infer<typeof ListPosition>;

export const writeCursor = (place: ListPosition): string =>
  Buffer.from(JSON.stringify(ListPosition.parse(place))).toString('base64url');

/** @throws RequestInvalidError for a text that `writeCursor` did not write */
export const readCursor = (cursor: string): ListPosition => {
  try {
    return ListPosition.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    const detail = 'must be the cursor of the previous page';
    throw new RequestInvalidError('request_invalid', `cursor: ${detail}`, [
      { path: 'cursor', code: 'malformed', detail },
    ]);
  }
};
