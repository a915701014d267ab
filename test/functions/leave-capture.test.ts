import { describe, expect } from 'vitest';
import { handler } from '../../functions/leave-capture.ts';
import { recordCancellation } from '../../shared/ledger/outcomes.ts';
import { opened, pageCall } from '../support/capture.ts';
import { context } from '../support/journal.ts';
import { CALLER, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('LeaveCapture');

const leaving = (session: string) => handler(pageCall(session), context);

describe('a person who does not agree', () => {
  test('ends the case before anything is started, and the event names the other way', async ({ aws }) => {
    process.env.ALTERNATIVE = JSON.stringify({ url: 'https://bank.example.com/branch' });
    const { session, id } = await opened(aws);
    expect(contentOf(await leaving(session))).toMatchObject({
      step: 'ended',
      status: 'alternative_required',
      nextStep: 'use_other_way',
      alternative: { url: 'https://bank.example.com/branch' },
    });
    expect(await aws.item(`RUN#${id}`)).toMatchObject({ endedBy: `capture:${id}` });
    expect(aws.announced.at(-1)?.detail).toMatchObject({
      revalidationId: id,
      status: 'alternative_required',
      alternative: { url: 'https://bank.example.com/branch' },
    });
    process.env.ALTERNATIVE = 'none';
  });

  test('does so once, also when the call is repeated', async ({ aws }) => {
    const { session, id } = await opened(aws);
    await leaving(session);
    expect((await leaving(session)).statusCode).toBe(200);
    const { trail } = (await aws.item(`RUN#${id}`)) ?? {};
    expect(trail).toHaveLength(1);
  });

  test('cannot change a case that has ended otherwise, nor one of another session', async ({ aws }) => {
    const { session, ticket } = await opened(aws);
    const { revalidationId, accountId } = ticket;
    await recordCancellation(aws.ledger, { revalidationId, accountId }, CALLER);
    expect(codeOf(await leaving(session))).toBe('already_decided');
    expect(codeOf(await leaving('C'.repeat(43)))).toBe('capture_link_invalid');
  });
});
