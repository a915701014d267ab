import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { handler } from '../../functions/start-revalidation.ts';
import type { Started } from '../../shared/domain/api.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { CallRequest } from '../../shared/domain/request.ts';
import { BUCKET, claimOf, context, inMinutes } from '../support/journal.ts';
import type { Delivery, LocalAws } from '../support/local-aws.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';
import { asking, bodyOf, JPEG, lying, test } from '../support/start-revalidation.ts';

describe('an idempotency key', () => {
  test('completes a call that was cut off anywhere, and makes one case of it', async ({ aws }) => {
    for (const [nth, delivery] of [
      [1, 'lost'],
      [1, 'answer lost'],
      [2, 'lost'],
      [2, 'answer lost'],
    ] as const) {
      const { body, key } = await lying(aws);
      const headers = { 'idempotency-key': randomUUID() };
      aws.started.length = 0;
      aws.setWriteDelivery(nth, delivery);
      expect(codeOf(await asking(body, headers))).toBe('unexpected');
      aws.setDelivery();
      const { revalidationId } = contentOf<Started>(await asking(body, headers));
      await aws.put(key, JPEG);
      expect(contentOf<Started>(await asking(body, headers)).revalidationId).toBe(revalidationId);
      expect(aws.started.map(({ name }) => name)).toEqual([revalidationId]);
    }
  });

  test('keeps the keys of two callers apart', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = bodyOf();
    const authorizer = { iam: { userArn: 'arn:aws:iam::000000000000:user/other' } };
    const one = contentOf<Started>(await asking(body, headers));
    const two = contentOf<Started>(await handler(callEvent({ body, headers, authorizer }), context));
    const same = { iam: { userArn: 'arn:aws:sts::000000000000:assumed-role/Caller/session-2' } };
    const three = contentOf<Started>(await handler(callEvent({ body, headers, authorizer: same }), context));
    expect(two.revalidationId).not.toBe(one.revalidationId);
    expect(three.revalidationId).toBe(one.revalidationId);
  });

  test('refuses a key with another body, and writes nothing', async ({ aws }) => {
    const headers = { 'idempotency-key': randomUUID() };
    await asking(bodyOf(), headers);
    aws.calls.length = 0;
    expect(codeOf(await asking(bodyOf(), headers))).toBe('idempotency_key_reused');
    expect(aws.writes()).toEqual([]);
  });

  test('outlives its promise: an expired case is unknown', async ({ aws }) => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = bodyOf();
    const { revalidationId } = contentOf<Started>(await asking(body, headers));
    await aws.putItem({ pk: `TICKET#${revalidationId}`, expiresAt: 1 });
    expect(codeOf(await asking(body, headers))).toBe('revalidation_unknown');
  });
});

describe('the same media with another request', () => {
  test('fails when it was promised or claimed before, and nothing is written or started', async ({ aws }) => {
    const { body } = await lying(aws);
    const options = { threshold: 0.75, resultMode: 'callback' };
    const { revalidationId } = contentOf<Started>(await asking({ ...body, options }));
    const others = [
      { ...body, options: { threshold: 0.9 } },
      { ...body, enrollmentId: 'ENRanother', options },
      { ...body },
    ];
    const refuseAll = async () => {
      aws.calls.length = 0;
      aws.started.length = 0;
      for (const other of others) expect(codeOf(await asking(other))).toBe('already_asked_otherwise');
      expect(aws.writes()).toEqual([]);
      expect(aws.started).toEqual([]);
    };
    await refuseAll();
    const { accountId, enrollmentId } = body;
    const claim = claimOf({
      accountId,
      enrollmentId,
      revalidationId,
      requested: { threshold: 0.75, subvalidations: ['similarity'] },
    });
    await aws.putItem({ pk: `RUN#${revalidationId}`, ...claim, phase: 'claimed', owner: 'arn', trail: [] });
    await refuseAll();
    // How the result is waited for changes no question.
    const same = { ...body, options: { threshold: 0.75, resultMode: 'poll' } };
    expect(contentOf<Started>(await asking(same)).revalidationId).toBe(revalidationId);
  });
});

