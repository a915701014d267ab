import { createHash } from 'node:crypto';
import { bindKey, WORKFLOW_SCOPE } from '../shared/aws/aliases.ts';
import { claim, type Ledger, readRecord } from '../shared/aws/ledger.ts';
import { glanceAt } from '../shared/aws/media.ts';
import { enterDrop, ticketOfMedia } from '../shared/aws/tickets.ts';
import type { Ticket } from '../shared/domain/api.ts';
import { AlreadyDecidedError, ClaimedElsewhereError, MediaUnacceptableError } from '../shared/domain/errors.ts';
import { revalidationIdOf } from '../shared/domain/ids.ts';
import { isEnd } from '../shared/domain/lifecycle.ts';
import { parseOrRefuse } from '../shared/domain/refuse.ts';
import { RevalidationRequest } from '../shared/domain/request.ts';
import type { Claim } from '../shared/domain/revalidation.ts';
import { acceptMedia, addressOf, isTooOld, type MediaAddress, wishOf } from '../shared/domain/wish.ts';
import { env, ledgerFromEnv } from '../shared/lambda/env.ts';
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
  const { head, metadata, bytes, etag, versionId, putAt } = await glanceAt({ bucket, ...at });
  const { accountId, enrollmentId, userAuthorized, options, reference } = ticket ?? wishOf(request, metadata);
  const type = acceptMedia({ bytes, head }, options);

  const version = versionId ?? etag;
  // A call about a ticket's drop, of the same person, is about the ticket's re-validation.
  const promised = ticket ?? (await ticketOfMedia(ledger.table, at.key, version));
  const ownId =
    promised?.accountId === accountId
      ? promised.revalidationId
      : revalidationIdOf({ accountId, bucket, key: at.key, version });
  const hours = env('MEDIA_HOURS');
  // A late copy of what was claimed in time is a repeat like any other.
  if (request.kind === 'drop' && isTooOld(putAt, new Date(), hours) && !(await readRecord(ledger, ownId))) {
    throw new MediaUnacceptableError('media_too_old', `media: was dropped more than ${hours} hours ago; put it again`);
  }
  const key = request.kind === 'call' ? request.idempotencyKey : undefined;
  const alias = key && { scope: WORKFLOW_SCOPE, key, revalidationId: ownId, body: hashOf(request) };
  const revalidationId = alias ? await bindKey(ledger.table, alias) : ownId;
  const calledBy = request.kind === 'call' ? request.calledBy : ticket?.calledBy;
  const { resultMode = env('RESULT_MODE'), ...requested } = options;
  const wanted: Claim = {
    revalidationId,
    accountId,
    enrollmentId,
    userAuthorized,
    media: { bucket, key: at.key, ...(versionId ? { versionId } : {}), etag, bytes, type },
    requested,
    resultMode,
    ...(reference ? { reference } : {}),
    ...(calledBy ? { calledBy } : {}),
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

/** Two bodies with the same fields have the same hash: parsing has put the fields into the schema's order. */
const hashOf = (request: RevalidationRequest): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex');
