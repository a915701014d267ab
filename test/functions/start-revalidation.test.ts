import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { handler } from '../../functions/start-revalidation.ts';
import type { Started } from '../../shared/domain/api.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { BUCKET, claimOf, context, newPerson, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';
import { asking, bodyOf, JPEG, lying, test } from '../support/start-revalidation.ts';

describe('a ticket', () => {
  test('stores a ticket with the consent and the caller before it returns the form', async ({ aws }) => {
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
    // The look for an erasure, and the ticket: its id is random, so nothing else can be there.
    expect(aws.calls.map(({ operation }) => operation)).toEqual(['GetItem', 'PutItem']);
  });

  test('returns no form when the ticket could not be written', async ({ aws }) => {
    aws.setWriteDelivery(1, 'lost');
    expect(codeOf(await asking(bodyOf()))).toBe('unexpected');
  });
});

describe('existing media', () => {
  test('starts the machine under the id of the case, with the version that was read', async ({ aws }) => {
    const { body, key, versionId } = await lying(aws);
    const id = revalidationIdOf({ accountId: body.accountId, bucket: BUCKET, key, version: versionId });
    expect(contentOf(await asking(body))).toMatchObject({ revalidationId: id, phase: 'accepted' });
    const request = { ...body, kind: 'call', media: { key, versionId }, options: {}, calledBy: CALLER };
    expect(aws.started).toEqual([{ name: id, input: { request } }]);
  });

  test('starts the machine once for any number of calls', async ({ aws }) => {
    const { body } = await lying(aws);
    const ids = [];
    for (const _ of [1, 2, 3]) ids.push(contentOf<Started>(await asking(body)).revalidationId);
    expect(new Set(ids).size).toBe(1);
    expect(aws.started).toHaveLength(1);
  });
});

describe('a token for one account', () => {
  beforeEach(() => {
    process.env.ACCOUNT_CLAIM = 'account';
  });
  afterEach(() => {
    process.env.ACCOUNT_CLAIM = 'none';
  });

  test('opens media of that account alone: media of another person is not read, started or recorded', async ({
    aws,
  }) => {
    const { body } = await lying(aws, 'victim/');
    const authorizer = { jwt: { claims: { sub: 'app', account: body.accountId }, scopes: [] } };
    aws.calls.length = 0;
    expect(codeOf(await handler(callEvent({ body, authorizer }), context))).toBe('account_forbidden');
    expect([aws.calls, aws.started]).toEqual([[], []]);
    const own = await aws.put(`media/${body.accountId}/selfie.jpg`, JPEG);
    const answer = await handler(callEvent({ body: { ...body, media: { key: own.key } }, authorizer }), context);
    expect(answer.statusCode).toBe(202);
  });

  test('fails by name without a subject', async () => {
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

  test('fails with the missing fields', async () => {
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

  test('fails when it has both', async () => {
    expect(await brokenOf({ ...bodyOf(), media: { key: 'media/a.jpg' } })).toEqual([
      { path: 'media', code: 'rule', detail: `both media and upload are given: ${BOTH}` },
    ]);
  });
});

describe('a retry', () => {
  const LIVE = { subvalidations: ['passive_liveness', 'similarity'] };
  /** A re-validation of a person that was declined just now. */
  const declined = async (aws: LocalAws) => {
    const claim = claimOf({ requested: { liveness: 'passive' } });
    const { revalidationId, accountId, enrollmentId } = claim;
    const outcome = { revalidationId, status: 'declined', decidedBy: 'poll', decidedAt: new Date().toISOString() };
    const record = { ...claim, phase: 'declined', owner: 'arn', validationId: 'VLD1', outcome, trail: [] };
    await aws.putItem({ pk: `RUN#${revalidationId}`, ...record });
    return { revalidationId, accountId, enrollmentId };
  };

  test('passes its check before anything is promised, and keeps the id that the caller used', async ({ aws }) => {
    const { revalidationId, ...person } = await declined(aws);
    const options = { ...LIVE, retryOf: revalidationId };
    aws.calls.length = 0;
    const answer = contentOf<Started>(await asking(bodyOf({ ...person, options })));
    expect(answer).toMatchObject({ phase: 'awaiting_upload', requested: options });
    // Its place is taken by the drop, not by the form.
    expect(aws.writes().map(({ operation }) => operation)).toEqual(['PutItem']);
  });

  test('fails here when it cannot succeed, and nothing is written', async ({ aws }) => {
    const { revalidationId, ...person } = await declined(aws);
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
  const rows: [string, string, (aws: LocalAws) => Promise<[unknown, Record<string, string>?]>][] = [
    ['that is no JSON', 'body_malformed', async () => ['{']],
    ['of another type', 'content_type_unsupported', async () => [bodyOf(), { 'content-type': 'text/json' }]],
    ['that is too large', 'body_too_large', async () => ['x'.repeat(65_537)]],
    ['for a ticket below the floor', 'threshold_below_policy', async () => [bodyOf({ options: { threshold: 0.3 } })]],
    [
      'for media below the floor',
      'threshold_below_policy',
      async (aws) => [{ ...(await lying(aws)).body, options: { threshold: 0.3 } }],
    ],
    ['that is null', 'request_invalid', async () => ['null']],
    ['with a key whose field says nothing', 'request_invalid', async () => [bodyOf(), { 'idempotency-key': '' }]],
    [
      'that forces a new case without a key to know its repeats by',
      'request_invalid',
      async (aws) => [{ ...(await lying(aws)).body, forceNew: { reason: 'r' } }],
    ],
    [
      'that forces a new case without a reason',
      'request_invalid',
      async (aws) => [{ ...(await lying(aws)).body, forceNew: {} }, { 'idempotency-key': randomUUID() }],
    ],
    ['that forces a new case of a form', 'request_invalid', async () => [bodyOf({ forceNew: { reason: 'r' } })]],
    ['without consent', 'consent_missing', async () => [bodyOf({ userAuthorized: 'true' })]],
    [
      'for media without a byte',
      'media_empty',
      async (aws) => {
        const { body, key } = await lying(aws);
        await aws.put(key, '');
        return [body];
      },
    ],
    [
      'for media of another type',
      'media_type_not_supported',
      async (aws) => {
        const { body, key } = await lying(aws);
        await aws.put(key, '%PDF');
        return [body];
      },
    ],
    [
      'for media that is too large',
      'media_too_large',
      async (aws) => {
        const { body, key } = await lying(aws);
        await aws.put(key, Buffer.concat([JPEG, Buffer.alloc(10_000_000)]));
        return [body];
      },
    ],
    [
      'for a photo that is to prove liveness',
      'photo_cannot_prove_liveness',
      async (aws) => {
        const { body } = await lying(aws);
        return [{ ...body, options: { liveness: 'passive' } }];
      },
    ],
    [
      'for media that is gone',
      'media_gone',
      async (aws) => {
        const { body, key } = await lying(aws);
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
  test.for(rows)('fails, and nothing is written or started: %s', async ([_, code, make], { aws }) => {
    const [body, headers] = await make(aws);
    expect(codeOf(await asking(body, headers))).toBe(code);
    expect(aws.writes()).toEqual([]);
    expect(aws.started).toEqual([]);
  });

  test('answers 500 when no authoriser let it through', async ({ aws }) => {
    expect(codeOf(await handler(callEvent({ body: bodyOf(), authorizer: {} }), context))).toBe('unexpected');
    expect(aws.writes()).toEqual([]);
  });
});
