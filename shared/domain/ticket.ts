import type { StartBody, Ticket, TicketBody } from './api.ts';
import { type CaptureBody, captureKindOf, usualTypeOf } from './capture.ts';
import { defined } from './defined.ts';
import { writeInboxKey } from './drop.ts';
import { MAX_MEDIA_BYTES, mediaTypes } from './media.ts';
import type { CallRequest, Options } from './request.ts';
import type { Claim } from './revalidation.ts';

const common = (body: TicketBody | CaptureBody | StartBody, revalidationId: string, calledBy: string) => {
  const { accountId, enrollmentId, userAuthorized, options = {}, purpose, consentReceiptId, reference } = body;
  const issuedAt = new Date().toISOString();
  const person = { revalidationId, accountId, enrollmentId, userAuthorized };
  return defined({ ...person, options, purpose, consentReceiptId, reference, calledBy, issuedAt });
};

/** A ticket for an upload to one exact key, which names the re-validation. */
export const uploadTicket = (body: TicketBody, revalidationId: string, calledBy: string): Ticket => {
  const { accountId, enrollmentId, upload } = body;
  const name = `${revalidationId}.${mediaTypes[upload.type].extension}`;
  return {
    ...common(body, revalidationId, calledBy),
    upload: {
      key: writeInboxKey({ accountId, enrollmentId, name }),
      type: upload.type,
      maxBytes: upload.bytes ?? MAX_MEDIA_BYTES,
    },
  };
};

/**
 * A ticket for media that does not exist yet. The extension of its key names the expected type, and the content decides.
 * @param options as they are sent to Truora
 */
export const captureTicket = (
  body: CaptureBody,
  options: Options,
  revalidationId: string,
  calledBy: string,
): Ticket => {
  const { accountId, enrollmentId, capture, country } = body;
  const { type = usualTypeOf(captureKindOf(options)), bytes = MAX_MEDIA_BYTES } = body.upload ?? {};
  const name = `${revalidationId}.${mediaTypes[type].extension}`;
  const upload = { key: writeInboxKey({ accountId, enrollmentId, name }), type, maxBytes: bytes };
  return defined({ ...common(body, revalidationId, calledBy), capture, country, upload });
};

/** A ticket for a run on existing media, in the version that was checked. */
export const startTicket = (
  body: StartBody,
  revalidationId: string,
  versionId: string | undefined,
  calledBy: string,
  forceKey?: string,
): Ticket => {
  const isForced = body.forceNew !== undefined && forceKey !== undefined;
  return defined({
    ...common(body, revalidationId, calledBy),
    forceNew: isForced ? body.forceNew : undefined,
    idempotencyKey: isForced ? forceKey : undefined,
    media: defined({ key: body.media.key, versionId }),
  });
};

/** The extension of the key of a workflow's live capture, and the type of its form; the content decides. */
const LIVE_TYPE = 'video/mp4';

/** The ticket of a claimed live capture that no call of the API has promised: where its recording is put. */
export const liveTicket = (claim: Claim): Ticket => {
  const { revalidationId, accountId, enrollmentId, userAuthorized, requested, claimedAt } = claim;
  const { purpose, consentReceiptId, reference, calledBy } = claim;
  const name = `${revalidationId}.${mediaTypes[LIVE_TYPE].extension}`;
  const upload = {
    key: writeInboxKey({ accountId, enrollmentId, name }),
    type: LIVE_TYPE,
    maxBytes: MAX_MEDIA_BYTES,
  } as const;
  const person = { revalidationId, accountId, enrollmentId, userAuthorized };
  const asked = { options: requested, purpose, consentReceiptId, reference, calledBy };
  return defined({ ...person, capture: 'live' as const, upload, ...asked, issuedAt: claimedAt });
};

/** The request for the state machine, from the ticket alone, so that a repeat sends the same request. */
export const requestOf = ({ media, ...ticket }: Ticket): CallRequest => {
  const capture = ticket.capture === 'live' ? ('live' as const) : undefined;
  if (!media && !capture) throw new TypeError('an upload starts the machine by itself');
  const { accountId, enrollmentId, userAuthorized, options, purpose, consentReceiptId, reference } = ticket;
  if (!userAuthorized) throw new TypeError('nothing is started before the person agrees');
  const { forceNew, idempotencyKey, calledBy } = ticket;
  return defined({
    kind: 'call' as const,
    accountId,
    enrollmentId,
    userAuthorized,
    media,
    capture,
    options,
    purpose,
    consentReceiptId,
    reference,
    idempotencyKey,
    forceNew,
    calledBy,
  });
};
