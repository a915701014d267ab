import { describe, expect } from 'vitest';
import { handler } from '../../functions/claim-request.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { BUCKET, context, dropOf, eventOf, executionOf, newPerson, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { jpeg } from '../support/media.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const CONSENT = { 'user-authorized': 'true' };

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

const test = withLocalAws('ClaimRequest', { media: true });

const claiming = (request: unknown, executionId = OURS): Promise<Claim> =>
  handler(eventOf('ClaimRequest', { request }, { executionId }), context);

type Put = { key: string; etag: string; versionId: string };

/** The event of an object that was copied onto itself. */
const copied = (put: Put) => {
  const { event } = dropOf(put);
  return { kind: 'drop', event: { ...event, detail: { ...event.detail, reason: 'CopyObject' } } };
};

/** The event that a sweep makes of a version: it does not know the S3 reason. */
const swept = (put: Put) => {
  const { event } = dropOf(put);
  const { reason: _, ...detail } = event.detail as Record<string, unknown>;
  return { kind: 'drop', event: { ...event, detail } };
};

/** A drop whose case has ended, and the same content under the same key again. */
const endedAndPutAgain = async (aws: LocalAws, status: string, isCharged: boolean) => {
  const person = newPerson();
  const key = `inbox/${person.accountId}/${person.enrollmentId}/a.jpg`;
  const first = await aws.put(key, jpeg(), CONSENT);
  const { revalidationId } = await claiming(dropOf(first));
  const outcome = { revalidationId, status, decidedBy: 'workflow', decidedAt: new Date().toISOString() };
  await recordOutcome(aws.ledger, outcome as never, OURS);
  const record = await aws.item(`RUN#${revalidationId}`);
  if (isCharged) await aws.putItem({ ...record, pk: `RUN#${revalidationId}`, validationId: 'VLD1' });
  return { revalidationId, again: await aws.put(key, jpeg(), CONSENT), accountId: person.accountId };
};

describe('a drop with the media of a case that has ended', () => {
  test.for<[string, string, boolean, (put: Put) => object]>([
    ['a copy of a case that was refused', 'refused', false, copied],
    ['a copy of a case that failed before a charge', 'failed', false, copied],
    ['found by a sweep, with the media of a failed case,', 'failed', true, swept],
    ['found by a sweep, with the media of an expired case,', 'expired', true, swept],
    ['found by a sweep, with the media of a canceled case,', 'canceled', true, swept],
    ['found by a sweep, with the media of a refused case,', 'refused', false, swept],
  ])('starts a new run when it is %s', async ([_, status, isCharged, event], { aws }) => {
    const { again, accountId } = await endedAndPutAgain(aws, status, isCharged);
    const { revalidationId } = await claiming(event(again), THEIRS);
    const { key, versionId: version } = again;
    expect(revalidationId).toBe(revalidationIdOf({ accountId, bucket: BUCKET, key, version }));
  });

  test.for<[string, string, boolean, (put: Put) => object]>([
    ['a copy of a case that failed after a charge', 'failed', true, copied],
    ['a copy of a case that expired', 'expired', true, copied],
    ['a copy of a case that was canceled before a charge', 'canceled', false, copied],
    ['found by a sweep, with the media of an approved case,', 'approved', true, swept],
    ['found by a sweep, with the media of a declined case,', 'declined', true, swept],
  ])('joins that case when it is %s', async ([_, status, isCharged, event], { aws }) => {
    const { again, revalidationId } = await endedAndPutAgain(aws, status, isCharged);
    expect(await thrownBy(claiming(event(again), THEIRS))).toMatchObject({ reason: 'already_decided' });
    expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({ copies: new Set([again.versionId]) });
  });
});
