import { describe, expect, test } from 'vitest';
import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { claimsOf } from '../../shared/evidence/claims.ts';
import { chainOf, isChained } from '../../shared/evidence/trail.ts';
import { verifyEvidence } from '../../shared/evidence/verify.ts';
import { read } from '../support/documents.ts';
import { endedCase, keysOf, newKey, packOf } from '../support/evidence.ts';
import { sha256 } from '../support/journal.ts';

const key = newKey();

describe.each(outcomeStatuses)('the evidence of a case that ended %s', (status) => {
  test('verifies, and has what the record has', async () => {
    const record = endedCase(status);
    const verified = verifyEvidence(await packOf(record, key), keysOf(key));
    if (!verified.valid) throw new TypeError(verified.fault);
    const { claims } = verified;
    expect(claims).toMatchObject({
      iss: 'face-revalidation-test',
      revalidationId: record.revalidationId,
      version: 1,
      status,
      request: { threshold: 0.7, resultMode: 'callback' },
      accountId: record.accountId,
      enrollmentId: record.enrollmentId,
      consent: { userAuthorized: true },
      media: { bytes: 4, type: 'image/jpeg', ...(status === 'refused' ? {} : { sha256: sha256('face') }) },
      codeVersion: '0.1.0',
      amendments: [],
    });
    expect(claims.reason).toBe(status === 'approved' ? undefined : `because_${status}`);
    expect((claims.trail as { phase: string }[]).at(-1)?.phase).toBe(status);
  });
});

describe('the claims', () => {
  const open = (record: Parameters<typeof claimsOf>[0]) =>
    JSON.stringify(claimsOf(record, { issuer: 'i', codeVersion: 'v' }).open);

  test('that cannot be withheld name no person, no face, no caller and no free text', () => {
    const record = endedCase('declined', {
      calledBy: 'jwt:canary-caller',
      canceledBy: 'jwt:canary-cancel',
      reference: 'canary-reference',
      forceNew: { reason: 'canary-reason' },
      amendments: [
        { status: 'declined', reason: 'risky_face_detected', at: '2026-11-23T12:05:00.000Z', from: 'sweep' },
      ],
    });
    const shown = open(record);
    for (const secret of ['canary', record.accountId, record.enrollmentId, 'because_', 'risky', sha256('face'), '0.91'])
      expect(shown).not.toContain(secret);
  });

  test('are listed on the page of evidence, by whether they can be withheld', () => {
    const record = { ...endedCase('declined', { linkedTo: 'VLD1' }), purpose: 'transfer', policyVersion: 'POL1' };
    const { open: shown, selective } = claimsOf(record, { issuer: 'i', codeVersion: 'v' });
    const listed = (row: string) => {
      const [line = ''] = read('shared/evidence/README.md').match(new RegExp(`^\\| ${row} \\|.*$`, 'm')) ?? [];
      return [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    };
    expect(listed('cannot be withheld')).toEqual([...Object.keys(shown), 'withholdable']);
    expect(listed('can be withheld')).toEqual(Object.keys(selective));
  });

  test('hold purpose, policy and receipt of consent where the record has them', () => {
    const record = {
      ...endedCase('approved'),
      purpose: 'transfer',
      policyVersion: 'abc',
      consentReceiptId: 'CNS1',
      consentTextSha256: 'def',
    };
    const claims = claimsOf(record, { issuer: 'i', codeVersion: 'v' });
    expect(claims.open).toMatchObject({ purpose: 'transfer', policyVersion: 'abc' });
    expect(claims.selective.consent).toEqual({ userAuthorized: true, receiptId: 'CNS1', textSha256: 'def' });
  });

  test('keep the first outcome beside an amendment, and count the version', () => {
    const amendment = { status: 'approved', at: '2026-11-23T12:05:00.000Z', from: 'webhook', similarity: 0.9 } as const;
    const claims = claimsOf(endedCase('expired', { amendments: [amendment] }), { issuer: 'i', codeVersion: 'v' });
    const { similarity, ...shown } = amendment;
    expect(claims.open).toMatchObject({ status: 'expired', version: 2, amendments: [shown] });
    expect(claims.selective.amendmentDetails).toEqual([{ similarity }]);
  });

  test('of a refusal without a claim have its object neither, nor a person', () => {
    const { revalidationId, owner, claimedAt, trail, outcome } = endedCase('refused');
    const { accountId: _, enrollmentId: __, ...bare } = outcome;
    const record = { revalidationId, owner, claimedAt, trail, phase: 'refused', outcome: bare } as const;
    const { selective } = claimsOf(record, { issuer: 'i', codeVersion: 'v' });
    expect(Object.entries(selective).filter(([, value]) => value !== undefined)).toEqual([
      ['reason', 'because_refused'],
    ]);
  });
});

describe('the chain of a trail', () => {
  const { trail } = endedCase('approved');

  test('breaks when an entry is changed, left out, added or moved', () => {
    const { entries, head } = chainOf(trail);
    expect(isChained(entries, head)).toBe(true);
    const [first, second, ...rest] = entries;
    if (!first || !second) throw new TypeError('the trail is too short');
    for (const broken of [
      entries.with(0, { ...first, at: '2020-01-01T00:00:00.000Z' }),
      entries.with(1, { ...second, phase: 'moved' }),
      entries.slice(1),
      entries.slice(0, -1),
      [...entries, { phase: 'declined', at: first.at, previous: head }],
      [second, first, ...rest],
      [],
    ])
      expect(isChained(broken as typeof entries, head)).toBe(false);
  });

  test('is empty for an empty trail', () => {
    expect(chainOf([])).toEqual({ entries: [], head: undefined });
    expect(isChained([], undefined)).toBe(true);
  });
});
