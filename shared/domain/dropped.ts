import { isFull, type Ticket } from './api.ts';
import { identify } from './identity.ts';
import type { RevalidationRequest } from './request.ts';

/** One version of one object in the inbox, as a list of them tells of it. */
export type Dropped = { key: string; versionId: string; etag: string; putAt: Date };

/** What the rule would have handed to the machine, had S3's event come: its template, around the part of the event that is read. */
export const requestOfDropped = (bucket: string, { key, versionId, etag }: Dropped): RevalidationRequest => ({
  kind: 'drop',
  event: {
    source: 'aws.s3',
    detail: { bucket: { name: bucket }, object: { key, etag, 'version-id': versionId } },
  },
});

/** The id a drop has by itself; one that came first under a ticket has the ticket's. */
export const idOfDropped = (bucket: string, dropped: Dropped): string =>
  identify(requestOfDropped(bucket, dropped), bucket, '').revalidationId;

/**
 * Whether something has become of a drop: it has a record, whatever stands in it, or it was entered as a copy of one that
 * has, or under a ticket as a later upload, or the ticket is full and enters nothing more. One that was entered first and has no
 * record died on the way to its claim.
 */
export const isKnown = (
  { versionId }: Dropped,
  { ownId, ticket, recorded }: { ownId: string; ticket: Ticket | undefined; recorded: ReadonlySet<string> },
): boolean => {
  if (recorded.has(ownId) || recorded.has(versionId)) return true;
  if (!ticket?.uploads?.has(versionId)) return ticket !== undefined && isFull(ticket);
  return ticket.droppedAs !== versionId || recorded.has(ticket.revalidationId);
};

/**
 * The execution that a sweep starts for a drop: the same name for every sweep within an hour, so that one is started however
 * many find it, and another in the next, should that one end without a record.
 */
export const executionNameOf = (id: string, { putAt }: Dropped, now: Date): string =>
  `sweep-${id}-${Math.floor((now.getTime() - putAt.getTime()) / 3_600_000)}`;
