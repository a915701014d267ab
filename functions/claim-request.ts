import { createHash } from 'node:crypto';
import { type Alias, bindKey, findKey, WORKFLOW_SCOPE } from '../shared/aws/aliases.ts';
import { claim, type Ledger, ownRecord, readRecord } from '../shared/aws/ledger.ts';
import { glanceAt } from '../shared/aws/media.ts';
import { findRetried, takeRetry } from '../shared/aws/retries.ts';
import { enterDrop, ticketOfMedia } from '../shared/aws/tickets.ts';
import type { Ticket } from '../shared/domain/api.ts';
import {
  AlreadyDecidedError,
  ClaimedElsewhereError,
  MediaGoneError,
  MediaUnacceptableError,
} from '../shared/domain/errors.ts';
import { revalidationIdOf } from '../shared/domain/ids.ts';
import { readInboxKey } from '../shared/domain/inbox-key.ts';
import { isEnd } from '../shared/domain/lifecycle.ts';
import { asksOtherwise } from '../shared/domain/record.ts';
import { parseOrRefuse } from '../shared/domain/refuse.ts';
import { RevalidationRequest } from '../shared/domain/request.ts';
import type { Claim } from '../shared/domain/revalidation.ts';
import { acceptMedia, addressOf, isTooOld, type MediaAddress, wishOf, wishOfCall } from '../shared/domain/wish.ts';
import { env, ledgerFromEnv, retryRulesFromEnv } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';

/**
 * The first step, for every door. Asks whether the request is in order: who, with whose consent, which version of which
 * object, and whether Truora would take it at all; and whether anybody else has claimed it. Nothing is paid for here.
 */
export const handler = step('ClaimRequest', async ({ request: unchecked, executionId }) => {
  const request = parseOrRefuse(RevalidationRequest, unchecked);
  const ledger = ledgerFromEnv();
  const bucket = env('MEDIA_BUCKET');
  const at = addressOf(request, bucket);
  const ticket = request.kind === 'drop' ? await useTicket(ledger, at) : undefined;
  const { head, metadata, bytes, etag, versionId, putAt } = await glanceAt({ bucket, ...at }).catch(async (error) => {
    if (error instanceof MediaGoneError) await meetStanding(ledger, request, ticket, executionId);
    throw error;
  });
  const { accountId, enrollmentId, userAuthorized, options, reference } = ticket ?? wishOf(request, metadata);
  const type = acceptMedia({ bytes, head }, options);

  const version = versionId ?? etag;
  // A call about a ticket's drop, of the same person, is about the ticket's re-validation.
  const promised = ticket ?? (await ticketOfMedia(ledger.table, at.key, version));
  const anew = anewOf(request, executionId);
  const ownId =
    promised?.accountId === accountId && !anew
      ? promised.revalidationId
      : revalidationIdOf({ accountId, bucket, key: at.key, version, anew });
  const hours = env('MEDIA_HOURS');
  // A late copy of what was claimed in time is a repeat like any other.
  if (request.kind === 'drop' && isTooOld(putAt, new Date(), hours) && !(await readRecord(ledger, ownId))) {
    throw new MediaUnacceptableError('media_too_old', `media: was dropped more than ${hours} hours ago; put it again`);
  }
  const alias = aliasOf(request);
  const revalidationId = alias ? await bindKey(ledger.table, { ...alias, revalidationId: ownId }) : ownId;
  const { resultMode = env('RESULT_MODE'), ...asked } = options;
  const retried = asked.retryOf ? await linkRetry(ledger, revalidationId, accountId, asked.retryOf) : undefined;
  const { calledBy = ticket?.calledBy, forceNew = undefined } = request.kind === 'call' ? request : {};
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
  return claim(ledger, wanted, executionId);
});

/**
 * What a ticket's drop was promised. A later upload under it is entered as a repeat and is no run: it waits for, or finds,
 * what became of the first one.
 */
const useTicket = async (ledger: Ledger, { key, versionId, etag }: MediaAddress): Promise<Ticket | undefined> => {
  const version = versionId ?? etag ?? '';
  const ticket = await enterDrop(ledger.table, key, version);
  if (!ticket || ticket.droppedAs === version) return ticket;
  const standing = await readRecord(ledger, ticket.revalidationId);
  if (standing && isEnd(standing.phase)) throw new AlreadyDecidedError('already_decided', ticket.revalidationId);
  throw new ClaimedElsewhereError('claimed_elsewhere', 'another upload under the same ticket came first');
};

/** A forced call is told apart by its key, so that its repeats are one case; without a key, by its execution. */
const anewOf = (request: RevalidationRequest, executionId: string): string | undefined =>
  request.kind === 'call' && request.forceNew ? (request.idempotencyKey ?? executionId) : undefined;

/** Two bodies with the same fields have the same hash: parsing has put the fields into the schema's order. */
const aliasOf = (request: RevalidationRequest): Alias | undefined =>
  request.kind === 'call' && request.idempotencyKey
    ? {
        scope: WORKFLOW_SCOPE,
        key: request.idempotencyKey,
        body: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
      }
    : undefined;

/**
 * Media is deleted some hours after its outcome, and whoever asks again after that is to get the outcome, not that the
 * media is gone. It returns where nothing stands, or something that is this execution's own and open.
 * @throws AlreadyDecidedError, ClaimedElsewhereError
 */
const meetStanding = async (
  ledger: Ledger,
  request: RevalidationRequest,
  ticket: Ticket | undefined,
  executionId: string,
): Promise<void> => {
  const bucket = env('MEDIA_BUCKET');
  const { key, versionId, etag } = addressOf(request, bucket);
  const asked = request.kind === 'call' ? wishOfCall(request) : ticket;
  const accountId = asked?.accountId ?? readInboxKey(key)?.accountId;
  const version = versionId ?? etag;
  const alias = aliasOf(request);
  const anew = anewOf(request, executionId);
  const id =
    (alias && (await findKey(ledger.table, alias))) ??
    ticket?.revalidationId ??
    (accountId && version ? revalidationIdOf({ accountId, bucket, key, version, anew }) : undefined);
  const standing = id ? await readRecord(ledger, id) : undefined;
  if (!standing || (asked && asksOtherwise(standing, { ...asked, requested: asked.options }))) return;
  await ownRecord(ledger, standing.revalidationId, executionId);
};

/** Whoever was claimed before had its place in the row then, and is not asked for the time again. */
const linkRetry = async (ledger: Ledger, revalidationId: string, accountId: string, retryOf: string) => {
  if (await readRecord(ledger, revalidationId)) return undefined;
  const rules = retryRulesFromEnv();
  const link = await findRetried(ledger, { retryOf, accountId }, rules);
  await takeRetry(ledger, link.first, revalidationId, rules);
  return link;
};
