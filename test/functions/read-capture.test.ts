import { describe, expect } from 'vitest';
import { handler } from '../../functions/read-capture.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { opened, pageCall, SPEECH } from '../support/capture.ts';
import { claimOf, context, executionOf } from '../support/journal.ts';
import { codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ReadCapture');

const OWNER = executionOf('owner');

const reading = async (session: string | undefined, language?: string) =>
  contentOf<Record<string, unknown>>(await handler(pageCall(session, undefined, language), context));

describe('the view of the capture page', () => {
  test('says what to do: agree, record, wait, read the result', async ({ aws }) => {
    const { session, ticket } = await opened(aws, { options: { liveness: 'passive' } });
    expect(await reading(session)).toMatchObject({ step: 'consent', record: 'video' });
    await aws.putItem({ pk: `TICKET#${ticket.revalidationId}`, ...ticket, userAuthorized: true });
    expect(await reading(session)).toMatchObject({ step: 'record' });
    const { revalidationId, accountId, enrollmentId } = ticket;
    const claimed = claimOf({ revalidationId, accountId, enrollmentId });
    await claim(aws.ledger, claimed, OWNER);
    expect(await reading(session)).toMatchObject({ step: 'checking', status: 'pending' });
    const end = { status: 'declined', reason: 'similarity_threshold_not_passed', similarity: 0.41 } as const;
    const decidedAt = new Date().toISOString();
    await recordOutcome(aws.ledger, { revalidationId, ...end, decidedBy: 'poll', decidedAt }, OWNER);
    const shown = await reading(session, 'pt');
    expect(shown).toMatchObject({
      step: 'ended',
      status: 'declined',
      reasonClass: 'no_match',
      nextStep: 'new_capture',
    });
    expect(String(shown.message)).toMatch(/confirmar que é você/);
    expect(JSON.stringify(shown)).not.toMatch(/similarity|0\.41|accountId/);
  });

  test('of a live case waits for its phrase after the consent', async ({ aws }) => {
    const { session } = await opened(aws, { capture: 'live', options: SPEECH, userAuthorized: true });
    const shown = await reading(session);
    expect(shown).toMatchObject({ step: 'starting', record: 'speech' });
    expect(shown).not.toHaveProperty('texts');
  });

  test('names the other way that the deployment offers', async ({ aws }) => {
    process.env.ALTERNATIVE = JSON.stringify({ text: 'visit a branch' });
    const { session } = await opened(aws);
    expect(await reading(session)).toMatchObject({ alternative: { text: 'visit a branch' } });
    process.env.ALTERNATIVE = 'none';
  });

  test('is of the case of its session alone, and of no session that is over', async ({ aws }) => {
    const [one, other] = [await opened(aws), await opened(aws)];
    expect(await reading(one.session)).toMatchObject({ revalidationId: one.id });
    expect(await reading(other.session)).toMatchObject({ revalidationId: other.id });
    for (const item of await aws.items()) {
      if (!String(item.pk).startsWith('SESSION#') || item.revalidationId !== one.id) continue;
      await aws.putItem({ ...item, pk: String(item.pk), expiresAt: Math.floor(Date.now() / 1000) - 1 });
    }
    for (const session of [one.session, one.token, undefined, 'x']) {
      expect(codeOf(await handler(pageCall(session), context))).toBe('capture_link_invalid');
    }
  });
});
