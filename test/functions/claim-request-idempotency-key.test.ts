import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { handler } from '../../functions/claim-request.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { Claim, Outcome } from '../../shared/domain/revalidation.ts';
import { freeMedia } from '../../shared/ledger/holds.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import {
  BUCKET,
  callOf,
  context,
  eventOf,
  executionOf,
  inMinutes,
  newRevalidationId,
  thrownBy,
} from '../support/journal.ts';
import type { Delivery, LocalAws } from '../support/local-aws.ts';
import { jpeg } from '../support/media.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const JPEG = jpeg();

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

const ELSEWHERE = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };

const DECIDED = { name: 'AlreadyDecidedError', reason: 'already_decided' };

const OTHERWISE = { name: 'RequestInvalidError', reason: 'already_asked_otherwise' };

const TOO_OLD = { name: 'RequestInvalidError', reason: 'answer_too_old' };

const test = withLocalAws('ClaimRequest', { media: true });

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

const claiming = (request: unknown, executionId = OURS): Promise<Claim> =>
  handler(eventOf('ClaimRequest', { request }, { executionId }), context);

/** A call about the newest version of its media, under a key. */
const keyed = async (aws: LocalAws, more: Parameters<typeof callOf>[0] = {}) => {
  const key = `media/${randomUUID()}`;
  const { versionId } = await aws.put(key, JPEG);
  const request = callOf({ media: { key }, idempotencyKey: randomUUID(), ...more });
  const idOf = (version: string) => revalidationIdOf({ accountId: request.accountId, bucket: BUCKET, key, version });
  return { key, versionId, request, idOf, again: async () => (await aws.put(key, JPEG)).versionId };
};

const end = (aws: LocalAws, revalidationId: string, status: Outcome['status'] = 'approved', owner = OURS) =>
  recordOutcome(aws.ledger, { revalidationId, status, decidedBy: 'poll', decidedAt: new Date().toISOString() }, owner);

const alive = async (aws: LocalAws, id: string) => {
  const item = await aws.item(`RUN#${id}`);
  return item && Number(item.expiresAt) * 1000 > Date.now() ? item : undefined;
};

describe('an idempotency key', () => {
  test.for([
    ['reserved', 1],
    ['claimed', 2],
    ['bound', 3],
  ] as const)(
    'never joins a version to another case when it was cut off before it was %s',
    async ([_, nth], { aws }) => {
      for (const delivery of ['lost', 'answer lost'] as const satisfies Delivery[]) {
        const { request, versionId, idOf, again } = await keyed(aws);
        aws.setWriteDelivery(nth, delivery);
        await claiming(request).catch(() => {});
        aws.setDelivery();
        const second = await again();
        const claim = await claiming(request);
        expect(claim.revalidationId).toBe(idOf(claim.media?.versionId ?? ''));
        expect([versionId, second]).toContain(claim.media?.versionId);
        // One case under the key, and the other version is free for a question of its own.
        const others = [versionId, second].filter((version) => version !== claim.media?.versionId);
        for (const version of others) expect(await alive(aws, idOf(version))).toBeUndefined();
        expect(await thrownBy(claiming(request, THEIRS))).toEqual(ELSEWHERE);
      }
    },
  );

  test('becomes free again after a refusal, so that media that is put again can be sent under it', async ({ aws }) => {
    const { request, idOf, again, ...first } = await keyed(aws);
    await claiming({ ...request, idempotencyKey: undefined, options: { threshold: 0.9 } }, THEIRS);
    expect(await thrownBy(claiming(request))).toEqual(OTHERWISE);
    const second = await again();
    const claim = await claiming(request);
    expect(claim).toMatchObject({ revalidationId: idOf(second), media: { versionId: second } });
    expect(await alive(aws, idOf(first.versionId))).toMatchObject({ owner: THEIRS });
  });

  test('becomes free again only after its case was refused', async ({ aws }) => {
    const { request, idOf, again } = await keyed(aws);
    await end(aws, (await claiming(request)).revalidationId, 'refused');
    const second = await again();
    expect((await claiming(request, THEIRS)).revalidationId).toBe(idOf(second));
    await end(aws, idOf(second), 'failed', THEIRS);
    await again();
    expect(await thrownBy(claiming(request))).toEqual(DECIDED);
  });

  test('stands for the case that it has met, also when another execution had claimed that case without it', async ({
    aws,
  }) => {
    const { request, idOf, versionId, again } = await keyed(aws);
    await claiming({ ...request, idempotencyKey: undefined }, THEIRS);
    expect(await thrownBy(claiming(request))).toEqual(ELSEWHERE);
    await again();
    await end(aws, idOf(versionId), 'approved', THEIRS);
    expect(await thrownBy(claiming(request))).toEqual(DECIDED);
  });

  test('claims one case when two calls use it at once for two versions, and the other call gets that case', async ({
    aws,
  }) => {
    const { request, versionId, idOf, again } = await keyed(aws);
    let second = '';
    let isBetween = false;
    // The first has reserved the key and is about to claim when the second comes, for a newer version.
    aws.setDelivery(async ({ operation }): Promise<Delivery> => {
      if (!isBetween && operation === 'PutItem' && reserved()) {
        isBetween = true;
        second = await again();
        await claiming(request, THEIRS);
      }
      return 'through';
    });
    const reserved = () => aws.writes().length === 2;
    expect(await thrownBy(claiming(request, OURS))).toEqual(ELSEWHERE);
    aws.setDelivery();
    expect(isBetween).toBe(true);
    expect(await alive(aws, idOf(versionId))).toBeUndefined();
    expect(await alive(aws, idOf(second))).toMatchObject({ owner: THEIRS, phase: 'claimed' });
    expect(await thrownBy(claiming(request, OURS))).toEqual(ELSEWHERE);
    await end(aws, idOf(second), 'approved', THEIRS);
    expect(await thrownBy(claiming(request, OURS))).toEqual(DECIDED);
    // What was taken back can be claimed like anything else.
    const { idempotencyKey: _, ...plain } = request;
    const old = { ...plain, media: { ...plain.media, versionId } };
    expect((await claiming(old)).revalidationId).toBe(idOf(versionId));
  });

  test('gives one case to all concurrent calls about the same version', async ({ aws }) => {
    const { request } = await keyed(aws);
    const executions = Array.from({ length: 8 }, (_, n) => executionOf(`one-of-${n}`));
    const ends = await Promise.all(
      executions.map((one) =>
        claiming(request, one).then(
          ({ revalidationId }) => revalidationId,
          (error) => error.name,
        ),
      ),
    );
    expect(ends.filter((one) => String(one).startsWith('RVL'))).toHaveLength(1);
    expect(ends.filter((one) => one === 'ClaimedElsewhereError')).toHaveLength(7);
  });

  test('holds the media when it finds the claim of an earlier try that ended before the hold', async ({ aws }) => {
    const { request, key, versionId } = await keyed(aws);
    aws.setDelivery(({ operation }): Delivery => (operation === 'UpdateItem' ? 'lost' : 'through'));
    await expect(claiming(request)).rejects.toThrow();
    aws.setDelivery();
    await claiming(request);
    expect(await freeMedia(aws.ledger, { bucket: BUCKET, key, versionId }, newRevalidationId())).toBe(false);
  });

  test('holds the media of the case under which another try of the execution claimed a newer version', async ({
    aws,
  }) => {
    const { request, key, again, idOf } = await keyed(aws);
    let [newer, isBetween] = ['', false];
    // One try is about to reserve the key when the other claims the newer version, and ends before the hold.
    aws.setDelivery(async ({ operation }): Promise<Delivery> => {
      if (isBetween && operation === 'UpdateItem') return 'lost';
      if (newer || operation !== 'PutItem') return 'through';
      newer = await again();
      isBetween = true;
      await claiming(request).catch(() => {});
      isBetween = false;
      return 'through';
    });
    expect((await claiming(request)).revalidationId).toBe(idOf(newer));
    const version = { bucket: BUCKET, key, versionId: newer };
    expect(await freeMedia(aws.ledger, version, newRevalidationId())).toBe(false);
  });

  test('accepts options that mean the same in another form', async ({ aws }) => {
    const { request } = await keyed(aws, { options: {} });
    const { options: _, ...plain } = request;
    const claim = await claiming(request);
    expect(await claiming(plain)).toEqual(claim);
    expect(await claiming({ ...plain, options: { resultMode: 'poll' } })).toEqual(claim);
    for (const options of [
      { subvalidations: ['similarity'] },
      { liveness: 'disabled' },
      { threshold: claim.requested.threshold },
    ])
      expect(await claiming({ ...plain, options })).toEqual(claim);
  });
});

