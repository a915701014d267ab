import { describe, expect } from 'vitest';
import { handler } from '../../functions/give-capture-form.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { recordCancellation } from '../../shared/ledger/outcomes.ts';
import { opened, pageCall, SPEECH } from '../support/capture.ts';
import { claimOf, context, executionOf } from '../support/journal.ts';
import { CALLER, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('GiveCaptureForm', { media: true });

const asking = (session: string, body: object = {}) => handler(pageCall(session, body), context);

const agreed = { userAuthorized: true };

describe('a form of the capture page', () => {
  test('is for the one key of the case, of the type that the camera makes', async ({ aws }) => {
    const { session, ticket } = await opened(aws, { ...agreed, options: { liveness: 'passive' } });
    const form = contentOf<{ fields: Record<string, string> }>(await asking(session, { type: 'video/webm' }));
    expect(form.fields).toMatchObject({ key: ticket.upload?.key, 'Content-Type': 'video/webm' });
    const usual = contentOf<{ fields: Record<string, string> }>(await asking(session));
    expect(usual.fields).toMatchObject({ 'Content-Type': 'video/mp4' });
  });

  test('is not given before the person has agreed', async ({ aws }) => {
    const { session } = await opened(aws);
    expect(contentOf(await asking(session))).toMatchObject({ status: 422, reasonClass: 'consent' });
  });

  test('is not given for a photo where a person has to move or speak', async ({ aws }) => {
    const photo = { type: 'image/jpeg' };
    const moving = await opened(aws, { ...agreed, options: { liveness: 'passive' } });
    expect(contentOf(await asking(moving.session, photo))).toMatchObject({ reasonClass: 'capture' });
    const still = await opened(aws, agreed);
    expect((await asking(still.session, photo)).statusCode).toBe(200);
  });

  test('is not given while a live case has no phrase, nor once its media is there or it has ended', async ({ aws }) => {
    const live = await opened(aws, { ...agreed, capture: 'live', options: SPEECH });
    expect(codeOf(await asking(live.session))).toBe('nothing_to_record');
    const { session, ticket } = await opened(aws, agreed);
    const { revalidationId, accountId, enrollmentId } = ticket;
    await claim(aws.ledger, claimOf({ revalidationId, accountId, enrollmentId }), executionOf('owner'));
    expect(codeOf(await asking(session))).toBe('nothing_to_record');
    await recordCancellation(aws.ledger, { revalidationId, accountId }, CALLER);
    expect(codeOf(await asking(session))).toBe('already_decided');
  });
});