describe('the same request in another form', () => {
  test('gets the same case, by the media and by a key', async ({ aws }) => {
    const { body } = await lying(aws);
    const ids = new Set<string>();
    for (const options of [undefined, {}, { resultMode: 'poll' }]) {
      ids.add(contentOf<Started>(await asking({ ...body, ...(options ? { options } : {}) })).revalidationId);
    }
    expect(ids.size).toBe(1);
    const upload = bodyOf({ options: { liveness: 'passive' } });
    const headers = { 'idempotency-key': randomUUID() };
    const first = contentOf<Started>(await asking(upload, headers));
    const turned = { ...upload, options: { subvalidations: ['similarity', 'passive_liveness'] } };
    expect(contentOf<Started>(await asking(turned, headers)).revalidationId).toBe(first.revalidationId);
  });
});

describe('a repeat', () => {
  const decided = async (aws: LocalAws, minutesAgo: number) => {
    const { body } = await lying(aws);
    const asked = { ...body, reference: 'transfer-1' };
    const { revalidationId } = contentOf<Started>(await asking(asked));
    const { accountId, enrollmentId } = body;
    const claimedAt = inMinutes(-minutesAgo);
    const claim = claimOf({
      accountId,
      enrollmentId,
      revalidationId,
      requested: { threshold: 0.65, subvalidations: ['similarity'] },
      reference: 'transfer-1',
      claimedAt,
    });
    const outcome = { revalidationId, status: 'approved', decidedBy: 'poll', decidedAt: claimedAt };
    const record = { ...claim, phase: 'approved', owner: 'arn', outcome, trail: [] };
    await aws.putItem({ pk: `RUN#${revalidationId}`, ...record });
    return { asked, claimedAt };
  };

  test('states that it is one, with the time and the reference of the first call', async ({ aws }) => {
    const { asked, claimedAt } = await decided(aws, 10);
    const answer = await asking({ ...asked, reference: 'transfer-2' }, { 'idempotency-key': randomUUID() });
    expect(contentOf(answer)).toMatchObject({ isRepeat: true, reference: 'transfer-1', claimedAt, phase: 'approved' });
    const first = await asking((await lying(aws)).body);
    expect(contentOf(first)).not.toHaveProperty('isRepeat');
    const headers = { 'idempotency-key': randomUUID() };
    const upload = bodyOf();
    expect(contentOf(await asking(upload, headers))).not.toHaveProperty('isRepeat');
    expect(contentOf(await asking(upload, headers))).toHaveProperty('isRepeat', true);
  });

  test('of an older outcome than the caller accepts is refused by name, binds no key and writes nothing', async ({
    aws,
  }) => {
    const { asked } = await decided(aws, 10);
    const key = randomUUID();
    aws.calls.length = 0;
    for (const headers of [{}, { 'idempotency-key': key }]) {
      expect(codeOf(await asking({ ...asked, maxAgeSeconds: 540 }, headers))).toBe('answer_too_old');
    }
    expect(aws.writes()).toEqual([]);
    expect(contentOf(await asking({ ...asked, maxAgeSeconds: 660 }))).toMatchObject({ isRepeat: true });
    // Under a key that was bound before, too.
    await asking(asked, { 'idempotency-key': key });
    expect(codeOf(await asking({ ...asked, maxAgeSeconds: 540 }, { 'idempotency-key': key }))).toBe('answer_too_old');
  });

  test('of a refused request frees its key for media that was put again', async ({ aws }) => {
    const { body, key } = await lying(aws);
    const headers = { 'idempotency-key': randomUUID() };
    const { revalidationId } = contentOf<Started>(await asking(body, headers));
    const outcome = {
      revalidationId,
      status: 'refused',
      reason: 'media_gone',
      decidedBy: 'workflow',
      decidedAt: inMinutes(0),
    };
    const refused = { revalidationId, phase: 'refused', owner: 'arn', claimedAt: inMinutes(0), outcome, trail: [] };
    await aws.putItem({ pk: `RUN#${revalidationId}`, ...refused });
    await aws.put(key, JPEG);
    const again = contentOf<Started>(await asking(body, headers));
    expect(again.revalidationId).not.toBe(revalidationId);
    expect(contentOf<Started>(await asking(body, headers)).revalidationId).toBe(again.revalidationId);
  });
});

