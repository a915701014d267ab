import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler } from '../../functions/start-revalidation.ts';
import type { Started } from '../../shared/domain/api.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { CallRequest } from '../../shared/domain/request.ts';
import { BUCKET, claimOf, context, inMinutes, newPerson, newRevalidationId } from '../support/journal.ts';
import { type Delivery, type LocalAws, openLocalAws } from '../support/local-aws.ts';
import { jpeg } from '../support/media.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';

const JPEG = jpeg();

let aws: LocalAws;

beforeAll(async () => {
  aws = await openLocalAws('StartRevalidation', { media: true });
});

afterAll(() => aws.close());

beforeEach(() => {
  aws.setDelivery();
  aws.calls.length = 0;
  aws.started.length = 0;
});

const asking = (body: unknown, headers: Record<string, string> = {}) => handler(callEvent({ body, headers }), context);

const bodyOf = (more: object = {}) => ({
  ...newPerson(),
  userAuthorized: true,
  upload: { type: 'video/mp4', bytes: 5_000_000 },
  ...more,
});

const lying = async (folder = '') => {
  const { key, versionId } = await aws.put(`media/${folder}${randomUUID()}`, JPEG);
  return { key, versionId, body: { ...newPerson(), userAuthorized: true, media: { key } } };
};

describe('a ticket', () => {
  test('stores a ticket with the consent and the caller before it returns the form', async () => {
    const body = bodyOf({ options: { liveness: 'passive' }, reference: 'r' });
    const answer = await asking(body);
    const { revalidationId, upload } = contentOf<Started>(answer);
    expect(answer.statusCode).toBe(202);
    const key = `inbox/${body.accountId}/${body.enrollmentId}/${revalidationId}.mp4`;
    expect(await aws.item(`TICKET#${revalidationId}`)).toMatchObject({
      accountId: body.accountId,
      userAuthorized: true,
      options: { liveness: 'passive' },
      reference: 'r',
      upload: { key, type: 'video/mp4', maxBytes: 5_000_000 },
      calledBy: CALLER,
    });
    expect(upload?.fields).toMatchObject({ key, 'Content-Type': 'video/mp4' });
    expect(aws.started).toEqual([]);
    expect(aws.writes().map(({ operation }) => operation)).toEqual(['PutItem']);
  });

  test('returns no form when the ticket could not be written', async () => {
    aws.setWriteDelivery(1, 'lost');
    expect(codeOf(await asking(bodyOf()))).toBe('unexpected');
  });
});

describe('existing media', () => {
  test('starts the machine under the id of the case, with the version that was read', async () => {
    const { body, key, versionId } = await lying();
    const id = revalidationIdOf({ accountId: body.accountId, bucket: BUCKET, key, version: versionId });
    expect(contentOf(await asking(body))).toMatchObject({ revalidationId: id, phase: 'accepted' });
    const request = { ...body, kind: 'call', media: { key, versionId }, options: {}, calledBy: CALLER };
    expect(aws.started).toEqual([{ name: id, input: { request } }]);
  });

  test('starts the machine once for any number of calls', async () => {
    const { body } = await lying();
    const ids = [];
    for (const _ of [1, 2, 3]) ids.push(contentOf<Started>(await asking(body)).revalidationId);
    expect(new Set(ids).size).toBe(1);
    expect(aws.started).toHaveLength(1);
  });
});

