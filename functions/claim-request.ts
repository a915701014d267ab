import { fileAt, peekMedia } from '../shared/aws/media-store.ts';
import { addressOf, forceKeyOf, revalidationIdOf } from '../shared/domain/case-id.ts';
import { MediaGoneError, MediaUnacceptableError } from '../shared/domain/errors.ts';
import { acceptMedia, isTooOld } from '../shared/domain/media.ts';
import { checkMedia } from '../shared/domain/media-check.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { applyPolicy } from '../shared/domain/policy.ts';
import { RevalidationRequest } from '../shared/domain/request.ts';
import { mayBeCopy, requestDetailsOf } from '../shared/domain/request-details.ts';
import { Claim } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, retryRulesFromEnv } from '../shared/lambda/clients.ts';
import { env, mediaLimitsFromEnv, policyFromEnv } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { claim, ownRecord } from '../shared/ledger/claims.ts';
import { holdMedia } from '../shared/ledger/holds.ts';
import { aliasOf, claimUnderKey, findKey } from '../shared/ledger/idempotency-keys.ts';
import { type Ledger, readRecord } from '../shared/ledger/records.ts';
import { enterCopy, originalOf } from '../shared/logic/copies.ts';
import { linkRetry } from '../shared/logic/linked-retry.ts';
import { joinTicket, refuseIfOld, throwIfAlreadyClaimed, useTicket } from '../shared/logic/locate.ts';

/**
 * The first step, for every door. Asks whether the request is in order: who, with whose consent, which version of which
 * object, and whether Truora would take it at all; and whether anybody else has claimed it. Nothing is paid for here.
 */
export const handler = step('ClaimRequest', async ({ request: unchecked, executionId }) => {
  const request = parseOrRefuse(RevalidationRequest, unchecked);
  return claimIt(request, executionId).catch(refuseIfOld(ledgerFromEnv(), request, executionId));
});

const claimIt = async (request: RevalidationRequest, executionId: string): Promise<Claim> => {
  const ledger = ledgerFromEnv();
  const alias = aliasOf(request);
  const named = alias && (await findKey(ledger, alias));
  // What a key stands for does not depend on which version of its media is the newest by now.
  if (named) return Claim.parse(await ownRecord(ledger, named, executionId));
  const bucket = env('MEDIA_BUCKET');
  const policy = policyFromEnv();
  const at = addressOf(request, bucket);
  const ticket = request.kind === 'drop' ? await useTicket(ledger, at) : undefined;
  const glance = await peekMedia({ bucket, ...at }).catch(async (error) => {
    if (error instanceof MediaGoneError)
      await throwIfAlreadyClaimed(ledger, { request, bucket, ticket, executionId, policy });
    throw error;
  });
  const { metadata, bytes, etag, versionId, putAt } = glance;
  const { accountId, enrollmentId, userAuthorized, reference, ...wish } = ticket ?? requestDetailsOf(request, metadata);
  const options = applyPolicy(wish.options, policy);
  const type = acceptMedia(glance, options);
  await checkMedia(type, fileAt({ bucket, key: at.key }, glance), mediaLimitsFromEnv());

  const version = versionId ?? etag;
  const forceKey = forceKeyOf(request, executionId);
  // A call about a ticket's drop, of the same person, is about the ticket's re-validation.
  const joined =
    request.kind === 'call' && !forceKey
      ? await joinTicket(ledger.table, { key: at.key, version }, { accountId, enrollmentId, options }, policy)
      : ticket;
  const original =
    request.kind === 'drop' && !ticket && versionId && mayBeCopy(request.event)
      ? await originalOf(ledger, { bucket, key: at.key, versionId })
      : undefined;
  if (original && versionId) await enterCopy(ledger, original, versionId);
  const revalidationId =
    joined?.revalidationId ?? original ?? revalidationIdOf({ accountId, bucket, key: at.key, version, forceKey });
  const hours = env('MEDIA_HOURS');
  // A late copy of what was claimed in time is a repeat like any other.
  if (request.kind === 'drop' && isTooOld(putAt, new Date(), hours) && !(await readRecord(ledger, revalidationId))) {
    throw new MediaUnacceptableError('media_too_old', `media: was dropped more than ${hours} hours ago; put it again`);
  }
  const { resultMode = env('RESULT_MODE'), ...asked } = options;
  const { calledBy = ticket?.calledBy, forceNew = undefined } = request.kind === 'call' ? request : {};
  return claimUnderKey(ledger, alias, { revalidationId, owner: executionId }, async (keyHash) => {
    const retried = await linkRetry(ledger, revalidationId, { accountId, retryOf: asked.retryOf }, retryRulesFromEnv());
    const wanted: Claim = {
      revalidationId,
      accountId,
      enrollmentId,
      userAuthorized,
      media: { bucket, key: at.key, ...(versionId ? { versionId } : {}), etag, bytes, type },
      requested: { ...asked, ...(retried ? { retryOf: retried.validationId } : {}) },
      resultMode,
      ...(reference ? { reference } : {}),
      ...(calledBy ? { calledBy } : {}),
      ...(retried?.linkedTo ? { linkedTo: retried.linkedTo } : {}),
      ...(forceNew ? { forceNew } : {}),
      claimedAt: new Date().toISOString(),
    };
    const claimed = await claim(ledger, wanted, executionId, keyHash).catch(refuseIfOld(ledger, request, executionId));
    await hold(ledger, claimed);
    return claimed;
  });
};

/** From here on nothing deletes the media before the case has ended. What is being deleted already is not paid for. */
const hold = async (ledger: Ledger, { revalidationId, media: { bucket, key, versionId } }: Claim): Promise<void> => {
  if (versionId && !(await holdMedia(ledger, { bucket, key, versionId }, revalidationId)))
    throw new MediaGoneError('media_gone', 'media: there is no such object (any more)');
};
