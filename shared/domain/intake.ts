import { defined } from './defined.ts';
import { INBOX, readInboxKey } from './drop.ts';
import { RequestInvalidError } from './errors.ts';
import { type CallRequest, type DropEvent, RevalidationRequest } from './request.ts';

/** Which version of which object a request is about; a call that names no version means the newest. */
export type MediaAddress = { key: string; versionId: string | undefined; etag: string | undefined };

/** The person and the case, as far as the request itself names them. */
type Person = { accountId?: string; enrollmentId?: string; reference?: string; purpose?: string };

/**
 * A request, read once. Everything that needs to know which case it is about takes this. The names of one request, in order:
 * `RevalidationRequest` (as it arrives), `Intake` (where its media is), `RequestDetails` (what it asks; of a drop with a form they are on
 * its `Ticket`), `ReadRequest` (details and media, read and checked), `Claim` (both, with the id of the case) and `LedgerRecord` (the
 * claim, and all that follows).
 */
export type Intake = {
  /** `unreadable` for what is neither a drop nor a call. */
  kind: 'drop' | 'call' | 'unreadable';
  /** The execution that works on the request. */
  executionId: string;
  /** The bucket of this deployment, and the one that the request names: an event of another bucket is no drop of ours. */
  mediaBucket: string;
  bucket: string;
  media: MediaAddress;
  /** Of a drop from its key, of a call from its fields. */
  person: Person;
  /** What a call says beside that: details, idempotency key, caller, force key, greatest age. */
  call: CallRequest | undefined;
  /** The name of a forced case, so that its repeats are one case: the idempotency key, or else the execution. */
  forceKey: string | undefined;
  /** Distinguishes the cases of one media that were never claimed: the version of a drop, else the execution. */
  unclaimedName: string;
  /** Whether a drop may be a copy of an older version of its key. */
  mayBeCopy: boolean;
  /** S3's name for what made the version of a drop; undefined where a sweep started it. */
  reason: string | undefined;
};

/** S3's names for uploads of new content. A sweep does not know what made a version, so its drops are compared as well. */
const UPLOADS = ['PutObject', 'POST Object', 'CompleteMultipartUpload'];

/**
 * Reads a request once. It refuses nothing: what cannot be read is `unreadable`, since a refusal has to be recorded too.
 * @param at the media bucket of the deployment, and the execution that works on the request
 */
export const readIntake = (
  request: unknown,
  { bucket: mediaBucket, executionId }: { bucket: string; executionId: string },
): Intake => {
  const { data } = RevalidationRequest.safeParse(request);
  const common = {
    executionId,
    mediaBucket,
    bucket: mediaBucket,
    unclaimedName: executionId,
    mayBeCopy: false,
    reason: undefined,
  };
  if (data?.kind === 'drop') return { ...common, ...ofDrop(data.event) };
  if (data?.kind === 'call') return { ...common, ...ofCall(data, executionId) };
  const media = { key: '', versionId: undefined, etag: undefined };
  return { ...common, kind: 'unreadable', media, person: {}, call: undefined, forceKey: undefined };
};

const ofDrop = ({ detail: { reason, bucket, object } }: DropEvent) => {
  const { key, etag, 'version-id': versionId } = object;
  const named = readInboxKey(key);
  return {
    kind: 'drop' as const,
    bucket: bucket.name,
    media: { key, versionId, etag },
    person: named ? { accountId: named.accountId, enrollmentId: named.enrollmentId } : {},
    call: undefined,
    forceKey: undefined,
    unclaimedName: versionId ?? etag,
    mayBeCopy: !UPLOADS.includes(String(reason)),
    reason,
  };
};

const ofCall = (call: CallRequest, executionId: string) => ({
  kind: 'call' as const,
  // A live capture has no media yet.
  media: { key: call.media?.key ?? '', versionId: call.media?.versionId, etag: undefined },
  person: personOf(call),
  call,
  forceKey: call.forceNew && (call.idempotencyKey ?? executionId),
});

const personOf = ({ accountId, enrollmentId, reference, purpose }: CallRequest): Person =>
  defined({ accountId, enrollmentId, reference, purpose });

/** The version of an address, by S3's id or where there are no versions by the content; undefined for the newest. */
export const versionOf = ({ versionId, etag }: Pick<MediaAddress, 'versionId' | 'etag'>): string | undefined =>
  versionId ?? etag;

/** Where a call may take media from: what other systems put there, or a drop's own object. */
const CALLABLE = ['media/', INBOX];

/** Media of campaigns, in a deployment that has them. */
const OF_CAMPAIGN = /^campaigns\/[\w-]{1,64}\/media\//;

/** @throws RequestInvalidError `request_invalid` when the object is not where media may be taken from */
export const refuseForeignMedia = (
  { kind, bucket, mediaBucket, media, call }: Intake,
  { campaigns = false }: { campaigns?: boolean } = {},
): void => {
  if (bucket !== mediaBucket) {
    throw new RequestInvalidError('request_invalid', 'event.detail.bucket.name: must be the media bucket');
  }
  if (kind === 'drop' || call?.capture || CALLABLE.some((prefix) => media.key.startsWith(prefix))) return;
  if (campaigns && OF_CAMPAIGN.test(media.key)) return;
  throw new RequestInvalidError('request_invalid', `media.key: must begin with ${CALLABLE.join(' or ')}`);
};
