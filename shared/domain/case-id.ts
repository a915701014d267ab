import { createHash } from 'node:crypto';
import { defined } from './defined.ts';
import { type Dropped, INBOX, readInboxKey, requestOfDropped } from './drop.ts';
import { RequestInvalidError } from './errors.ts';
import { CallRequest, type DropEvent, DropRequest, type RevalidationRequest } from './request.ts';
import type { Claim } from './revalidation.ts';

/** The fields of an outcome that identify the case and the person. */
export type CaseId = Pick<Claim, 'revalidationId'> &
  Partial<Pick<Claim, 'accountId' | 'enrollmentId' | 'reference' | 'claimedAt'>>;

/**
 * The case and person of a request without a claim, as far as it can be read. A drop gets the id that its claim would have,
 * so that its copies share one record. Any other request is a separate case with an id from its execution: a refused call
 * must never get the outcome of another request about the same media.
 * @param ownCase a separate case for a drop too, when the record under its id answers another request
 * @param ofKey a reason that refuses all versions of a drop's key together, in one record
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
    // The event's own bucket: an event of another bucket must not get the id of one of our drops.
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
 * The object version that a request dropped in our inbox. It must be deleted later, for every outcome. A key of another
 * form may hold anything, so it is not stored; the lifecycle rule of the bucket deletes its object.
 */
export const objectOf = (request: unknown, bucket: string): { key: string; versionId: string } | undefined => {
  const { data: drop } = DropRequest.safeParse(request);
  if (drop?.event.detail.bucket.name !== bucket) return undefined;
  const { key, versionId } = addressOfDrop(drop.event);
  return versionId && readInboxKey(key) ? { key, versionId } : undefined;
};

/** The id of a drop without a ticket. The first drop of a ticket has the ticket's id. */
export const idOfDropped = (bucket: string, dropped: Dropped): string =>
  caseIdOf(requestOfDropped(bucket, dropped), bucket, '').revalidationId;

/**
 * The id of a re-validation: the same person and the same version of the same object give the same id, for every entry point.
 * The id is a hash, so it does not reveal the key or the person. The parts are joined as JSON, so that they stay separate.
 * @param of.forceKey distinguishes a forced case from other cases about the same media
 */
export const revalidationIdOf = (of: {
  accountId?: string;
  bucket: string;
  key: string;
  version: string;
  forceKey?: string | undefined;
}): string =>
  `RVL${createHash('sha256')
    .update(
      JSON.stringify([of.accountId ?? null, of.bucket, of.key, of.version, ...(of.forceKey ? [of.forceKey] : [])]),
    )
    .digest('hex')
    .slice(0, 32)}`;

/** The object version that a request is about. A call without a version means the newest one. */
export type MediaAddress = { key: string; versionId: string | undefined; etag: string | undefined };

export const addressOfDrop = ({ detail: { object } }: DropEvent): MediaAddress => ({
  key: object.key,
  versionId: object['version-id'],
  etag: object.etag,
});

/** The prefixes that a call may take media from: media of other systems, or a drop's object. */
const CALLABLE = ['media/', INBOX];

/** @throws RequestInvalidError for another bucket or prefix */
export const addressOf = (request: RevalidationRequest, mediaBucket: string): MediaAddress => {
  if (request.kind === 'drop') {
    if (request.event.detail.bucket.name === mediaBucket) return addressOfDrop(request.event);
    throw new RequestInvalidError('request_invalid', 'event.detail.bucket.name: must be the media bucket');
  }
  const { key, versionId } = request.media;
  if (CALLABLE.some((prefix) => key.startsWith(prefix))) return { key, versionId, etag: undefined };
  throw new RequestInvalidError('request_invalid', `media.key: must begin with ${CALLABLE.join(' or ')}`);
};

/** The force key of a forced call: its idempotency key, so that repeats are one case, or else its execution. */
export const forceKeyOf = (request: RevalidationRequest, executionId: string): string | undefined =>
  request.kind === 'call' && request.forceNew ? (request.idempotencyKey ?? executionId) : undefined;
