import { describe, expect, test } from 'vitest';
import { phases } from '../../shared/domain/lifecycle.ts';
import { BY_PERSON, isDifferentRequest, LedgerRecord, validationOf } from '../../shared/domain/record.ts';
import type { Options } from '../../shared/domain/request.ts';
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
  test('may belong to a request that never became a claim', () => {
    expect(LedgerRecord.parse(least)).toEqual(least);
  });

  test.each(['revalidationId', 'phase', 'owner', 'claimedAt', 'trail'])('does not parse without its %s', (field) => {
    expect(LedgerRecord.safeParse({ ...least, [field]: undefined }).success).toBe(false);
  });

  test.each(phases)('may be in the phase %s, and keeps it', (phase) => {
    expect(LedgerRecord.safeParse({ ...least, phase, trail: [{ phase, at }] }).success).toBe(true);
  });

  test('does not parse in any other phase', () => {
    expect(LedgerRecord.safeParse({ ...least, phase: 'moving' }).success).toBe(false);
    expect(LedgerRecord.safeParse({ ...least, trail: [{ phase: 'moving', at }] }).success).toBe(false);
  });

  test('keeps a field for everything in a claim', () => {
    expect(Object.keys(LedgerRecord.shape)).toEqual(expect.arrayContaining(Object.keys(Claim.shape)));
  });

  test('keeps the fields of the index by person and time', () => {
    expect(Object.keys(LedgerRecord.shape)).toEqual(expect.arrayContaining([BY_PERSON.attribute, BY_PERSON.sort]));
  });
});

describe('the validation of a record', () => {
  test('holds its id and what Truora returned', () => {
    const record = { ...least, validationId: 'VLD1', used: { deadline: at, threshold: 0.7 } };
    expect(validationOf(record)).toEqual({ validationId: 'VLD1', deadline: at, threshold: 0.7 });
  });

  test('does not exist while one of the two is missing', () => {
    expect(validationOf(least)).toBeUndefined();
    expect(validationOf({ ...least, validationId: 'VLD1' })).toBeUndefined();
    expect(validationOf({ ...least, used: { deadline: at } })).toBeUndefined();
  });
});

describe('a request', () => {
  const existing = { enrollmentId: 'ENR1', requested: { threshold: 0.5 } };

  test.each([
    [{ threshold: 0.5 }, false],
    [{ threshold: 0.5, resultMode: 'poll' as const }, false],
    [{ threshold: 0.51 }, true],
    [{}, true],
    [{ threshold: 0.5, timeoutSeconds: 60 }, true],
  ])('with %j is another one: %s', (requested, other) => {
    expect(isDifferentRequest(existing, { enrollmentId: 'ENR1', requested })).toBe(other);
    expect(isDifferentRequest(existing, { enrollmentId: 'ENR2', requested })).toBe(true);
  });

  test('stays the same in any order of its fields', () => {
    const requested = { timeoutSeconds: 60, threshold: 0.5 };
    const turned = { threshold: 0.5, timeoutSeconds: 60 };
    expect(isDifferentRequest({ enrollmentId: 'E', requested }, { enrollmentId: 'E', requested: turned })).toBe(false);
  });

  test.each<[Options, Options]>([
    [{ subvalidations: ['passive_liveness', 'similarity'] }, { subvalidations: ['similarity', 'passive_liveness'] }],
    [{ liveness: 'passive' }, { subvalidations: ['similarity', 'passive_liveness'] }],
    [{ liveness: 'disabled' }, { subvalidations: ['similarity'] }],
    [{}, { resultMode: 'poll' }],
  ])('with %j is the same as with %j, because the same would be sent', (one, other) => {
    expect(isDifferentRequest({ enrollmentId: 'E', requested: one }, { enrollmentId: 'E', requested: other })).toBe(
      false,
    );
    expect(isDifferentRequest({ enrollmentId: 'E', requested: other }, { enrollmentId: 'E', requested: one })).toBe(
      false,
    );
    const more = { ...other, threshold: 0.5 };
    expect(isDifferentRequest({ enrollmentId: 'E', requested: one }, { enrollmentId: 'E', requested: more })).toBe(
      true,
    );
  });

  test('names a retry by our id or by Truora’s, and by no other', () => {
    const live = { liveness: 'passive' as const };
    const retry = { ...existing, requested: { ...live, retryOf: 'VLD1' }, linkedTo: 'RVL1' };
    const asks = (retryOf: string) => isDifferentRequest(retry, { ...existing, requested: { ...live, retryOf } });
    expect(['VLD1', 'RVL1', 'VLD2', 'RVL2'].map(asks)).toEqual([false, false, true, true]);
    expect(isDifferentRequest(retry, { ...existing, requested: live })).toBe(true);
  });

  test('that was refused before its claim is the same as its drop', () => {
    expect(isDifferentRequest({ enrollmentId: 'ENR1', requested: undefined }, existing)).toBe(false);
  });
});
