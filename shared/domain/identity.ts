import { revalidationIdOf } from './ids.ts';
import { readInboxKey } from './inbox-key.ts';
import { CallRequest, DropRequest } from './request.ts';
import type { Claim } from './revalidation.ts';
import { addressOfDrop } from './wish.ts';

/** What an outcome can say of who it is about. */
export type Identity = Pick<Claim, 'revalidationId'> &
  Partial<Pick<Claim, 'accountId' | 'enrollmentId' | 'reference' | 'claimedAt'>>;

/**
 * Who a request is about that never became a claim, as far as it can be read. A drop gets the id that its claim would have
 * had, so its copies meet in one record. Anything else is a case of its own, named after the execution: a call that was
 * refused must never be answered with the outcome of another question about the same media.
 * @param ownCase also for a drop, where what stands under its id is the answer to another question
 * @param ofKey a reason for which all versions of a drop's key are refused together, in one record
 */
export const identify = (
  request: unknown,
  bucket: string,
  executionId: string,
  ownCase = false,
  ofKey?: string,
): Identity => {
  const { data: drop } = DropRequest.safeParse(request);
  if (drop) {
    const { key, versionId, etag } = addressOfDrop(drop.event);
    // The event's own bucket: an event of another bucket must not come out as one of our drops.
    const from = drop.event.detail.bucket.name;
    const ids = readInboxKey(key);
    const version = ownCase ? executionId : (ofKey ?? versionId ?? etag ?? executionId);
    const id = revalidationIdOf({ bucket: from, key, version, ...(ids ? { accountId: ids.accountId } : {}) });
    return { revalidationId: id, ...(ids ? { accountId: ids.accountId, enrollmentId: ids.enrollmentId } : {}) };
  }
  const { data: call } = CallRequest.safeParse(request);
  const version = executionId;
  if (!call) return { revalidationId: revalidationIdOf({ bucket, key: '', version }) };
  const { accountId, enrollmentId, reference } = call;
  return {
    revalidationId: revalidationIdOf({ accountId, bucket, key: call.media.key, version }),
    accountId,
    enrollmentId,
    ...(reference ? { reference } : {}),
  };
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