describe('two calls about the same media at once', () => {
  test('with different requests get one promise and one refusal, and one run of the promise', async ({ aws }) => {
    const { body } = await lying(aws);
    // Both look before either writes.
    let looks = 0;
    const bothLooked = Promise.withResolvers<void>();
    aws.setDelivery(async ({ operation }): Promise<Delivery> => {
      if (operation === 'GetItem') {
        looks += 1;
        if (looks === 4) bothLooked.resolve();
      } else if (operation === 'PutItem') await bothLooked.promise;
      return 'through';
    });
    const thresholds = [0.75, 0.9];
    const answers = await Promise.all(thresholds.map((threshold) => asking({ ...body, options: { threshold } })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([202, 409]);
    const won = answers.findIndex(({ statusCode }) => statusCode === 202);
    const refused = answers.find(({ statusCode }) => statusCode === 409);
    expect(refused && codeOf(refused)).toBe('already_asked_otherwise');
    const request = expect.objectContaining({ options: { threshold: thresholds[won] } });
    expect(aws.started).toEqual([{ name: expect.any(String), input: { request } }]);
  });

  test('with the same request get one case', async ({ aws }) => {
    const { body } = await lying(aws);
    const ids = (await Promise.all([asking(body), asking(body)])).map((one) => contentOf<Started>(one).revalidationId);
    expect(new Set(ids).size).toBe(1);
    expect(aws.started).toHaveLength(1);
  });
});

describe('a forced new case', () => {
  const forceNew = { reason: 'the photo was of the wrong day' };

  test('starts once per key, and the machine gets its force key', async ({ aws }) => {
    const { body, key, versionId } = await lying(aws);
    const first = contentOf<Started>(await asking(body));
    const headers = { 'idempotency-key': randomUUID() };
    aws.started.length = 0;
    const ids = [];
    for (const _ of [1, 2, 3]) {
      const forced = contentOf<Started>(await asking({ ...body, forceNew }, headers));
      expect(forced).toMatchObject({ forceNew, phase: 'accepted' });
      ids.push(forced.revalidationId);
    }
    const [id = ''] = ids;
    expect(new Set(ids)).toEqual(new Set([id]));
    expect(id).not.toBe(first.revalidationId);
    expect(aws.started.map(({ name }) => name)).toEqual([id]);
    const [started] = aws.started as unknown as { input: { request: CallRequest } }[];
    expect(started?.input.request).toMatchObject({ forceNew, media: { key, versionId } });
    const forceKey = started?.input.request.idempotencyKey;
    expect(forceKey).toMatch(/^[0-9a-f]{64}$/);
    expect(revalidationIdOf({ accountId: body.accountId, bucket: BUCKET, key, version: versionId, forceKey })).toBe(id);
  });

  test('differs for another key and for another caller', async ({ aws }) => {
    const { body } = await lying(aws);
    const key = randomUUID();
    const authorizer = { iam: { userArn: 'arn:aws:iam::000000000000:user/other' } };
    const forced = { ...body, forceNew };
    const answers = [
      await asking(forced, { 'idempotency-key': key }),
      await asking(forced, { 'idempotency-key': randomUUID() }),
      await handler(callEvent({ body: forced, headers: { 'idempotency-key': key }, authorizer }), context),
    ];
    expect(new Set(answers.map((answer) => contentOf<Started>(answer).revalidationId)).size).toBe(3);
  });

  test('outlives its key: the same call under it gets the same case', async ({ aws }) => {
    const { body } = await lying(aws);
    const key = randomUUID();
    const headers = { 'idempotency-key': key };
    const { revalidationId } = contentOf<Started>(await asking({ ...body, forceNew }, headers));
    await aws.putItem({ pk: `KEY#${CALLER}#${key}`, expiresAt: 1 });
    expect(contentOf<Started>(await asking({ ...body, forceNew }, headers)).revalidationId).toBe(revalidationId);
  });
});
