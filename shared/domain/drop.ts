import * as z from 'zod/mini';
import { isFull, type Ticket } from './api.ts';
import { AccountId, RevalidationId, TruoraId } from './ids.ts';
import type { RevalidationRequest } from './request.ts';

/** The prefix of drops. The rule that starts the state machine matches this prefix only. */
export const INBOX = 'inbox/';

export type InboxKey = { accountId: string; enrollmentId: string; name: string };

/**
 * Reads `inbox/{accountId}/{enrollmentId}/{name}.{ext}`. EventBridge delivers the raw key, so nothing is decoded here:
 * `%2B` in a name is those three characters. The name may hold anything except a slash; it is never used as a path or as text.
 * @returns undefined for a key of another form
 */
export const readInboxKey = (key: string): InboxKey | undefined => {
  const [inbox, accountId, enrollmentId, name, ...rest] = key.split('/');
  if (`${inbox}/` !== INBOX || rest.length > 0) return undefined;
  if (!AccountId.safeParse(accountId).success || !TruoraId.safeParse(enrollmentId).success) return undefined;
  // An absent name has no extension either.
  if (!/.\.[^.]+$/su.test(String(name))) return undefined;
  return { accountId, enrollmentId, name } as InboxKey;
};

/** The inverse of `readInboxKey`. */
export const writeInboxKey = ({ accountId, enrollmentId, name }: InboxKey): string =>
  `${INBOX}${accountId}/${enrollmentId}/${name}`;

/** The re-validation that a ticket's key names: `inbox/{accountId}/{enrollmentId}/{revalidationId}.{ext}`. */
export const ticketIdIn = (key: string): string | undefined =>
  RevalidationId.safeParse(readInboxKey(key)?.name.replace(/\.[^.]+/, '')).data;

/**
 * A position in the list: the walk continues after this version. `deletedAt` is the time of a newer delete marker of its key,
 * if the walk passed one. Milliseconds since 1970.
 */
export const Place = z.object({ key: z.string(), versionId: z.string(), deletedAt: z.optional(z.number()) });

export type Place = z.infer<typeof Place>;

/** One version of one object in the inbox, as the list of versions gives it. */
export type Dropped = { key: string; versionId: string; etag: string; putAt: Date };

/** The request that the rule would have started the state machine with, if the event of S3 had arrived. */
export const requestOfDropped = (bucket: string, { key, versionId, etag }: Dropped): RevalidationRequest => ({
  kind: 'drop',
  event: {
    source: 'aws.s3',
    detail: { bucket: { name: bucket }, object: { key, etag, 'version-id': versionId } },
  },
});

/**
 * Whether a drop was handled: it has a record, or it is recorded as a copy of one that has, or as a later upload of a ticket,
 * or the ticket is full. The first upload of a ticket without a record was lost before its claim.
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
 * The name of the execution that a sweep starts for a drop. It is the same within an hour, so that several sweeps start one
 * execution, and changes with the hour, so that another one starts when the first leaves no record.
 */
export const executionNameOf = (id: string, { putAt }: Dropped, now: Date): string =>
  `sweep-${id}-${Math.floor((now.getTime() - putAt.getTime()) / 3_600_000)}`;
