import { createHash } from 'node:crypto';
import { bindKey } from '../shared/aws/aliases.ts';
import { claim } from '../shared/aws/ledger.ts';
import { glanceAt } from '../shared/aws/media.ts';
import { revalidationIdOf } from '../shared/domain/ids.ts';
import { parseOrRefuse } from '../shared/domain/refuse.ts';
import { RevalidationRequest } from '../shared/domain/request.ts';
import type { Claim } from '../shared/domain/revalidation.ts';
import { acceptMedia, addressOf, wishOf } from '../shared/domain/wish.ts';
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
  const { head, metadata, bytes, etag, versionId } = await glanceAt({ bucket, ...at });
  const { accountId, enrollmentId, userAuthorized, options, reference } = wishOf(request, metadata);
  const type = acceptMedia({ bytes, head }, options);

  const ownId = revalidationIdOf({ accountId, bucket, key: at.key, version: versionId ?? etag });
  const asked = request.kind === 'call' ? request.idempotencyKey : undefined;
  const revalidationId = asked
    ? await bindKey(ledger.table, { key: asked, revalidationId: ownId, body: hashOf(request) })
    : ownId;
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
    claimedAt: new Date().toISOString(),
  };
  return claim(ledger, wanted, executionId);
});

/** Two bodies with the same fields have the same hash: parsing has put the fields into the schema's order. */
const hashOf = (request: RevalidationRequest): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex');
