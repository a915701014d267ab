import { describe, expect } from 'vitest';
import { handler } from '../../functions/sign-evidence.ts';
import { s3 } from '../../shared/aws/clients.ts';
import { readEvidence } from '../../shared/aws/evidence-store.ts';
import { ENDED } from '../../shared/domain/announcement.ts';
import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { keysById } from '../../shared/evidence/jwks.ts';
import { openClaimsOf } from '../../shared/evidence/sd-jwt.ts';
import { verifyEvidence } from '../../shared/evidence/verify.ts';
import { amend } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { bareEvidence, evidenceOf, publishedKeys } from '../../shared/logic/evidence.ts';
import { endedCase } from '../support/evidence.ts';
import { context, EVIDENCE_BUCKET } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('SignEvidence', { media: true });

/** Makes the answers of this many writes to S3 get lost, as when the function is killed directly after a write. */
let lostAnswers = 0;

test.beforeAll(() => {
  s3().middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      if (lostAnswers === 0 || !('Body' in args.input)) return answer;
      lostAnswers -= 1;
      throw new Error('killed');
    },
    { step: 'initialize' },
  );
});

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  lostAnswers = 0;
});

const stand = async (aws: LocalAws, record: ReturnType<typeof endedCase>) => {
  await aws.putItem({ pk: `RUN#${record.revalidationId}`, expiresAt: Math.floor(Date.now() / 1000) + 1000, ...record });
  return record.revalidationId;
};

const sign = (revalidationId: string) =>
  handler({ source: 'face-revalidation', 'detail-type': ENDED, detail: { revalidationId, status: 'any' } }, context);

const stored = async (id: string) => (await readEvidence(EVIDENCE_BUCKET, id))?.text ?? '';

const keys = async () => keysById(await publishedKeys((process.env.EVIDENCE_KEYS ?? '').split(',')));

const verified = async (id: string) => verifyEvidence(await stored(id), await keys());

test.for([...outcomeStatuses])('a case that ended %s gets evidence that verifies', async (status, { aws }) => {
  const record = endedCase(status);
  await sign(await stand(aws, record));
  expect(await verified(record.revalidationId)).toMatchObject({
    valid: true,
    withheld: [],
    claims: { iss: 'face-revalidation-test', status, version: 1, accountId: record.accountId, codeVersion: '0.1.0' },
  });
});

test('an amendment makes a new version, and a late event of the outcome does not bring the old one back', async ({
  aws,
}) => {
  const id = await stand(aws, endedCase('expired'));
  await sign(id);
  const record = await readRecord(aws.ledger, id);
  if (!record) throw new TypeError('there is no record');
  await amend(aws.ledger, record, {
    status: 'approved',
    at: '2026-11-23T12:05:00.000Z',
    from: 'sweep',
    similarity: 0.9,
  });
  await sign(id);
  const second = await stored(id);
  expect(await verified(id)).toMatchObject({ valid: true, claims: { status: 'expired', version: 2 } });
  // A reader that is slow has still the record without the amendment.
  const settings = { bucket: EVIDENCE_BUCKET, keyIds: [], issuer: 'i', codeVersion: 'v' };
  expect(await evidenceOf(settings, id, record)).toBe(second);
  expect(await stored(id)).toBe(second);
});

describe('a repeat', () => {
  test('changes nothing, and signs nothing', async ({ aws }) => {
    const id = await stand(aws, endedCase('approved'));
    await sign(id);
    const first = await stored(id);
    aws.calls.length = 0;
    await sign(id);
    expect(await stored(id)).toBe(first);
    expect(aws.calls.map(({ operation }) => operation)).toEqual(['GetItem']);
  });

  test('of two at once leaves one evidence, which both see', async ({ aws }) => {
    const id = await stand(aws, endedCase('approved'));
    await Promise.all([sign(id), sign(id), sign(id)]);
    expect(await verified(id)).toMatchObject({ valid: true, claims: { version: 1 } });
  });

  test('after a kill between the write and the answer finds what was written', async ({ aws }) => {
    const id = await stand(aws, endedCase('declined'));
    lostAnswers = 1;
    await expect(sign(id)).rejects.toThrow();
    const written = await stored(id);
    expect(await verified(id)).toMatchObject({ valid: true });
    await sign(id);
    expect(await stored(id)).toBe(written);
  });

  test('after a signature that failed, or whose answer was lost, signs again', async ({ aws }) => {
    const id = await stand(aws, endedCase('declined'));
    for (const delivery of ['lost', 'answer lost'] as const) {
      aws.setDelivery(({ operation }) => (operation === 'Sign' ? delivery : 'through'));
      await expect(sign(id)).rejects.toThrow();
      expect(await stored(id)).toBe('');
    }
    aws.setDelivery();
    await sign(id);
    expect(await verified(id)).toMatchObject({ valid: true });
  });
});

describe('nothing is signed', () => {
  test('for a case that is unknown, or has not ended', async ({ aws }) => {
    const { outcome: _, ...open } = endedCase('approved');
    const id = await stand(aws, { ...open, phase: 'moved' } as unknown as ReturnType<typeof endedCase>);
    for (const one of [id, `RVL${'0'.repeat(32)}`]) {
      await expect(sign(one)).resolves.toEqual({ seen: 1, failed: 0 });
      expect(await stored(one)).toBe('');
    }
  });

  test('for an event without a case, which fails and is kept', async () => {
    await expect(handler({ detail: {} }, context)).rejects.toThrow();
  });
});

test('an erasure leaves the signature, and none of the claims that can be withheld, also after the next event', async ({
  aws,
}) => {
  const record = endedCase('expired');
  const id = await stand(aws, record);
  expect(await bareEvidence(EVIDENCE_BUCKET, id)).toBe(false);
  await sign(id);
  expect([await bareEvidence(EVIDENCE_BUCKET, id), await bareEvidence(EVIDENCE_BUCKET, id)]).toEqual([true, true]);
  await stand(aws, { ...record, amendments: [{ status: 'approved', at: '2026-11-23T12:05:00.000Z', from: 'sweep' }] });
  await sign(id);
  const left = Buffer.from(await stored(id));
  expect(openClaimsOf(left.toString()).version).toBe(1);
  for (const part of left.toString().split(/[.~]/))
    expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain(record.accountId);
  const bare = await verified(id);
  expect(bare).toMatchObject({ valid: true });
  expect(bare.valid && bare.withheld).toContain('accountId');
});
