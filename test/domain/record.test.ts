import { describe, expect, test } from 'vitest';
import { phases } from '../../shared/domain/lifecycle.ts';
import { BY_PERSON, LedgerRecord, validationOf } from '../../shared/domain/record.ts';
import { Claim } from '../../shared/domain/revalidation.ts';

const at = '2026-11-23T12:00:00.000Z';
const least: LedgerRecord = {
  revalidationId: 'RVL0123456789abcdef0123456789abcdef',
  phase: 'refused',
  owner: 'arn:aws:states:::execution:one',
  claimedAt: at,
  trail: [{ phase: 'refused', at }],
};

describe('a record', () => {
  test('may be of a request that never became a claim', () => {
    expect(LedgerRecord.parse(least)).toEqual(least);
  });

  test.each(['revalidationId', 'phase', 'owner', 'claimedAt', 'trail'])('is none without its %s', (field) => {
    expect(LedgerRecord.safeParse({ ...least, [field]: undefined }).success).toBe(false);
  });

  test.each(phases)('may be in the phase %s, and tell of it', (phase) => {
    expect(LedgerRecord.safeParse({ ...least, phase, trail: [{ phase, at }] }).success).toBe(true);
  });

  test('is in no other phase', () => {
    expect(LedgerRecord.safeParse({ ...least, phase: 'moving' }).success).toBe(false);
    expect(LedgerRecord.safeParse({ ...least, trail: [{ phase: 'moving', at }] }).success).toBe(false);
  });

  test('has a place for everything a claim says', () => {
    expect(Object.keys(LedgerRecord.shape)).toEqual(expect.arrayContaining(Object.keys(Claim.shape)));
  });

  test('is found by person and time under fields it has', () => {
    expect(Object.keys(LedgerRecord.shape)).toEqual(expect.arrayContaining([BY_PERSON.attribute, BY_PERSON.sort]));
  });
});

describe('the validation of a record', () => {
  test('is its id and what Truora said it uses', () => {
    const record = { ...least, validationId: 'VLD1', used: { deadline: at, threshold: 0.7 } };
    expect(validationOf(record)).toEqual({ validationId: 'VLD1', deadline: at, threshold: 0.7 });
  });

  test('is none as long as one of the two is missing', () => {
    expect(validationOf(least)).toBeUndefined();
    expect(validationOf({ ...least, validationId: 'VLD1' })).toBeUndefined();
    expect(validationOf({ ...least, used: { deadline: at } })).toBeUndefined();
  });
});
