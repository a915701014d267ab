import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../functions/start-revalidation.ts';
import type { Started } from '../../shared/domain/api.ts';
import { revalidationIdOf } from '../../shared/domain/ids.ts';
import { type House, openHouse } from '../support/house.ts';
import { BUCKET, context, newPerson } from '../support/journal.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';

const JPEG = Buffer.from('ffd8ffe0', 'hex');

let house: House;
beforeAll(async () => {
  house = await openHouse('StartRevalidation', { media: true });
});
afterAll(() => house.close());
beforeEach(() => {
  house.fate();
  house.calls.length = 0;
  house.started.length = 0;
});

const asking = (body: unknown, headers: Record<string, string> = {}) => handler(callEvent({ body, headers }), context);
const wish = (more: object = {}) => ({
  ...newPerson(),
  userAuthorized: true,
  upload: { type: 'video/mp4', bytes: 5_000_000 },
  ...more,
});
const lying = async () => {
  const { key, versionId } = await house.put(`media/${randomUUID()}`, JPEG);
  return { key, versionId, body: { ...newPerson(), userAuthorized: true, media: { key } } };
};

describe('a ticket', () => {
  it('is in the ledger before its form is given out, with the consent and whose word it was', async () => {
    const body = wish({ options: { liveness: 'passive' }, reference: 'r' });
    const answer = await asking(body);
    const { revalidationId, upload } = contentOf<Started>(answer);
    expect(answer.statusCode).toBe(202);
    const key = `inbox/${body.accountId}/${body.enrollmentId}/${revalidationId}.mp4`;
    expect(await house.item(`TICKET#${revalidationId}`)).toMatchObject({
      accountId: body.accountId,
      userAuthorized: true,
      options: { liveness: 'passive' },
      reference: 'r',
      upload: { key, type: 'video/mp4', maxBytes: 5_000_000 },
      calledBy: CALLER,
    });
    expect(upload?.fields).toMatchObject({ key, 'Content-Type': 'video/mp4' });
    expect(house.started).toEqual([]);
    expect(house.writes().map(({ operation }) => operation)).toEqual(['PutItem']);
  });

  it('is not given out when it could not be written down', async () => {
    house.fateOfWrite(1, 'lost');
    expect(codeOf(await asking(wish()))).toBe('unexpected');
  });
});

describe('media that is there', () => {
  it('starts the machine under the id of the case, in the version that was looked at', async () => {
    const { body, key, versionId } = await lying();
    const id = revalidationIdOf({ accountId: body.accountId, bucket: BUCKET, key, version: versionId });
    expect(contentOf(await asking(body))).toMatchObject({ revalidationId: id, phase: 'accepted' });
    const request = { ...body, kind: 'call', media: { key, versionId }, options: {}, calledBy: CALLER };
    expect(house.started).toEqual([{ name: id, input: { request } }]);
  });

  it('is started once, however often it is asked for', async () => {
    const { body } = await lying();
    const ids = [];
    for (const _ of [1, 2, 3]) ids.push(contentOf<Started>(await asking(body)).revalidationId);
    expect(new Set(ids).size).toBe(1);
    expect(house.started).toHaveLength(1);
  });
});

describe('an idempotency key', () => {
  it('brings a call to its end that was cut off anywhere, and makes one case of it', async () => {
    for (const [nth, fate] of [
      [1, 'lost'],
      [1, 'answer lost'],
      [2, 'lost'],
      [2, 'answer lost'],
    ] as const) {
      const { body, key } = await lying();
      const headers = { 'idempotency-key': randomUUID() };
      house.started.length = 0;
      house.fateOfWrite(nth, fate);
      expect(codeOf(await asking(body, headers))).toBe('unexpected');
      house.fate();
      const { revalidationId } = contentOf<Started>(await asking(body, headers));
      await house.put(key, JPEG);
      expect(contentOf<Started>(await asking(body, headers)).revalidationId).toBe(revalidationId);
      expect(house.started.map(({ name }) => name)).toEqual([revalidationId]);
    }
  });

  it('is the caller’s own: another caller may use the same', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = wish();
    const authorizer = { iam: { userArn: 'arn:aws:iam::000000000000:user/other' } };
    const one = contentOf<Started>(await asking(body, headers));
    const two = contentOf<Started>(await handler(callEvent({ body, headers, authorizer }), context));
    const same = { iam: { userArn: 'arn:aws:sts::000000000000:assumed-role/Caller/session-2' } };
    const three = contentOf<Started>(await handler(callEvent({ body, headers, authorizer: same }), context));
    expect(two.revalidationId).not.toBe(one.revalidationId);
    expect(three.revalidationId).toBe(one.revalidationId);
  });

  it('with another body is refused, and nothing is written', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    await asking(wish(), headers);
    house.calls.length = 0;
    expect(codeOf(await asking(wish(), headers))).toBe('idempotency_key_reused');
    expect(house.writes()).toEqual([]);
  });

  it('outlives its promise: what the ledger has forgotten is unknown', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = wish();
    const { revalidationId } = contentOf<Started>(await asking(body, headers));
    await house.stand({ pk: `TICKET#${revalidationId}`, expiresAt: 1 });
    expect(codeOf(await asking(body, headers))).toBe('revalidation_unknown');
  });
});

describe('a call is refused, and nothing is written or started', () => {
  const rows: [string, string, () => Promise<[unknown, Record<string, string>?]>][] = [
    ['that is no JSON', 'body_malformed', async () => ['{']],
    ['of another type', 'content_type_unsupported', async () => [wish(), { 'content-type': 'text/json' }]],
    ['that is too large', 'body_too_large', async () => ['x'.repeat(65_537)]],
    ['that is null', 'request_invalid', async () => ['null']],
    ['without consent', 'consent_missing', async () => [wish({ userAuthorized: 'true' })]],
    [
      'for media without a byte',
      'media_empty',
      async () => {
        const { body, key } = await lying();
        await house.put(key, '');
        return [body];
      },
    ],
    [
      'for media of another type',
      'media_type_not_supported',
      async () => {
        const { body, key } = await lying();
        await house.put(key, '%PDF');
        return [body];
      },
    ],
    [
      'for media that is too large',
      'media_too_large',
      async () => {
        const { body, key } = await lying();
        await house.put(key, Buffer.concat([JPEG, Buffer.alloc(10_000_000)]));
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
        await house.remove(key);
        return [body];
      },
    ],
    [
      'for speech',
      'speech_match_needs_live_capture',
      async () => [wish({ options: { subvalidations: ['speech_match'], minimumPrecision: 'low' } })],
    ],
  ];
  it.each(rows)('%s', async (_, code, make) => {
    const [body, headers] = await make();
    expect(codeOf(await asking(body, headers))).toBe(code);
    expect(house.writes()).toEqual([]);
    expect(house.started).toEqual([]);
  });

  it('that no authoriser let through, as a fault of ours', async () => {
    expect(codeOf(await handler(callEvent({ body: wish(), authorizer: {} }), context))).toBe('unexpected');
    expect(house.writes()).toEqual([]);
  });
});
