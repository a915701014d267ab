import { describe, expect } from 'vitest';
import { handler } from '../../functions/revoke-consent.ts';
import { enterCase, readReceipt } from '../../shared/consent/receipts.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { holdMedia } from '../../shared/ledger/holds.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { given } from '../support/consent.ts';
import { BUCKET, claimOf, context, executionOf, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { jpeg } from '../support/media.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OWNER = executionOf('owner');

const test = withLocalAws('RevokeConsent', { media: true });

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
  aws.stopped.length = 0;
  aws.announced.length = 0;
  aws.metrics.length = 0;
  process.env.ALTERNATIVE = JSON.stringify({ text: 'visit a branch' });
});

const revoking = (id: string) => handler(callEvent({ path: { id } }), context);

const prefixOf = (input: unknown) => (input as { Key?: { pk?: { S?: string } } }).Key?.pk?.S?.split('#')[0];

/** A case that is claimed under a receipt, with its media in the bucket. */
const claimed = async (aws: LocalAws) => {
  const wanted = claimOf();
  const { accountId, revalidationId } = wanted;
  const { key, versionId } = await aws.put(wanted.media.key, jpeg());
  const { receiptId } = await given(aws, { accountId });
  await enterCase(aws.table, receiptId, revalidationId);
  const media = { ...wanted.media, key, versionId };
  await claim(aws.ledger, { ...wanted, media, consentReceiptId: receiptId }, OWNER);
  await holdMedia(aws.ledger, { bucket: BUCKET, key, versionId }, revalidationId);
  aws.calls.length = 0;
  return { receiptId, revalidationId, accountId, key, versionId };
};

describe('the revocation of a consent', () => {
  test('closes the receipt, ends the open case under it, marks the receipt, stops the execution, announces the end and deletes the media', async ({
    aws,
  }) => {
    const { receiptId, revalidationId, key, versionId } = await claimed(aws);
    const answer = await revoking(receiptId);
    expect(contentOf(answer)).toMatchObject({ receiptId, revokedBy: CALLER, revokedAt: expect.any(String) });
    const done = aws.calls.map(({ operation, input }) => [operation, prefixOf(input)].join(' ').trim());
    expect(done.filter((one) => !one.startsWith('GetItem')).slice(0, 5)).toEqual([
      'UpdateItem CNS',
      'UpdateItem RUN',
      'UpdateItem CNS',
      'StopExecution',
      'PutEvents',
    ]);
    expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({
      phase: 'alternative_required',
      outcome: { reason: 'consent_revoked', decidedBy: 'caller', alternative: { text: 'visit a branch' } },
    });
    expect(aws.announced.map(({ detail }) => detail)).toMatchObject([
      { revalidationId, status: 'alternative_required', alternative: { text: 'visit a branch' } },
    ]);
    expect(aws.stopped).toEqual([OWNER]);
    expect(await aws.has(key, versionId)).toBe(false);
    const receipt = await aws.item(`CNS#${receiptId}`);
    expect(receipt).not.toHaveProperty('cases');
    expect(receipt).not.toHaveProperty('dueAt');
    expect(aws.metrics.filter((metric) => 'Outcomes' in metric)).toMatchObject([
      { status: 'alternative_required', reason: 'consent_revoked' },
    ]);
  });

  test.for([1, 2, 3, 4, 5, 6, 7, 8])(
    'is completed by a repeat when write %i was lost, or its answer',
    async (nth, { aws }) => {
      for (const delivery of ['lost', 'answer lost'] as const) {
        const { receiptId, revalidationId, key, versionId } = await claimed(aws);
        aws.setWriteDelivery(nth, delivery);
        await revoking(receiptId);
        aws.setDelivery();
        expect((await revoking(receiptId)).statusCode).toBe(200);
        const { trail, announced } = (await aws.item(`RUN#${revalidationId}`)) ?? {};
        expect(trail).toMatchObject([{ phase: 'claimed' }, { phase: 'alternative_required' }]);
        expect(announced).toBeDefined();
        expect(await aws.has(key, versionId)).toBe(false);
        expect((await readReceipt(aws.table, receiptId))?.cases.size).toBe(0);
      }
    },
  );

  test('leaves a case alone that has ended, and the time of the first revocation stays', async ({ aws }) => {
    const { receiptId, revalidationId } = await claimed(aws);
    const outcome = {
      revalidationId,
      status: 'declined',
      decidedBy: 'poll',
      decidedAt: new Date().toISOString(),
    } as const;
    await recordOutcome(aws.ledger, outcome, OWNER);
    const first = contentOf<{ revokedAt: string }>(await revoking(receiptId));
    expect(contentOf(await revoking(receiptId))).toEqual(first);
    expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({ phase: 'declined', outcome });
    expect(aws.stopped).toEqual([]);
  });

  test('leaves a case of another receipt alone that was entered by a request which another one was ahead of', async ({
    aws,
  }) => {
    const { revalidationId, accountId } = await claimed(aws);
    const { receiptId } = await given(aws, { accountId, method: 'voice' });
    await enterCase(aws.table, receiptId, revalidationId);
    await revoking(receiptId);
    expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({ phase: 'claimed' });
  });

  test('stays due while a case that was entered may still be claimed', async ({ aws }) => {
    const { receiptId } = await given(aws);
    await enterCase(aws.table, receiptId, newRevalidationId());
    await revoking(receiptId);
    expect(await aws.item(`CNS#${receiptId}`)).toMatchObject({ dueAt: expect.any(String), shard: expect.any(String) });
    expect((await readReceipt(aws.table, receiptId))?.cases.size).toBe(1);
  });

  test.for(['CNS1', `CNS${'0'.repeat(32)}`])('answers that %s is unknown, and writes nothing', async (id, { aws }) => {
    expect(codeOf(await revoking(id))).toBe('consent_receipt_unknown');
    expect(aws.writes().map(({ operation, input }) => [operation, input])).toEqual([]);
  });

  test("does not show a person's token the receipt of another person", async ({ aws }) => {
    const { receiptId } = await given(aws);
    process.env.ACCOUNT_CLAIM = 'account';
    const authorizer = { jwt: { claims: { sub: 'app', account: 'another' } } };
    const answer = await handler(callEvent({ path: { id: receiptId }, authorizer }), context);
    process.env.ACCOUNT_CLAIM = 'none';
    expect(codeOf(answer)).toBe('consent_receipt_unknown');
    expect((await readReceipt(aws.table, receiptId))?.receipt.revokedAt).toBeUndefined();
  });
});
