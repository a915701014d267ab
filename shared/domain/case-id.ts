import { createHash } from 'node:crypto';
import { defined } from './defined.ts';
import { type Dropped, INBOX, readInboxKey, requestOfDropped } from './drop.ts';
import { RequestInvalidError } from './errors.ts';
import { CallRequest, type DropEvent, DropRequest, type RevalidationRequest } from './request.ts';
import type { Claim } from './revalidation.ts';

/** What an outcome can say of who it is about. */
export type CaseId = Pick<Claim, 'revalidationId'> &
  Partial<Pick<Claim, 'accountId' | 'enrollmentId' | 'reference' | 'claimedAt'>>;

/**
 * Who a request is about that never became a claim, as far as it can be read. A drop gets the id that its claim would have
 * had, so its copies meet in one record. Anything else is a case of its own, named after the execution: a call that was
 * refused must never be answered with the outcome of another question about the same media.
 * @param ownCase also for a drop, where what stands under its id is the answer to another question
 * @param ofKey a reason for which all versions of a drop's key are refused together, in one record
 */
export const caseIdOf = (
  request: unknown,
  bucket: string,
  executionId: string,
  ownCase = false,
  ofKey?: string,
): CaseId => {
  const { data: drop } = DropRequest.safeParse(request);
  if (drop) {
    const { key, versionId, etag } = addressOfDrop(drop.event);
    // The event's own bucket: an event of another bucket must not come out as one of our drops.
    const from = drop.event.detail.bucket.name;
    const ids = readInboxKey(key);
    const version = ownCase ? executionId : (ofKey ?? versionId ?? etag ?? executionId);
    const id = revalidationIdOf(defined({ bucket: from, key, version, accountId: ids?.accountId }));
    return defined({ revalidationId: id, accountId: ids?.accountId, enrollmentId: ids?.enrollmentId });
  }
  const { data: call } = CallRequest.safeParse(request);
  const version = executionId;
  if (!call) return { revalidationId: revalidationIdOf({ bucket, key: '', version }) };
  const { accountId, enrollmentId, reference } = call;
  return defined({
    revalidationId: revalidationIdOf({ accountId, bucket, key: call.media.key, version }),
    accountId,
    enrollmentId,
    reference,
  });
};

/**
 * The version of an object that a request dropped in our inbox: what has to go one day, whatever became of it. A key that
 * is none of ours may say anything, so it is not written down, and its object is left to the bucket's own lifecycle.
 */
export const objectOf = (request: unknown, bucket: string): { key: string; versionId: string } | undefined => {
  const { data: drop } = DropRequest.safeParse(request);
  if (drop?.event.detail.bucket.name !== bucket) return undefined;
  const { key, versionId } = addressOfDrop(drop.event);
  return versionId && readInboxKey(key) ? { key, versionId } : undefined;
};

/** The id a drop has by itself; one that came first under a ticket has the ticket's. */
export const idOfDropped = (bucket: string, dropped: Dropped): string =>
  caseIdOf(requestOfDropped(bucket, dropped), bucket, '').revalidationId;

/**
 * The id of a re-validation: the same person and the same version of the same object give the same id, whichever door
 * they came through. Only the hash leaves the claim, so the id tells nobody which key or person it stands for.
 * The parts are joined as JSON, so that no part can spill over into the next.
 * @param of.anew what tells one case apart from another about the same media, where a caller forced a new one
 */
export const revalidationIdOf = (of: {
  accountId?: string;
  bucket: string;
  key: string;
  version: string;
  anew?: string | undefined;
}): string =>
  `RVL${createHash('sha256')
    .update(JSON.stringify([of.accountId ?? null, of.bucket, of.key, of.version, ...(of.anew ? [of.anew] : [])]))
    .digest('hex')
    .slice(0, 32)}`;

/** Which version of which object a request is about; a call that names no version means the newest. */
export type MediaAddress = { key: string; versionId: string | undefined; etag: string | undefined };

export const addressOfDrop = ({ detail: { object } }: DropEvent): MediaAddress => ({
  key: object.key,
  versionId: object['version-id'],
  etag: object.etag,
});

/** Where a call may take media from: what other systems left there, or a drop's own object. */
const CALLABLE = ['media/', INBOX];

/** @throws RequestInvalidError when the object is not where media may be taken from */
export const addressOf = (request: RevalidationRequest, mediaBucket: string): MediaAddress => {
  if (request.kind === 'drop') {
    if (request.event.detail.bucket.name === mediaBucket) return addressOfDrop(request.event);
    throw new RequestInvalidError('request_invalid', 'event.detail.bucket.name: must be the media bucket');
  }
  const { key, versionId } = request.media;
  if (CALLABLE.some((prefix) => key.startsWith(prefix))) return { key, versionId, etag: undefined };
  throw new RequestInvalidError('request_invalid', `media.key: must begin with ${CALLABLE.join(' or ')}`);
};

/** A forced call is told apart by its key, so that its repeats are one case; without a key, by its execution. */
export const forceKeyOf = (request: RevalidationRequest, executionId: string): string | undefined =>
  request.kind === 'call' && request.forceNew ? (request.idempotencyKey ?? executionId) : undefined;
