import { describe, expect, test } from 'vitest';
import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { MAX_MEDIA_BYTES } from '../../shared/domain/media.ts';
import { declinedReasons, expiredReasons } from '../../shared/domain/reasons.ts';
import { Claim, Media, Outcome, RawReason, Receipt, Timestamp, Verdict } from '../../shared/domain/revalidation.ts';

const at = '2026-11-23T12:00:00.000Z';

const media = { bucket: 'media', key: 'k', etag: 'e', bytes: 1, type: 'image/jpeg' };

describe('a timestamp', () => {
  test('accepts what Date writes', () => {
    expect(Timestamp.safeParse(new Date().toISOString()).success).toBe(true);
  });

  test.each([
    '2026-11-23T12:00:00Z',
    '2026-11-23T12:00:00.000',
    '2026-11-23T12:00:00.000+01:00',
    '2026-13-01T00:00:00.000Z',
    '',
    7,
  ])('refuses %j', (text) => {
    expect(Timestamp.safeParse(text).success).toBe(false);
  });
});

describe('media', () => {
  test.each([1, MAX_MEDIA_BYTES])('may have %i bytes', (bytes) => {
    expect(Media.safeParse({ ...media, bytes }).success).toBe(true);
  });

  test.each([0, MAX_MEDIA_BYTES + 1, 1.5, -1])('may not have %d bytes', (bytes) => {
    expect(Media.safeParse({ ...media, bytes }).success).toBe(false);
  });

  test('may not have a type that Truora does not take', () => {
    expect(Media.safeParse({ ...media, type: 'image/heic' }).success).toBe(false);
  });
});

describe('a claim', () => {
  const claim = {
    revalidationId: 'RVL0123456789abcdef0123456789abcdef',
    accountId: 'person',
    enrollmentId: 'ENR1',
    userAuthorized: true,
    media,
    requested: {},
    resultMode: 'poll',
    claimedAt: at,
  };

  test('holds the person, the consent and the media', () => {
    expect(Claim.parse(claim)).toEqual(claim);
  });

  test.each<[string, object]>([
    ['without consent', { userAuthorized: false }],
    ['about a path', { accountId: '..' }],
    ['with options against the rules', { requested: { threshold: 2 } }],
    ['with no way to wait', { resultMode: undefined }],
    ['with an id of another kind', { revalidationId: 'VLD1' }],
  ])('fails %s', (_, wrong) => {
    expect(Claim.safeParse({ ...claim, ...wrong }).success).toBe(false);
  });
});

describe('a receipt', () => {
  test('names a whole hash in small letters', () => {
    const receipt = { bytes: 4, sha256: 'a'.repeat(64), movedAt: at };
    expect(Receipt.safeParse(receipt).success).toBe(true);
    for (const sha256 of ['A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), '']) {
      expect(Receipt.safeParse({ ...receipt, sha256 }).success).toBe(false);
    }
  });
});

describe('the reasons', () => {
  test('consist of codes, each listed once', () => {
    const all = [...declinedReasons, ...expiredReasons];
    expect(new Set(all).size).toBe(all.length);
    for (const reason of all) expect(RawReason.safeParse(reason).success, reason).toBe(true);
  });

  test.each(['', 'with space', 'Capital', 'a'.repeat(65), 'a-b', 'ñ', 'a\n'])('refuse %j', (reason) => {
    expect(RawReason.safeParse(reason).success).toBe(false);
  });

  test.each([
    ...declinedReasons,
    ...expiredReasons,
    'unknown_reason',
    'undecided_at_deadline',
    'system_error',
    'verdict_mismatch',
  ])('of a verdict may be %s', (reason) => {
    expect(Verdict.safeParse({ status: 'declined', reason, decidedAt: at }).success).toBe(true);
  });

  test('of a verdict are a closed list', () => {
    expect(Verdict.safeParse({ status: 'declined', reason: 'no_smile', decidedAt: at }).success).toBe(false);
    expect(Verdict.safeParse({ status: 'declined', rawReason: 'no_smile', decidedAt: at }).success).toBe(true);
  });
});

describe('an outcome', () => {
  const outcome = { revalidationId: 'RVL0123456789abcdef0123456789abcdef', decidedBy: 'poll', decidedAt: at };

  test.each(outcomeStatuses)('accepts %s', (status) => {
    expect(Outcome.safeParse({ ...outcome, status }).success).toBe(true);
  });

  test.each(['success', 'pending', 'claimed', 'moved', undefined])('refuses %s', (status) => {
    expect(Outcome.safeParse({ ...outcome, status }).success).toBe(false);
  });

  test('keeps a field for everything in a verdict', () => {
    expect(Object.keys(Outcome.shape)).toEqual(expect.arrayContaining(Object.keys(Verdict.shape)));
  });
});
