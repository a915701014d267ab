import { fileAt, peekMedia } from '../shared/aws/media-store.ts';
import type { Ticket } from '../shared/domain/api.ts';
import { defined } from '../shared/domain/defined.ts';
import { MediaGoneError, MediaUnacceptableError } from '../shared/domain/errors.ts';
import { type Intake, readIntake, refuseForeignMedia } from '../shared/domain/intake.ts';
import { acceptMedia, isTooOld } from '../shared/domain/media.ts';
import { checkMedia } from '../shared/domain/media-check.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { applyPolicy } from '../shared/domain/policy.ts';
import { RevalidationRequest } from '../shared/domain/request.ts';
import { requestDetailsOf } from '../shared/domain/request-details.ts';
import { Claim } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, retryRulesFromEnv } from '../shared/lambda/clients.ts';
import { env, mediaLimitsFromEnv, policyFromEnv } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { claim, ownRecord } from '../shared/ledger/claims.ts';
import { holdMedia } from '../shared/ledger/holds.ts';
import { aliasOf, claimUnderKey, findKey } from '../shared/ledger/idempotency-keys.ts';
import { type Ledger, readRecord } from '../shared/ledger/records.ts';
import { refuseIfOld } from '../shared/logic/answer-age.ts';
import { linkRetry } from '../shared/logic/linked-retry.ts';
import { locate, throwIfAlreadyClaimed } from '../shared/logic/locate.ts';
import { enterDropOnTicket } from '../shared/logic/ticket-entry.ts';

/**
 * The first step, for every entry point. Checks the request: the person, the consent, the version of the object, and whether
 * Truora takes it at all; and claims its case, unless another execution has. Nothing is paid for here.
 */
export const handler = step('ClaimRequest', async ({ request, executionId }) => {
  const checked = parseOrRefuse(RevalidationRequest, request);
  const intake = readIntake(checked, { bucket: env('MEDIA_BUCKET'), executionId });
  return claimIt(intake).catch(refuseIfOld(ledgerFromEnv(), intake));
});

const claimIt = async (intake: Intake): Promise<Claim> => {
  const ledger = ledgerFromEnv();
  const policy = policyFromEnv();
  const alias = aliasOf(intake.call, policy);
  const named = alias && (await findKey(ledger, alias));
  // The case of a key does not depend on which version of its media is the newest by now.
  if (named) return held(ledger, Claim.parse(await ownRecord(ledger, named, intake.executionId)));
  refuseForeignMedia(intake);
  const ticket = await enterDropOnTicket(ledger, intake);
  const asked = await readAsked(ledger, intake, ticket);
  const { revalidationId } = await locate(ledger, intake, { ticket, policy, ...asked });
  await refuseTooOld(ledger, intake, revalidationId, asked.putAt);
  const owner = intake.executionId;
  const claimed = await claimUnderKey(ledger, alias, { revalidationId, owner }, async (keyHash) => {
    const wanted = await wantedClaim(ledger, intake, { revalidationId, ticket, ...asked });
    return held(ledger, await claim(ledger, wanted, owner, keyHash).catch(refuseIfOld(ledger, intake)));
  });
  // The key stands for another case that an earlier try of this step has claimed.
  return claimed.revalidationId === revalidationId ? claimed : held(ledger, claimed);
};

/** The media in the version that it has now, and the details of the request as they are sent to Truora. */
const readAsked = async (ledger: Ledger, intake: Intake, ticket: Ticket | undefined) => {
  const { mediaBucket: bucket, media } = intake;
  const policy = policyFromEnv();
  const head = await peekMedia({ bucket, ...media }).catch(async (error) => {
    if (error instanceof MediaGoneError) await throwIfAlreadyClaimed(ledger, intake, { ticket, policy });
    throw error;
  });
  const asked = ticket ?? requestDetailsOf(intake, head.metadata);
  const options = applyPolicy(asked.options, policy);
  const type = acceptMedia(head, options);
  await checkMedia(type, fileAt({ bucket, key: media.key }, head), mediaLimitsFromEnv());
  const { accountId, enrollmentId, userAuthorized, reference } = asked;
  const { bytes, etag, versionId, putAt } = head;
  return {
    details: { accountId, enrollmentId, userAuthorized, options, reference },
    media: { bucket, key: media.key, versionId, etag, bytes, type },
    putAt,
  };
};

/** A late copy of media that was claimed in time is a repeat like any other. */
const refuseTooOld = async (ledger: Ledger, { kind }: Intake, revalidationId: string, putAt: Date): Promise<void> => {
  const hours = env('MEDIA_HOURS');
  if (kind !== 'drop' || !isTooOld(putAt, new Date(), hours) || (await readRecord(ledger, revalidationId))) return;
  throw new MediaUnacceptableError('media_too_old', `media: was dropped more than ${hours} hours ago; put it again`);
};

type Wanted = { revalidationId: string; ticket: Ticket | undefined } & Awaited<ReturnType<typeof readAsked>>;

/** The claim to write. The slot of a linked retry is taken first. */
const wantedClaim = async (ledger: Ledger, { call }: Intake, wanted: Wanted): Promise<Claim> => {
  const { revalidationId, ticket, media, details } = wanted;
  const { accountId, enrollmentId, userAuthorized, reference } = details;
  const { resultMode = env('RESULT_MODE'), ...requested } = details.options;
  const retried = await linkRetry(
    ledger,
    revalidationId,
    { accountId, retryOf: requested.retryOf },
    retryRulesFromEnv(),
  );
  return defined({
    revalidationId,
    accountId,
    enrollmentId,
    userAuthorized,
    media: defined(media),
    requested: retried ? { ...requested, retryOf: retried.validationId } : requested,
    resultMode,
    reference,
    calledBy: call ? call.calledBy : ticket?.calledBy,
    linkedTo: retried?.linkedTo,
    forceNew: call?.forceNew,
    claimedAt: new Date().toISOString(),
  });
};

/**
 * The claim, with its media held: from here on nothing deletes the media before the case has ended. Media that is being deleted
 * already is not paid for. An earlier try of this step may have claimed the case and ended before the hold, so a claim that is
 * found is held too.
 */
const held = async (ledger: Ledger, claimed: Claim): Promise<Claim> => {
  const { bucket, key, versionId } = claimed.media;
  if (versionId && !(await holdMedia(ledger, { bucket, key, versionId }, claimed.revalidationId)))
    throw new MediaGoneError('media_gone', 'media: there is no such object (any more)');
  return claimed;
};
