import { fileAt, peekMedia } from '../aws/media-store.ts';
import type { Ticket } from '../domain/api.ts';
import { defined } from '../domain/defined.ts';
import { MediaGoneError, MediaUnacceptableError } from '../domain/errors.ts';
import { type Intake, refuseForeignMedia } from '../domain/intake.ts';
import type { RetryRules } from '../domain/linked-retry.ts';
import { acceptMedia, isTooOld } from '../domain/media.ts';
import { checkMedia, type MediaLimits } from '../domain/media-check.ts';
import { appliedPolicy, applyPolicy, type Policies } from '../domain/policy.ts';
import type { ResultMode } from '../domain/request.ts';
import { requestDetailsOf } from '../domain/request-details.ts';
import { Claim } from '../domain/revalidation.ts';
import { claim as claimRecord, ownRecord } from '../ledger/claims.ts';
import { holdMedia } from '../ledger/holds.ts';
import { aliasOf, claimUnderKey, findKey } from '../ledger/idempotency-keys.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import { refuseIfOld } from './answer-age.ts';
import { linkRetry } from './linked-retry.ts';
import { locate, throwIfAlreadyClaimed } from './locate.ts';
import { enterDropOnTicket } from './ticket-entry.ts';

/** What a claim works with, as the deployment decides it. */
export type ClaimSettings = {
  ledger: Ledger;
  policy: Policies;
  mediaLimits: MediaLimits;
  /** The greatest age of a drop. Hours. */
  mediaHours: number;
  /** The mode of a request that names none. */
  resultMode: ResultMode;
  retries: RetryRules;
};

/**
 * Checks a request and claims its case for the execution: the person, the consent, the version of the media, and whether Truora takes
 * it. The media is held from then on.
 * @returns the claim, after a retry the first one
 * @throws the refusals; AlreadyDecidedError, ClaimedElsewhereError when the case is another execution's
 */
export const claimRequest = (settings: ClaimSettings, intake: Intake): Promise<Claim> =>
  locateAndClaim(settings, intake).catch(refuseIfOld(settings.ledger, intake));

const locateAndClaim = async (settings: ClaimSettings, intake: Intake): Promise<Claim> => {
  const { ledger, policy } = settings;
  const alias = aliasOf(intake.call, policy);
  // `locate` lists every way to the case of a request. The case of a key does not depend on the newest version of its media.
  const named = alias && (await findKey(ledger, alias));
  if (named) return held(ledger, Claim.parse(await ownRecord(ledger, named, intake.executionId)));
  refuseForeignMedia(intake);
  const ticket = await enterDropOnTicket(ledger, intake);
  const checked = await checkRequest(settings, intake, ticket);
  const { revalidationId } = await locate(ledger, intake, { policy, ...checked });
  await refuseTooOld(settings, intake, revalidationId, checked.putAt);
  const owner = intake.executionId;
  const claimed = await claimUnderKey(ledger, alias, { revalidationId, owner }, async (keyHash) => {
    const fresh = await newClaim(settings, intake, revalidationId, checked);
    return held(ledger, await claimRecord(ledger, fresh, owner, keyHash).catch(refuseIfOld(ledger, intake)));
  });
  // The key is bound to another case, which an earlier try of this step claimed.
  return claimed.revalidationId === revalidationId ? claimed : held(ledger, claimed);
};

/** Checks the media in its current version, and the details of the request. @returns both, the options as they are sent to Truora */
const checkRequest = async (settings: ClaimSettings, intake: Intake, ticket: Ticket | undefined) => {
  const { ledger, policy, mediaLimits } = settings;
  const { mediaBucket: bucket, media } = intake;
  const head = await peekMedia({ bucket, ...media }).catch(async (error) => {
    if (error instanceof MediaGoneError) await throwIfAlreadyClaimed(ledger, intake, { ticket, policy });
    throw error;
  });
  const given = ticket ?? requestDetailsOf(intake, head.metadata);
  const options = applyPolicy(given, policy);
  const type = acceptMedia(head, options);
  await checkMedia(type, fileAt({ bucket, key: media.key }, head), mediaLimits);
  const { accountId, enrollmentId, userAuthorized, purpose, reference } = given;
  const { bytes, etag, versionId, putAt } = head;
  return {
    ticket,
    details: { accountId, enrollmentId, userAuthorized, options, purpose, reference },
    media: { bucket, key: media.key, versionId, etag, bytes, type },
    putAt,
  };
};

/** A late copy of media that was claimed in time is a repeat. */
const refuseTooOld = async (
  { ledger, mediaHours: hours }: ClaimSettings,
  { kind }: Intake,
  revalidationId: string,
  putAt: Date,
): Promise<void> => {
  if (kind !== 'drop' || !isTooOld(putAt, new Date(), hours) || (await readRecord(ledger, revalidationId))) return;
  throw new MediaUnacceptableError('media_too_old', `media: was dropped more than ${hours} hours ago; put it again`);
};

type Checked = Awaited<ReturnType<typeof checkRequest>>;

/** The claim to write. The slot of a linked retry is taken first. */
const newClaim = async (
  settings: ClaimSettings,
  { call }: Intake,
  revalidationId: string,
  { ticket, media, details }: Checked,
): Promise<Claim> => {
  const { accountId, enrollmentId, userAuthorized, reference } = details;
  const { resultMode = settings.resultMode, ...requested } = details.options;
  const retry = { accountId, retryOf: requested.retryOf, purpose: details.purpose };
  const retried = await linkRetry(settings.ledger, revalidationId, retry, settings.retries);
  return defined({
    revalidationId,
    accountId,
    enrollmentId,
    userAuthorized,
    media: defined(media),
    requested: retried ? { ...requested, retryOf: retried.validationId } : requested,
    resultMode,
    ...appliedPolicy(details, settings.policy),
    reference,
    calledBy: call ? call.calledBy : ticket?.calledBy,
    linkedTo: retried?.linkedTo,
    forceNew: call?.forceNew,
    claimedAt: new Date().toISOString(),
  });
};

/**
 * The claim, with its media held: nothing deletes the media before the case has ended. Media that is being deleted is not paid for. An
 * earlier try of this step may have claimed the case and ended before the hold, so an existing claim is held too.
 */
const held = async (ledger: Ledger, claimed: Claim): Promise<Claim> => {
  const { bucket, key, versionId } = claimed.media;
  if (versionId && !(await holdMedia(ledger, { bucket, key, versionId }, claimed.revalidationId)))
    throw new MediaGoneError('media_gone', 'media: there is no such object (any more)');
  return claimed;
};
