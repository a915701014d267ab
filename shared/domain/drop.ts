import * as z from 'zod/mini';
import { isFull, type Ticket } from './api.ts';
import { AccountId, RevalidationId, TruoraId } from './ids.ts';
import type { RevalidationRequest } from './request.ts';

/** Where drops go. The rule that starts the machine listens to this prefix alone. */
export const INBOX = 'inbox/';

export type InboxKey = { accountId: string; enrollmentId: string; name: string };

/**
 * Reads `inbox/{accountId}/{enrollmentId}/{name}.{ext}`. EventBridge hands over the real key, so nothing is decoded here:
 * `%2B` in a name is those three characters. The name may hold anything but a slash; it is never used as a path or as text.
 * @returns undefined for a key that is not one of ours.
 */
export const readInboxKey = (key: string): InboxKey | undefined => {
  const [inbox, accountId, enrollmentId, name, ...rest] = key.split('/');
  if (`${inbox}/` !== INBOX || !name || rest.length > 0) return undefined;
  if (!AccountId.safeParse(accountId).success || !TruoraId.safeParse(enrollmentId).success) return undefined;
  if (!/.\.[^.]+$/su.test(name)) return undefined;
  return { accountId: accountId as string, enrollmentId: enrollmentId as string, name };
};

/** The inverse of `readInboxKey`. */
export const writeInboxKey = ({ accountId, enrollmentId, name }: InboxKey): string =>
  `${INBOX}${accountId}/${enrollmentId}/${name}`;

/** The re-validation that a ticket's key names: `inbox/{accountId}/{enrollmentId}/{revalidationId}.{ext}`. */
export const ticketIdIn = (key: string): string | undefined =>
  RevalidationId.safeParse(readInboxKey(key)?.name.replace(/\.[^.]+$/su, '')).data;

/**
 * A version in the list, behind which it goes on; and when its key was last deleted, if a newer marker of that was passed.
 * Milliseconds since 1970.
 */
export const Place = z.object({ key: z.string(), versionId: z.string(), deletedAt: z.optional(z.number()) });

export type Place = z.infer<typeof Place>;

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
