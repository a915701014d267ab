import { describe, expect } from 'vitest';
import { handler } from '../../functions/agree-to-capture.ts';
import type { CaptureView } from '../../shared/domain/capture.ts';
import { recordCancellation } from '../../shared/ledger/outcomes.ts';
import { opened, pageCall } from '../support/capture.ts';
import { context } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('AgreeToCapture');

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

/** The text of Colombia in Spanish, as the deployment pins it. */
const text = () => {
  const texts = JSON.parse(process.env.CONSENT_TEXTS ?? '{}') as Record<string, string>;
  const textSha256 = Buffer.from(texts['default.CO.es.1'] ?? '', 'base64url').toString('hex');
  return { country: 'CO', language: 'es', textVersion: '1', textSha256 };
};

const agreeing = (session: string, more: object = {}) => handler(pageCall(session, { ...text(), ...more }), context);

const receipts = async (aws: LocalAws, accountId: string) =>
  (await aws.items()).filter(({ pk, accountId: of }) => String(pk).startsWith('CNS#') && of === accountId);

describe('a consent on the capture page', () => {
  test('is a receipt of the person, and the case may record then', async ({ aws }) => {
    const { session, id, accountId } = await opened(aws);
    const answer = await agreeing(session);
    expect(contentOf<CaptureView>(answer)).toMatchObject({ step: 'record' });
    const [receipt] = await receipts(aws, accountId);
    expect(receipt).toMatchObject({ purpose: 'default', channel: 'capture page', recordedBy: `capture:${id}` });
    expect(receipt).toMatchObject({ textSha256: text().textSha256, optionalStated: true, alternativeOffered: false });
    expect(await aws.item(`TICKET#${id}`)).toMatchObject({
      userAuthorized: true,
      consentReceiptId: receipt?.receiptId,
    });
  });

  test('is given once: a repeat writes nothing', async ({ aws }) => {
    const { session } = await opened(aws);
    await agreeing(session);
    aws.calls.length = 0;
    expect((await agreeing(session)).statusCode).toBe(200);
    expect(aws.writes()).toEqual([]);
  });

  test.for([1, 2, 3])('is whole when write %i was lost, or its answer, and it is given again', async (nth, { aws }) => {
    for (const delivery of ['lost', 'answer lost'] as const) {
      const { session, id, accountId } = await opened(aws);
      aws.setWriteDelivery(nth, delivery);
      await agreeing(session);
      aws.setDelivery();
      expect((await agreeing(session)).statusCode).toBe(200);
      const { consentReceiptId } = (await aws.item(`TICKET#${id}`)) ?? {};
      const stored = (await receipts(aws, accountId)).map(({ receiptId }) => receiptId);
      expect(stored).toContain(consentReceiptId);
    }
  });

  const invalid: [string, string, object][] = [
    ['of another country', 'consent_text_unknown', { country: 'MX' }],
    ['of a version that there is not', 'consent_text_unknown', { textVersion: '9' }],
    ['of a text that was changed', 'consent_text_unknown', { textSha256: '0'.repeat(64) }],
    ['without the hash of what was read', 'reasonClass', { textSha256: undefined }],
  ];
  test.for(invalid)('is refused, and nothing is written: %s', async ([_, code, more], { aws }) => {
    const { session } = await opened(aws);
    aws.calls.length = 0;
    const answer = await agreeing(session, more);
    // Of a broken rule the person learns no more than of any problem of ours.
    if (code === 'reasonClass') expect(contentOf(answer)).toMatchObject({ status: 422, reasonClass: 'request' });
    else expect(codeOf(answer)).toBe(code);
    expect(aws.writes()).toEqual([]);
  });

  test('is refused for a case that has ended, for an erased person, and without a session', async ({ aws }) => {
    const { session, ticket } = await opened(aws);
    const { revalidationId, accountId } = ticket;
    await recordCancellation(aws.ledger, { revalidationId, accountId }, CALLER);
    expect(codeOf(await agreeing(session))).toBe('already_decided');
    expect(codeOf(await agreeing('B'.repeat(43)))).toBe('capture_link_invalid');
  });
});
