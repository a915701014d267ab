import { fileAt, peekMedia } from '../aws/media-store.ts';
import type { Ticket } from '../domain/api.ts';
import { defined } from '../domain/defined.ts';
import { RequestInvalidError } from '../domain/errors.ts';
import type { Intake } from '../domain/intake.ts';
import { acceptMedia } from '../domain/media.ts';
import { checkMedia, type MediaLimits } from '../domain/media-check.ts';
import { appliedPolicy, applyPolicy, type Policies } from '../domain/policy.ts';
import type { ResultMode } from '../domain/request.ts';
import { requestDetailsOf } from '../domain/request-details.ts';
import type { Claim, Media } from '../domain/revalidation.ts';

/** What decides whether a request is accepted, and what it leaves to the deployment. */
export type RequestSettings = {
  policies: Policies;
  mediaLimits: MediaLimits;
  /** The mode of a request that names none. */
  resultMode: ResultMode;
};

/** A ticket of the capture page has no consent until its person agrees. @throws RequestInvalidError `consent_missing` */
const agreed = ({ userAuthorized }: { userAuthorized?: true | undefined }): true => {
  if (userAuthorized) return userAuthorized;
  throw new RequestInvalidError('consent_missing', 'the person has not agreed on the capture page');
};

/** A request, read and checked. Its claim has these details and this media under the same names. */
export type ReadRequest = {
  details: Pick<
    Claim,
    | 'accountId'
    | 'enrollmentId'
    | 'userAuthorized'
    | 'requested'
    | 'resultMode'
    | 'purpose'
    | 'policyVersion'
    | 'consentReceiptId'
    | 'reference'
    | 'calledBy'
    | 'forceNew'
  >;
  media: Media;
  /** When the media was put. */
  putAt: Date;
};

/**
 * Reads what a request is about, and checks all of it: the media in its current version, and the details. Those of a call are its
 * fields, those of a drop its ticket, or else its key and metadata. It only reads, and of S3 alone.
 * @param ticket the ticket that a drop was entered on
 * @throws RequestInvalidError, MediaUnacceptableError; MediaGoneError where the media is not there any more
 */
export const readRequest = async (
  settings: RequestSettings,
  intake: Intake,
  ticket: Ticket | undefined,
): Promise<ReadRequest> => {
  const { mediaBucket: bucket } = intake;
  const { key } = intake.media;
  const media = await peekMedia({ bucket, ...intake.media });
  const details = detailsOf(settings, intake, ticket ?? requestDetailsOf(intake, media.metadata), ticket);
  const type = acceptMedia(media, details.requested);
  await checkMedia(type, fileAt({ bucket, key }, media), settings.mediaLimits);
  const { versionId, etag, bytes, putAt } = media;
  return { details, media: defined({ bucket, key, versionId, etag, bytes, type }), putAt };
};

/** A live capture, read and checked: it has details and no media yet. */
export type LiveRequest = Pick<ReadRequest, 'details'> & { media?: undefined };

/** Reads the request of a live capture. @throws RequestInvalidError */
export const readLiveRequest = (settings: RequestSettings, intake: Intake): LiveRequest => ({
  details: detailsOf(settings, intake, requestDetailsOf(intake, {}), undefined),
});

const detailsOf = (
  settings: RequestSettings,
  { call }: Intake,
  of: ReturnType<typeof requestDetailsOf> | Ticket,
  ticket: Ticket | undefined,
): ReadRequest['details'] => {
  const { policies } = settings;
  const { resultMode = settings.resultMode, ...requested } = applyPolicy(of, policies);
  const { accountId, enrollmentId, consentReceiptId, reference } = of;
  const { calledBy } = call ?? ticket ?? {};
  return defined({
    accountId,
    enrollmentId,
    userAuthorized: agreed(of),
    requested,
    resultMode,
    ...appliedPolicy(of, policies),
    consentReceiptId,
    reference,
    calledBy,
    forceNew: call?.forceNew,
  });
};
