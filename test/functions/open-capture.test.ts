import { describe, expect } from 'vitest';
import { handler } from '../../functions/open-capture.ts';
import type { CaptureView } from '../../shared/domain/capture.ts';
import { mintLink } from '../../shared/ledger/capture-links.ts';
import { opened, pageCall } from '../support/capture.ts';
import { context, newPerson, newRevalidationId } from '../support/journal.ts';
import { contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('OpenCapture');

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

const opening = (token: unknown) => handler(pageCall(undefined, { token }), context);

describe('a capture link', () => {
  test('opens once: the first call gets the session of its case, and says what to agree to', async ({ aws }) => {
    const { ticket } = await opened(aws);
    const token = await mintLink(aws.table, ticket);
    const answer = await opening(token);
    const content = contentOf<CaptureView & { session: string }>(answer);
    expect(answer.statusCode).toBe(200);
    expect(content).toMatchObject({ status: 'pending', step: 'consent', record: 'photo', purpose: 'default' });
    expect(content.texts).toMatchObject([{ country: 'CO', language: 'es', textVersion: '1' }]);
    expect(content.session).toMatch(/^[\w-]{43}$/);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'content-language': 'en' });
    const stored = JSON.stringify(await aws.items());
    for (const secret of [token, content.session]) {
      expect(stored).not.toContain(secret);
      expect(aws.lines.join()).not.toContain(secret);
    }
  });

  test('that is forged, used, over, malformed or of an erased case has one answer', async ({ aws }) => {
    const { ticket, token: used } = await opened(aws);
    const over = await mintLink(aws.table, ticket);
    for (const item of await aws.items()) {
      const pk = String(item.pk);
      const isOver = pk.startsWith('LINK#') && item.session === undefined;
      if (isOver) await aws.putItem({ ...item, pk, expiresAt: Math.floor(Date.now() / 1000) - 1 });
    }
    const gone = await mintLink(aws.table, { revalidationId: newRevalidationId(), ...newPerson() });
    const answers = [];
    for (const token of [used, over, gone, 'A'.repeat(43), 'x', '', `${used} `]) answers.push(await opening(token));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(contentOf(answers[0] ?? {})).toMatchObject({ code: 'capture_link_invalid' });
  });

  test('gives one session to two calls at the same time', async ({ aws }) => {
    const { ticket } = await opened(aws);
    const token = await mintLink(aws.table, ticket);
    const answers = await Promise.all([opening(token), opening(token)]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 401]);
  });

  test.for([1, 2])(
    'is not lost when write %i does not arrive, and opens when the SDK writes twice',
    async (nth, { aws }) => {
      const { ticket } = await opened(aws);
      const token = await mintLink(aws.table, ticket);
      aws.setWriteDelivery(nth, 'lost');
      expect((await opening(token)).statusCode).toBe(500);
      aws.setWriteDelivery(nth, 'twice');
      expect((await opening(token)).statusCode).toBe(200);
    },
  );
});