describe('an idempotency key', () => {
  test('completes a call that was cut off anywhere, and makes one case of it', async () => {
    for (const [nth, delivery] of [
      [1, 'lost'],
      [1, 'answer lost'],
      [2, 'lost'],
      [2, 'answer lost'],
    ] as const) {
      const { body, key } = await lying();
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

  test('refuses a key with another body, and writes nothing', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    await asking(bodyOf(), headers);
    aws.calls.length = 0;
    expect(codeOf(await asking(bodyOf(), headers))).toBe('idempotency_key_reused');
    expect(aws.writes()).toEqual([]);
  });

  test('outlives its promise: an expired case is unknown', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = bodyOf();
    const { revalidationId } = contentOf<Started>(await asking(body, headers));
    await aws.putItem({ pk: `TICKET#${revalidationId}`, expiresAt: 1 });
    expect(codeOf(await asking(body, headers))).toBe('revalidation_unknown');
  });
});

describe('the same media with another request', () => {
  test('is refused when it was promised or claimed before, and nothing is written or started', async () => {
    const { body } = await lying();
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
  test('gets the same case, by the media and by a key', async () => {
    const { body } = await lying();
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
  const decided = async (minutesAgo: number) => {
    const { body } = await lying();
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

  test('states that it is one, with the time and the reference of the first call', async () => {
    const { asked, claimedAt } = await decided(10);
    const answer = await asking({ ...asked, reference: 'transfer-2' }, { 'idempotency-key': randomUUID() });
    expect(contentOf(answer)).toMatchObject({ isRepeat: true, reference: 'transfer-1', claimedAt, phase: 'approved' });
    const first = await asking((await lying()).body);
    expect(contentOf(first)).not.toHaveProperty('isRepeat');
    const headers = { 'idempotency-key': randomUUID() };
    const upload = bodyOf();
    expect(contentOf(await asking(upload, headers))).not.toHaveProperty('isRepeat');
    expect(contentOf(await asking(upload, headers))).toHaveProperty('isRepeat', true);
  });

  test('of an older outcome than the caller accepts is refused by name, binds no key and writes nothing', async () => {
    const { asked } = await decided(10);
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

  test('of a refused request frees its key for media that was put again', async () => {
    const { body, key } = await lying();
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

describe('a token for one account', () => {
  beforeEach(() => {
    process.env.ACCOUNT_CLAIM = 'account';
  });
  afterEach(() => {
    process.env.ACCOUNT_CLAIM = 'none';
  });

  test('opens media of that account alone: media of another person is not read, started or recorded', async () => {
    const { body } = await lying('victim/');
    const authorizer = { jwt: { claims: { sub: 'app', account: body.accountId }, scopes: [] } };
    aws.calls.length = 0;
    expect(codeOf(await handler(callEvent({ body, authorizer }), context))).toBe('account_forbidden');
    expect([aws.calls, aws.started]).toEqual([[], []]);
    const own = await aws.put(`media/${body.accountId}/selfie.jpg`, JPEG);
    const answer = await handler(callEvent({ body: { ...body, media: { key: own.key } }, authorizer }), context);
    expect(answer.statusCode).toBe(202);
  });

  test('is refused by name without a subject', async () => {
    const authorizer = { jwt: { claims: { azp: 'app' }, scopes: [] } };
    expect(codeOf(await handler(callEvent({ body: bodyOf(), authorizer }), context))).toBe('subject_missing');
  });
});

describe('a call without media and upload', () => {
  const brokenOf = async (body: unknown) => {
    const answer = await asking(body);
    return contentOf<{ errors: { path: string; code: string; detail: string }[] }>(answer).errors;
  };
  const BOTH = 'give media (it is in the bucket) or upload (to get a form for it), not both';

  test('is refused with the missing fields', async () => {
    expect(await brokenOf({})).toEqual([
      { path: 'accountId', code: 'missing', detail: 'is missing' },
      { path: 'enrollmentId', code: 'missing', detail: 'is missing' },
      {
        path: 'userAuthorized',
        code: 'missing',
        detail: 'is missing: it must be true, the person must have agreed',
      },
      { path: 'media', code: 'missing', detail: `neither media nor upload is given: ${BOTH}` },
    ]);
    const { upload: _, ...neither } = bodyOf();
    expect(await brokenOf(neither)).toEqual([
      { path: 'media', code: 'missing', detail: `neither media nor upload is given: ${BOTH}` },
    ]);
  });

  test('is refused when it has both', async () => {
    expect(await brokenOf({ ...bodyOf(), media: { key: 'media/a.jpg' } })).toEqual([
      { path: 'media', code: 'rule', detail: `both media and upload are given: ${BOTH}` },
    ]);
  });
});

describe('two calls about the same media at once', () => {
  test('with different requests get one promise and one refusal, and one run of the promise', async () => {
    const { body } = await lying();
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

  test('with the same request get one case', async () => {
    const { body } = await lying();
    const ids = (await Promise.all([asking(body), asking(body)])).map((one) => contentOf<Started>(one).revalidationId);
    expect(new Set(ids).size).toBe(1);
    expect(aws.started).toHaveLength(1);
  });
});

describe('a forced new case', () => {
  const forceNew = { reason: 'the photo was of the wrong day' };

  test('is created once per key, and the machine gets its force key', async () => {
    const { body, key, versionId } = await lying();
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

  test('differs for another key and for another caller', async () => {
    const { body } = await lying();
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

  test('outlives its key: the same call under it gets the same case', async () => {
    const { body } = await lying();
    const key = randomUUID();
    const headers = { 'idempotency-key': key };
    const { revalidationId } = contentOf<Started>(await asking({ ...body, forceNew }, headers));
    await aws.putItem({ pk: `KEY#${CALLER}#${key}`, expiresAt: 1 });
    expect(contentOf<Started>(await asking({ ...body, forceNew }, headers)).revalidationId).toBe(revalidationId);
  });
});

describe('a retry', () => {
  const LIVE = { subvalidations: ['passive_liveness', 'similarity'] };
  /** A re-validation of a person that was declined just now. */
  const declined = async () => {
    const claim = claimOf({ requested: { liveness: 'passive' } });
    const { revalidationId, accountId, enrollmentId } = claim;
    const outcome = { revalidationId, status: 'declined', decidedBy: 'poll', decidedAt: new Date().toISOString() };
    const record = { ...claim, phase: 'declined', owner: 'arn', validationId: 'VLD1', outcome, trail: [] };
    await aws.putItem({ pk: `RUN#${revalidationId}`, ...record });
    return { revalidationId, accountId, enrollmentId };
  };

  test('is checked before anything is promised, and keeps the id that the caller used', async () => {
    const { revalidationId, ...person } = await declined();
    const options = { ...LIVE, retryOf: revalidationId };
    aws.calls.length = 0;
    const answer = contentOf<Started>(await asking(bodyOf({ ...person, options })));
    expect(answer).toMatchObject({ phase: 'awaiting_upload', requested: options });
    // Its place is taken by the drop, not by the form.
    expect(aws.writes().map(({ operation }) => operation)).toEqual(['PutItem']);
  });

  test('is refused here when it cannot succeed, and nothing is written', async () => {
    const { revalidationId, ...person } = await declined();
    aws.calls.length = 0;
    const asked = (more: object, retryOf = revalidationId) =>
      asking(bodyOf({ ...person, options: { ...LIVE, retryOf }, ...more }));
    expect(codeOf(await asked(newPerson()))).toBe('retry_unknown');
    expect(codeOf(await asked({}, newRevalidationId()))).toBe('retry_unknown');
    process.env.ALLOWED_RETRIES = '0';
    expect(codeOf(await asked({}))).toBe('retry_not_allowed');
    process.env.ALLOWED_RETRIES = '1';
    expect(aws.writes()).toEqual([]);
  });
});

describe('an invalid call', () => {
  const rows: [string, string, () => Promise<[unknown, Record<string, string>?]>][] = [
    ['that is no JSON', 'body_malformed', async () => ['{']],
    ['of another type', 'content_type_unsupported', async () => [bodyOf(), { 'content-type': 'text/json' }]],
    ['that is too large', 'body_too_large', async () => ['x'.repeat(65_537)]],
    ['for a ticket below the floor', 'threshold_below_policy', async () => [bodyOf({ options: { threshold: 0.3 } })]],
    [
      'for media below the floor',
      'threshold_below_policy',
      async () => [{ ...(await lying()).body, options: { threshold: 0.3 } }],
    ],
    ['that is null', 'request_invalid', async () => ['null']],
    ['with a key whose field says nothing', 'request_invalid', async () => [bodyOf(), { 'idempotency-key': '' }]],
    [
      'that forces a new case without a key to know its repeats by',
      'request_invalid',
      async () => [{ ...(await lying()).body, forceNew: { reason: 'r' } }],
    ],
    [
      'that forces a new case without a reason',
      'request_invalid',
      async () => [{ ...(await lying()).body, forceNew: {} }, { 'idempotency-key': randomUUID() }],
    ],
    ['that forces a new case of a form', 'request_invalid', async () => [bodyOf({ forceNew: { reason: 'r' } })]],
    ['without consent', 'consent_missing', async () => [bodyOf({ userAuthorized: 'true' })]],
    [
      'for media without a byte',
      'media_empty',
      async () => {
        const { body, key } = await lying();
        await aws.put(key, '');
        return [body];
      },
    ],
    [
      'for media of another type',
      'media_type_not_supported',
      async () => {
        const { body, key } = await lying();
        await aws.put(key, '%PDF');
        return [body];
      },
    ],
    [
      'for media that is too large',
      'media_too_large',
      async () => {
        const { body, key } = await lying();
        await aws.put(key, Buffer.concat([JPEG, Buffer.alloc(10_000_000)]));
        return [body];
      },
    ],
    [
      'for a photo that is to prove liveness',
      'photo_cannot_prove_liveness',
      async () => {
        const { body } = await lying();
        return [{ ...body, options: { liveness: 'passive' } }];
      },
    ],
    [
      'for media that is gone',
      'media_gone',
      async () => {
        const { body, key } = await lying();
        await aws.remove(key);
        return [body];
      },
    ],
    [
      'for speech',
      'speech_match_needs_live_capture',
      async () => [bodyOf({ options: { subvalidations: ['speech_match'], minimumPrecision: 'low' } })],
    ],
  ];
  test.each(rows)('is refused, and nothing is written or started: %s', async (_, code, make) => {
    const [body, headers] = await make();
    expect(codeOf(await asking(body, headers))).toBe(code);
    expect(aws.writes()).toEqual([]);
    expect(aws.started).toEqual([]);
  });

  test('answers 500 when no authoriser let it through', async () => {
    expect(codeOf(await handler(callEvent({ body: bodyOf(), authorizer: {} }), context))).toBe('unexpected');
    expect(aws.writes()).toEqual([]);
  });
});
