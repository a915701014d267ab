import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, vi } from 'vitest';
import { handler } from '../../functions/start-revalidation.ts';
import { putNew } from '../../shared/aws/dynamodb.ts';
import type { Started } from '../../shared/domain/api.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { claimOf, context, executionOf, newPerson } from '../support/journal.ts';
import { jpeg } from '../support/media.ts';
import { callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

vi.mock('../../shared/aws/dynamodb.ts', { spy: true });

const test = withLocalAws('StartRevalidation', { media: true });

afterEach(() => {
  vi.mocked(putNew).mockRestore();
});

const asking = (body: unknown, key?: string) =>
  handler(callEvent({ body, headers: key === undefined ? {} : { 'idempotency-key': key } }), context);

const bodyOf = () => ({ ...newPerson(), userAuthorized: true, upload: { type: 'video/mp4' } });

describe('the answer to a start', () => {
  const progress = (id: string) => ({ location: `/revalidations/${id}`, 'retry-after': '5' });

  test('states where to read the case, that it is pending, and when to read it', async () => {
    const answer = await asking(bodyOf());
    const { revalidationId, status } = contentOf<Started>(answer);
    expect([answer.statusCode, status]).toEqual([202, 'pending']);
    expect(answer.headers).toMatchObject(progress(revalidationId));
  });

  test('is 200 and pending for a case that runs, and has no Retry-After after its end', async ({ aws }) => {
    const { key } = await aws.put(`media/${randomUUID()}`, jpeg());
    const body = { ...newPerson(), userAuthorized: true, media: { key } };
    const { revalidationId } = contentOf<Started>(await asking(body));
    await claim(
      aws.ledger,
      claimOf({ ...ids(body), revalidationId, requested: { threshold: 0.65, subvalidations: ['similarity'] } }),
      executionOf('a'),
    );
    const running = await asking(body);
    expect([running.statusCode, contentOf<Started>(running).status]).toEqual([200, 'pending']);
    expect(running.headers).toMatchObject(progress(revalidationId));
    const outcome = { revalidationId, status: 'expired', reason: 'undecided_at_deadline', decidedBy: 'poll' } as const;
    await recordOutcome(aws.ledger, { ...outcome, decidedAt: new Date().toISOString() }, executionOf('a'));
    const ended = await asking(body);
    expect([ended.statusCode, contentOf<Started>(ended).status]).toEqual([200, 'expired']);
    expect(ended.headers).toMatchObject({ location: `/revalidations/${revalidationId}` });
    expect(ended.headers).not.toHaveProperty('retry-after');
  });
});

const ids = ({ accountId, enrollmentId }: { accountId: string; enrollmentId: string }) => ({ accountId, enrollmentId });

describe('an idempotency key', () => {
  test('is the same key in the quotes of the draft standard', async () => {
    const body = bodyOf();
    const found = new Set<string>();
    for (const key of ['a"b\\c', '"a\\"b\\\\c"']) found.add(contentOf<Started>(await asking(body, key)).revalidationId);
    expect(found.size).toBe(1);
  });

  test.each(['"', '""', '"a', '"a" ', '"a"b"', 'a b', '"a b"', `"${'a'.repeat(129)}"`])(
    'that is no key, in quotes or without, is refused by its name: %s',
    async (key) => {
      const answer = await asking(bodyOf(), key);
      expect(contentOf(answer)).toMatchObject({ code: 'request_invalid', errors: [{ path: 'Idempotency-Key' }] });
    },
  );

  test('that another call is using is answered 409, with the time to repeat the call', async () => {
    const real = vi.mocked(putNew).getMockImplementation();
    vi.mocked(putNew).mockImplementation(async (table, item, over) =>
      item.pk.startsWith('KEY#') ? false : (real?.(table, item, over) ?? true),
    );
    const answer = await asking(bodyOf(), randomUUID());
    expect([answer.statusCode, codeOf(answer)]).toEqual([409, 'claimed_elsewhere']);
    expect(answer.headers).toMatchObject({ 'retry-after': '1' });
  });

  test('of several equal calls at once names one case for all', async () => {
    const body = bodyOf();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 4 }, () => asking(body, key)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202, 202]);
    expect(new Set(answers.map((answer) => contentOf<Started>(answer).revalidationId)).size).toBe(1);
  });

  test('with another body is answered 422', async () => {
    const key = randomUUID();
    await asking(bodyOf(), key);
    const answer = await asking(bodyOf(), key);
    expect([answer.statusCode, codeOf(answer)]).toEqual([422, 'idempotency_key_reused']);
  });
});
