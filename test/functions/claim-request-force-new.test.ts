import { describe, expect } from 'vitest';
import { handler } from '../../functions/claim-request.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { Claim, Outcome } from '../../shared/domain/revalidation.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { BUCKET, callOf, context, dropOf, eventOf, executionOf, newPerson, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { jpeg } from '../support/media.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const JPEG = jpeg();

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

const forceNew = { reason: 'the photo was of the wrong day' };

const DECIDED = { name: 'AlreadyDecidedError', reason: 'already_decided' };

const ELSEWHERE = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };

const GONE = { name: 'MediaGoneError', reason: 'media_gone' };

const test = withLocalAws('ClaimRequest', { media: true });

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

const claiming = (request: unknown, executionId = OURS): Promise<Claim> =>
  handler(eventOf('ClaimRequest', { request }, { executionId }), context);

let calls = 0;

const call = async (aws: LocalAws, more: Parameters<typeof callOf>[0] = {}) => {
  calls += 1;
  const put = await aws.put(`media/${calls}`, JPEG);
  return { ...put, request: callOf({ media: { key: put.key, versionId: put.versionId }, ...more }) };
};

const end = (aws: LocalAws, { revalidationId }: Claim, owner = OURS) => {
  const outcome: Outcome = {
    revalidationId,
    status: 'approved',
    decidedBy: 'poll',
    decidedAt: new Date().toISOString(),
  };
  return recordOutcome(aws.ledger, outcome, owner);
};

describe('a call that forces a new case', () => {
  test('creates a new case beside the existing one, and keeps the reason', async ({ aws }) => {
    const { request } = await call(aws);
    const first = await claiming(request);
    await end(aws, first);
    const forced = await claiming({ ...request, forceNew });
    expect(forced.revalidationId).not.toBe(first.revalidationId);
    expect(forced).toMatchObject({ forceNew, media: first.media });
    expect(await aws.item(`RUN#${forced.revalidationId}`)).toMatchObject({ forceNew, phase: 'claimed' });
  });

  test('gets the same case at every try of the same execution', async ({ aws }) => {
    const { request } = await call(aws, { forceNew });
    const forced = await claiming(request);
    aws.setWriteDelivery(1, 'answer lost');
    expect(await claiming(request).catch(() => claiming(request))).toEqual(forced);
  });

  test('gets another case in another execution, unless it brings a key', async ({ aws }) => {
    const { request } = await call(aws, { forceNew });
    const [one, two] = [await claiming(request), await claiming(request, THEIRS)];
    expect(two.revalidationId).not.toBe(one.revalidationId);
    const keyed = { ...request, idempotencyKey: `force-${calls}` };
    const first = await claiming(keyed);
    expect(await thrownBy(claiming(keyed, THEIRS))).toEqual(ELSEWHERE);
    await end(aws, first);
    expect(await thrownBy(claiming(keyed, THEIRS))).toEqual(DECIDED);
    expect([one.revalidationId, two.revalidationId]).not.toContain(first.revalidationId);
  });

  test('gets its case by the key even after the key has expired', async ({ aws }) => {
    const { request } = await call(aws, { forceNew, idempotencyKey: `forgotten-${calls}` });
    await end(aws, await claiming(request));
    const alias = (await aws.items()).find(({ pk }) => pk === `KEY#workflow#${request.idempotencyKey}`);
    await aws.putItem({ pk: `KEY#workflow#${request.idempotencyKey}`, ...alias, expiresAt: 1 });
    expect(await thrownBy(claiming(request, THEIRS))).toEqual(DECIDED);
  });

  test('conflicts with a key that was used without forceNew', async ({ aws }) => {
    const { request } = await call(aws, { idempotencyKey: `plain-${calls}` });
    await claiming(request);
    const reused = { name: 'RequestInvalidError', reason: 'idempotency_key_reused' };
    expect(await thrownBy(claiming({ ...request, forceNew }))).toEqual(reused);
    expect(await thrownBy(claiming({ ...request, forceNew: { reason: 'another' } }))).toEqual(reused);
  });

  test.for<[unknown]>([
    [{}],
    [{ reason: '' }],
    [{ reason: 'r'.repeat(129) }],
    [{ reason: 'línea' }],
    [{ reason: 'a', by: 'me' }],
    [true],
  ])('needs a reason, and nothing else: %j', async ([wrong], { aws }) => {
    const request = { ...callOf(), forceNew: wrong };
    expect(await thrownBy(claiming(request))).toMatchObject({ reason: 'request_invalid' });
    expect(aws.calls).toEqual([]);
  });

  test('does not change the ids of other cases', () => {
    const of = { accountId: 'ana', bucket: BUCKET, key: 'media/a.jpg', version: 'v1' };
    expect(revalidationIdOf({ ...of, forceKey: undefined })).toBe(revalidationIdOf(of));
    expect(revalidationIdOf({ ...of, forceKey: 'x' })).not.toBe(revalidationIdOf(of));
  });
});

describe('a repeat whose media has been deleted meanwhile', () => {
  test('as a drop gets the recorded outcome', async ({ aws }) => {
    const { accountId, enrollmentId } = newPerson();
    const put = await aws.put(`inbox/${accountId}/${enrollmentId}/a.jpg`, JPEG, { 'user-authorized': 'true' });
    const request = dropOf(put);
    const claim = await claiming(request);
    await aws.remove(put.key, put.versionId);
    expect(await thrownBy(claiming(request, THEIRS))).toEqual(ELSEWHERE);
    await end(aws, claim);
    expect(await thrownBy(claiming(request, THEIRS))).toEqual(DECIDED);
  });

  test('as a call gets it by the named version, or by its key', async ({ aws }) => {
    const named = await call(aws);
    const keyed = await call(aws, { idempotencyKey: `gone-${calls}` });
    const open = { ...keyed.request, media: { key: keyed.key } };
    for (const request of [named.request, open]) await end(aws, await claiming(request));
    for (const put of [named, keyed]) await aws.remove(put.key, put.versionId);
    for (const request of [named.request, open]) expect(await thrownBy(claiming(request, THEIRS))).toEqual(DECIDED);
    // A call that names no version and brings no key does not say which version it means.
    expect(await thrownBy(claiming({ ...named.request, media: { key: named.key } }, THEIRS))).toEqual(GONE);
  });

  test('never gets the outcome of another request', async ({ aws }) => {
    const { request, key, versionId } = await call(aws, { options: { threshold: 0.75 } });
    await end(aws, await claiming(request));
    await aws.remove(key, versionId);
    for (const other of [
      { ...request, options: { threshold: 0.9 } },
      { ...request, enrollmentId: 'ENRanother' },
      { ...request, accountId: newPerson().accountId },
      { ...request, forceNew },
    ]) {
      expect(await thrownBy(claiming(other, THEIRS))).toEqual(GONE);
    }
    expect(await thrownBy(claiming({ ...request, options: { threshold: 0.75, resultMode: 'poll' } }))).toEqual(DECIDED);
  });
});
