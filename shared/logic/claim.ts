import { defined } from '../domain/defined.ts';
import { MediaGoneError, MediaUnacceptableError } from '../domain/errors.ts';
import type { Intake } from '../domain/intake.ts';
import type { RetryRules } from '../domain/linked-retry.ts';
import { isTooOld } from '../domain/media.ts';
import { refuseNationalIds } from '../domain/national-ids.ts';
import { Claim } from '../domain/revalidation.ts';
import { liveTicket } from '../domain/ticket.ts';
import { claim, ownRecord } from '../ledger/claims.ts';
import { holdMedia } from '../ledger/holds.ts';
import { claimUnderKey } from '../ledger/idempotency-keys.ts';
import { readRecord } from '../ledger/records.ts';
import { issueTicket } from '../ledger/tickets.ts';
import { refuseErased } from '../ledger/tombstones.ts';
import { refuseIfOld } from './answer-age.ts';
import { linkRetry } from './linked-retry.ts';
import { type LocateSettings, locate } from './locate.ts';
import type { LiveRequest, ReadRequest } from './read-request.ts';

/** What a claim works with, as the deployment decides it. */
export type ClaimSettings = LocateSettings & {
  /** The greatest age of a drop. Hours. */
  mediaHours: number;
  retries: RetryRules;
  allowNationalIds: boolean;
  /** Enters the case on the receipt of consent that its request names. @returns what the claim keeps of it */
  enterOnConsent: (details: ReadRequest['details'], revalidationId: string) => Promise<ClaimedConsent>;
};

/** What a claim keeps of a receipt of consent. */
export type ClaimedConsent = Pick<Claim, 'consentReceiptId' | 'consentTextSha256'>;

/**
 * Checks a request and claims its case for the execution: the person, the consent, the version of the media, and whether Truora takes
 * it. Nothing deletes the media from then on, until the case has ended; media that is being deleted is not paid for. An earlier try of
 * this step may have claimed the case and ended before the hold, so an existing claim is held too.
 * @returns the claim, after a retry the first one
 * @throws the refusals; AlreadyDecidedError, ClaimedElsewhereError when the case is another execution's
 */
export const claimRequest = async (settings: ClaimSettings, intake: Intake): Promise<Claim> => {
  const { ledger } = settings;
  const claimed = await findOrClaim(settings, intake).catch(refuseIfOld(ledger, intake));
  const { revalidationId, media } = claimed;
  // Where the recording will be put. The first ticket stays: the one that the API has promised.
  if (claimed.capture) await issueTicket(ledger, liveTicket(claimed));
  if (!media) return claimed;
  const { bucket, key, versionId } = media;
  if (versionId && !(await holdMedia(ledger, { bucket, key, versionId }, revalidationId)))
    throw new MediaGoneError('media_gone', 'media: there is no such object (any more)');
  return claimed;
};

/** The claim of an idempotency key, or else a new one. */
const findOrClaim = async (settings: ClaimSettings, intake: Intake): Promise<Claim> => {
  const { ledger } = settings;
  const { executionId: owner } = intake;
  const { revalidationId, idempotencyKey, request } = await locate(settings, intake);
  if (!request) return Claim.parse(await ownRecord(ledger, revalidationId, owner));
  refuseNationalIds(request.details, settings);
  await refuseErased(ledger.table, request.details.accountId);
  if (request.media) await refuseTooOld(settings, intake, revalidationId, request);
  const claimOnce = async (keyHash?: string): Promise<Claim> => {
    const wanted = await newClaim(settings, revalidationId, request);
    return claim(ledger, wanted, owner, keyHash).catch(refuseIfOld(ledger, intake));
  };
  return idempotencyKey ? claimUnderKey(ledger, idempotencyKey, { revalidationId, owner }, claimOnce) : claimOnce();
};

/** A late copy of media that was claimed in time is a repeat. */
const refuseTooOld = async (
  { ledger, mediaHours: hours }: ClaimSettings,
  { kind }: Intake,
  revalidationId: string,
  { putAt }: ReadRequest,
): Promise<void> => {
  if (kind !== 'drop' || !isTooOld(putAt, new Date(), hours) || (await readRecord(ledger, revalidationId))) return;
  throw new MediaUnacceptableError('media_too_old', `media: was dropped more than ${hours} hours ago; put it again`);
};

/** The claim to write. The slot of a linked retry is taken first. */
const newClaim = async (
  { ledger, retries, enterOnConsent }: ClaimSettings,
  revalidationId: string,
  { details, media }: ReadRequest | LiveRequest,
): Promise<Claim> => {
  const { accountId, purpose, requested } = details;
  const consent = await enterOnConsent(details, revalidationId);
  const retried = await linkRetry(ledger, revalidationId, { accountId, purpose, retryOf: requested.retryOf }, retries);
  return defined({
    revalidationId,
    ...details,
    consentReceiptId: undefined,
    ...consent,
    requested: retried ? { ...requested, retryOf: retried.validationId } : requested,
    media,
    capture: media ? undefined : ('live' as const),
    linkedTo: retried?.linkedTo,
    claimedAt: new Date().toISOString(),
  });
};