describe('an outcome that is older than the caller accepts', () => {
  const aged = async (aws: LocalAws, more: Parameters<typeof callOf>[0] = {}) => {
    const one = await keyed(aws, more);
    const { revalidationId } = await claiming({ ...one.request, idempotencyKey: undefined }, THEIRS);
    await end(aws, revalidationId, 'approved', THEIRS);
    const record = await aws.item(`RUN#${revalidationId}`);
    await aws.putItem({ pk: `RUN#${revalidationId}`, ...record, claimedAt: inMinutes(-10) });
    return one;
  };

  test('fails by name, with and without a key, and the key is free for media that is put again', async ({ aws }) => {
    const { request, again, idOf } = await aged(aws);
    const asked = { ...request, maxAgeSeconds: 540 };
    const { idempotencyKey: _, ...plain } = asked;
    expect(await thrownBy(claiming(plain))).toEqual(TOO_OLD);
    expect(await thrownBy(claiming(asked))).toEqual(TOO_OLD);
    const second = await again();
    expect((await claiming(asked)).revalidationId).toBe(idOf(second));
  });

  test('reaches the caller when it is young enough, or when no age was given', async ({ aws }) => {
    const { request } = await aged(aws);
    expect(await thrownBy(claiming({ ...request, maxAgeSeconds: 660 }))).toEqual(DECIDED);
    expect(await thrownBy(claiming(request))).toEqual(DECIDED);
  });

  test('fails although its media is gone', async ({ aws }) => {
    const { request, key, versionId } = await aged(aws);
    await aws.remove(key, versionId);
    const named = { ...request, idempotencyKey: undefined, media: { key, versionId } };
    expect(await thrownBy(claiming({ ...named, maxAgeSeconds: 540 }))).toEqual(TOO_OLD);
  });

  test('never comes from the execution itself', async ({ aws }) => {
    const { request, idOf, versionId } = await keyed(aws, { maxAgeSeconds: 60 });
    await claiming(request);
    const record = await aws.item(`RUN#${idOf(versionId)}`);
    await aws.putItem({ pk: `RUN#${idOf(versionId)}`, ...record, claimedAt: inMinutes(-10) });
    expect((await claiming(request)).revalidationId).toBe(idOf(versionId));
    await end(aws, idOf(versionId), 'canceled');
    expect(await thrownBy(claiming(request))).toEqual(DECIDED);
  });

  test.for([0, -1, 1.5, '60', 31_536_001])(
    'needs an age in whole seconds, up to a year: not %j',
    async (maxAgeSeconds, { aws }) => {
      const { request } = await keyed(aws);
      expect(await thrownBy(claiming({ ...request, maxAgeSeconds }))).toMatchObject({ reason: 'request_invalid' });
    },
  );
});
