import type { StartBody, Ticket, TicketBody } from './api.ts';
import { writeInboxKey } from './drop.ts';
import { MAX_MEDIA_BYTES, mediaTypes } from './media.ts';
import type { CallRequest } from './request.ts';

const common = (body: TicketBody | StartBody, revalidationId: string, calledBy: string) => {
  const { accountId, enrollmentId, userAuthorized, options = {}, reference } = body;
  return {
    revalidationId,
    accountId,
    enrollmentId,
    userAuthorized,
    options,
    ...(reference ? { reference } : {}),
    calledBy,
    issuedAt: new Date().toISOString(),
  };
};

/** The promise of a place: one exact key, which names the re-validation. */
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

/** The promise of a run on media that is there, in the one version that was looked at. */
export const startTicket = (
  body: StartBody,
  revalidationId: string,
  versionId: string | undefined,
  calledBy: string,
  anew?: string,
): Ticket => ({
  ...common(body, revalidationId, calledBy),
  ...(body.forceNew && anew ? { forceNew: body.forceNew, idempotencyKey: anew } : {}),
  media: { key: body.media.key, ...(versionId ? { versionId } : {}) },
});

/** What the machine is started with, from the promise alone: a repeat starts it with the very same words. */
export const requestOf = ({ media, ...ticket }: Ticket): CallRequest => {
  if (!media) throw new TypeError('an upload starts the machine by itself');
  const { accountId, enrollmentId, userAuthorized, options, reference, forceNew, idempotencyKey, calledBy } = ticket;
  return {
    kind: 'call',
    accountId,
    enrollmentId,
    userAuthorized,
    media,
    options,
    ...(reference ? { reference } : {}),
    ...(idempotencyKey ? { idempotencyKey } : {}),
    ...(forceNew ? { forceNew } : {}),
    calledBy,
  };
};
