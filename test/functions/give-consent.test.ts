import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { handler } from '../../functions/give-consent.ts';
import { consentFolder } from '../../infra/aws/consent-texts.ts';
import type { ConsentReceipt } from '../../shared/domain/consent.ts';
import { personOf } from '../../shared/ledger/tombstones.ts';
import { consentBody } from '../support/consent.ts';
import { context, inMinutes } from '../support/journal.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('GiveConsent');

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

const giving = (body: unknown) => handler(callEvent({ body }), context);

const hashOf = (file: string) =>
  createHash('sha256')
    .update(readFileSync(join(consentFolder, file)))
    .digest('hex');

describe('a consent', () => {
  test('becomes a receipt with the hash of its text, and a repeat gets the same receipt', async () => {
    const body = consentBody();
    const first = contentOf<ConsentReceipt>(await giving(body));
    expect(first).toMatchObject({
      ...body,
      textId: 'default.CO',
      textSha256: hashOf('default.CO.es.1.md'),
      recipients: ['Truora'],
      recordedBy: CALLER,
    });
    expect(contentOf(await giving({ ...body, textSha256: first.textSha256 }))).toEqual(first);
  });

  test.for([1, 2])('is on the list and in the ledger after a repeat when write %i was lost', async (nth, { aws }) => {
    for (const delivery of ['lost', 'answer lost'] as const) {
      const body = consentBody();
      aws.setWriteDelivery(nth, delivery);
      expect(codeOf(await giving(body))).toBe('unexpected');
      aws.setDelivery();
      const { receiptId } = contentOf<ConsentReceipt>(await giving(body));
      expect(await aws.item(`CONSENTS#${body.accountId}`)).toMatchObject({ receipts: new Set([receiptId]) });
      expect(await aws.item(`CNS#${receiptId}`)).toMatchObject({ receiptId });
    }
  });

  test.for([
    ['consent_text_unknown', 'a text that the deployment does not have', { textVersion: '99' }],
    ['consent_text_unknown', 'another language than there is', { language: 'pt' }],
    ['consent_text_unknown', 'the hash of another text', { textSha256: '0'.repeat(64) }],
    ['request_invalid', 'a consent that was not said to be optional', { optionalStated: false }],
    ['request_invalid', 'a time in the future', { givenAt: inMinutes(30) }],
    ['request_invalid', 'a time that is over', { givenAt: inMinutes(-60), validUntil: inMinutes(-30) }],
    ['request_invalid', 'a time of more than five years', { validUntil: inMinutes(6 * 366 * 1440) }],
    ['request_invalid', 'a country that is no code', { country: 'Colombia' }],
    ['request_invalid', 'an unknown field', { face: 'yes' }],
  ] as const)('is refused with %s for %s, and writes nothing', async ([code, , more], { aws }) => {
    expect(codeOf(await giving({ ...consentBody(), ...more }))).toBe(code);
    expect(aws.writes()).toEqual([]);
  });

  test('is refused for a person who was erased, and writes nothing', async ({ aws }) => {
    const body = consentBody();
    await aws.putItem({ pk: `ERASED#${personOf(body.accountId)}`, person: personOf(body.accountId) });
    expect(codeOf(await giving(body))).toBe('account_erased');
    expect(aws.writes()).toEqual([]);
  });

  test("is refused to a person's token for another person", async () => {
    process.env.ACCOUNT_CLAIM = 'account';
    const authorizer = { jwt: { claims: { sub: 'app', account: 'another' } } };
    const answer = await handler(callEvent({ body: consentBody(), authorizer }), context);
    process.env.ACCOUNT_CLAIM = 'none';
    expect(codeOf(answer)).toBe('account_forbidden');
  });
});
