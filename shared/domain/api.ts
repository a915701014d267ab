import * as z from 'zod/mini';
import { RequestInvalidError } from './errors.ts';
import { AccountId, RevalidationId, TruoraId } from './ids.ts';
import { phases } from './lifecycle.ts';
import { MAX_MEDIA_BYTES, type MediaType, mediaTypes } from './media.ts';
import { LedgerRecord } from './record.ts';
import { CalledBy, CallRequest, Options, Reference } from './request.ts';
import { Media, Timestamp } from './revalidation.ts';

/** Seconds an upload form may be used: time to send 10 MB over a poor line, and no more. */
export const UPLOAD_SECONDS = 300;

/** The largest body of a call: the options and the ids, a hundred times over. Bytes. */
export const MAX_CALL_BYTES = 65_536;

/** What a call is about, as a sentence for one that says neither or both. */
export const ONE_OF_BOTH = 'give either media, which lies in the bucket, or upload, for a form to upload with';

const callShape = CallRequest.shape;

const who = {
  accountId: callShape.accountId,
  enrollmentId: callShape.enrollmentId,
  userAuthorized: callShape.userAuthorized,
};

const how = { options: callShape.options, reference: callShape.reference };

/** A call that asks for a place to upload to. */
export const TicketBody = z.strictObject({
  ...who,
  upload: z.strictObject({
    type: z.enum(Object.keys(mediaTypes) as [MediaType, ...MediaType[]]),
    /** How large the media is at most; the largest that Truora takes when left out. */
    bytes: z.optional(
      z
        .int('must be whole bytes')
        .check(
          z.minimum(1, `must be 1 to ${MAX_MEDIA_BYTES}`),
          z.maximum(MAX_MEDIA_BYTES, `must be 1 to ${MAX_MEDIA_BYTES}`),
        ),
    ),
  }),
  ...how,
});

export type TicketBody = z.infer<typeof TicketBody>;

/** A call about media that lies in the bucket already. */
export const StartBody = z.strictObject({
  ...who,
  media: z.strictObject(
    {
      ...callShape.media.shape,
      key: callShape.media.shape.key.check(z.regex(/^media\//, 'must begin with media/')),
    },
    { error: ({ input }) => (input === undefined ? `is missing: ${ONE_OF_BOTH}` : undefined) },
  ),
  ...how,
  /** Needs an `Idempotency-Key`, or a call that is repeated would be paid for once more. */
  forceNew: callShape.forceNew,
  maxAgeSeconds: callShape.maxAgeSeconds,
});

export type StartBody = z.infer<typeof StartBody>;

/**
 * What was promised to a caller before anything has run: who, how and whose word it was. For a ticket also which versions
 * came under it; the first is the drop.
 */
export const Ticket = z.object({
  revalidationId: RevalidationId,
  accountId: AccountId,
  enrollmentId: TruoraId,
  userAuthorized: z.literal(true),
  /** Absent when the media lay in the bucket already. */
  upload: z.optional(z.object({ key: z.string(), type: Media.shape.type, maxBytes: z.int() })),
  /** The media and its version, when it lay in the bucket already. */
  media: z.optional(callShape.media),
  options: Options,
  reference: z.optional(Reference),
  forceNew: callShape.forceNew,
  /** What a forced start is told apart by: caller and key, as a hash. */
  idempotencyKey: callShape.idempotencyKey,
  calledBy: CalledBy,
  issuedAt: Timestamp,
  /** The version that was dropped under it first. */
  droppedAs: z.optional(z.string()),
  /** Every version that was ever dropped under it. */
  uploads: z.optional(z.set(z.string())),
});

export type Ticket = z.infer<typeof Ticket>;

/**
 * Uploads that are entered on one ticket. A camera that fails is tried a few times; 100 texts of 32 letters leave an item of
 * DynamoDB far below its 400 KB.
 */
export const MOST_UPLOADS = 100;

/** Whether a ticket takes in no further upload. */
export const isFull = ({ uploads }: Ticket): boolean => (uploads?.size ?? 0) >= MOST_UPLOADS;

/** A re-validation as callers see it: the record without its owner, its media's place and our book-keeping. */
export const Revalidation = z.extend(
  z.pick(LedgerRecord, {
    revalidationId: true,
    accountId: true,
    enrollmentId: true,
    reference: true,
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
  }),
  {
    /** Two come before the first phase: a form was given out, or an execution was started. */
    phase: z.enum(['awaiting_upload', 'accepted', ...phases]),
    /** When it was claimed; absent before. */
    claimedAt: z.optional(Timestamp),
    trail: z.optional(LedgerRecord.shape.trail),
    /** Uploads under its ticket that came after the first one, and were not run. */
    repeats: z.optional(z.int()),
  },
);

export type Revalidation = z.infer<typeof Revalidation>;

/** The answer to a call: the re-validation as it stands, and for a ticket the form to upload with. */
export const Started = z.extend(Revalidation, {
  /** Set when it was asked for before this call: look at `claimedAt` and `reference`, which are those of the first time. */
  isRepeat: z.optional(z.literal(true)),
  upload: z.optional(z.object({ url: z.string(), fields: z.record(z.string(), z.string()), expiresAt: Timestamp })),
});

export type Started = z.infer<typeof Started>;

/** How many records a page holds, as a query says it. */
export const PageSize = z._default(
  z.coerce
    .number('must be a number')
    .check(z.int('must be a whole number'), z.minimum(1, 'must be 1 to 100'), z.maximum(100, 'must be 1 to 100')),
  20,
);

/** A page of a person's re-validations, newest first. */
export const RevalidationPage = z.object({ revalidations: z.array(Revalidation), cursor: z.optional(z.string()) });

/** The re-validation as a caller may see it. @returns undefined when there is neither a record nor a ticket */
export const presentRevalidation = (record: LedgerRecord | undefined, ticket?: Ticket): Revalidation | undefined => {
  if (!record && !ticket) return undefined;
  const { upload, options, uploads, revalidationId, accountId, enrollmentId, reference, calledBy } = ticket ?? {};
  const { forceNew } = ticket ?? {};
  const repeats = (uploads?.size ?? 0) - 1;
  return Revalidation.parse({
    phase: upload ? 'awaiting_upload' : 'accepted',
    ...(ticket ? { revalidationId, accountId, enrollmentId, reference, calledBy, forceNew, requested: options } : {}),
    ...record,
    ...(repeats > 0 ? { repeats } : {}),
  });
};

/** Where a page ended. It names no person: whose list it is, the call itself has to say. */
export const Place = z.strictObject({ revalidationId: RevalidationId, claimedAt: Timestamp });

export type Place = z.infer<typeof Place>;

export const writeCursor = (place: Place): string =>
  Buffer.from(JSON.stringify(Place.parse(place))).toString('base64url');

/** @throws RequestInvalidError for a text that we did not write */
export const readCursor = (cursor: string): Place => {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    const detail = 'must be the cursor of the page before';
    throw new RequestInvalidError('request_invalid', `cursor: ${detail}`, [
      { path: 'cursor', code: 'malformed', detail },
    ]);
  }
};
