import { describe, expect, test } from 'vitest';
import { declinedReasons, expiredReasons, Verdict } from '../../shared/domain/revalidation.ts';
import type { ValidationAnswer } from '../../shared/truora/schemas.ts';
import { undecided, verdictOf } from '../../shared/truora/verdict.ts';

const at = new Date('2026-11-23T10:00:10Z');
const decidedAt = at.toISOString();
const claim = { accountId: 'ana', enrollmentId: 'ENR1', requested: {} };
const validation = { validationId: 'VLD1', deadline: '2026-11-23T10:05:00.000Z' };
const pending: ValidationAnswer = { validation_id: 'VLD1', account_id: 'ana', validation_status: 'pending' };

type Changes = Partial<ValidationAnswer>;
const about = { claim, validation, at };
const read = (changes: Changes, told: typeof about = about) => {
  const verdict = verdictOf({ ...pending, ...changes }, told);
  if (verdict) expect(Verdict.parse(verdict)).toEqual(verdict);
  return verdict;
};
const face = (results: Record<string, unknown>) => ({
  validation_status: 'success',
  details: { face_recognition_validations: results },
});

describe('no verdict yet', () => {
  test.each([['pending'], ['processing'], ['brand_new_status'], ['SUCCESS'], ['']])(
    'while the status is %j',
    (status) => expect(read({ validation_status: status })).toBeUndefined(),
  );

  test('while only a reason stands there', () => {
    expect(read({ declined_reason: 'photo_of_photo' })).toBeUndefined();
    expect(read({ expired_reason: 'manual_review_expired' })).toBeUndefined();
  });
});

describe('approved', () => {
  test('is a success that holds what was asked for', () => {
    const results = {
      enrollment_id: 'ENR1',
      similarity_status: 'success',
      confidence_score: 0.97,
      passive_liveness_status: 'success',
    };
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    expect(read({ ...face(results), threshold: 0.8 }, asked)).toEqual({
      status: 'approved',
      similarity: 0.97,
      threshold: 0.8,
      decidedAt,
    });
  });

  test('is a success without details, when nothing special was asked for', () => {
    expect(read({ validation_status: 'success' })).toEqual({ status: 'approved', decidedAt });
  });

  test('is a success by a higher threshold than asked for', () => {
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    expect(read({ validation_status: 'success', threshold: 0.9 }, asked)?.status).toBe('approved');
  });

  test('takes the threshold of the creation when the verdict repeats none', () => {
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    const told = { ...asked, validation: { ...validation, threshold: 0.8 } };
    expect(read({ validation_status: 'success' }, told)?.status).toBe('approved');
    expect(read({ validation_status: 'success', threshold: 0.7 }, told)?.mismatch).toEqual(['threshold']);
  });

  test('is not what does not confirm the liveness that was asked for', () => {
    for (const requested of [{ subvalidations: ['passive_liveness' as const] }, { liveness: 'passive' as const }]) {
      const asked = { ...about, claim: { ...claim, requested } };
      expect(read({ validation_status: 'success' }, asked)).toMatchObject({
        status: 'failed',
        reason: 'verdict_mismatch',
        mismatch: ['passive_liveness'],
      });
      expect(read(face({ passive_liveness_status: 'success' }), asked)?.status).toBe('approved');
    }
  });

  test('is not a success whose own score stays below the threshold that was used', () => {
    const weak = face({ similarity_status: 'success', confidence_score: 0.64 });
    expect(read({ ...weak, threshold: 0.65 })?.mismatch).toEqual(['similarity']);
    expect(read({ ...weak, threshold: 0.64 })?.status).toBe('approved');
  });

  test('knows `match`, as Truora’s own SDK does', () => {
    expect(read(face({ similarity_status: 'match' }))?.status).toBe('approved');
  });
});

describe('a success that is anything less is a mismatch', () => {
  test.each<[string, Changes]>([
    ['validation_id', { validation_status: 'success', validation_id: 'VLD2' }],
    ['account_id', { validation_status: 'success', account_id: 'ben' }],
    ['enrollment_id', face({ enrollment_id: 'ENR2' })],
    ['declined_reason', { validation_status: 'success', declined_reason: 'photo_of_photo' }],
    ['expired_reason', { validation_status: 'success', expired_reason: 'manual_review_expired' }],
    ['similarity', face({ similarity_status: 'failure' })],
    ['similarity', face({ similarity_status: '' })],
    ['similarity', face({ similarity_status: 'brand_new_status' })],
    ['passive_liveness', face({ passive_liveness_status: 'failure' })],
    ['passive_liveness', face({ passive_liveness_status: 'pending' })],
  ])('%s: %j', (which, changes) => {
    expect(read(changes)).toEqual({ status: 'failed', reason: 'verdict_mismatch', mismatch: [which], decidedAt });
  });

  test.each([[0.79], [0], [undefined]])('a threshold of %j where 0.8 was asked for', (threshold) => {
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    const changes = { validation_status: 'success', ...(threshold === undefined ? {} : { threshold }) };
    expect(read(changes, asked)).toMatchObject({ reason: 'verdict_mismatch', mismatch: ['threshold'] });
  });

  test('and every fault is named', () => {
    const results = { enrollment_id: 'ENR2', similarity_status: 'failure', passive_liveness_status: 'failure' };
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    expect(read({ ...face(results), validation_id: 'VLD2', account_id: 'ben' }, asked)?.mismatch).toEqual([
      'validation_id',
      'account_id',
      'enrollment_id',
      'threshold',
      'similarity',
      'passive_liveness',
    ]);
  });

  test.each(['declined', 'expired', 'system_error'])('and so is a %s of somebody else', (failure_status) => {
    const changes = { validation_status: 'failure', failure_status, account_id: 'ben' };
    expect(read(changes)).toMatchObject({ reason: 'verdict_mismatch', mismatch: ['account_id'] });
  });
});

describe.each(['failure', 'failed', 'pending', 'success', 'brand_new_status'])(
  'a failure_status decides while the status says %s',
  (validation_status) => {
    test.each(declinedReasons)('declined with %s', (reason) => {
      const changes = { validation_status, failure_status: 'declined', declined_reason: reason };
      expect(read(changes)).toEqual({ status: 'declined', reason, decidedAt });
    });

    test.each(expiredReasons)('expired with %s', (reason) => {
      const changes = { validation_status, failure_status: 'expired', expired_reason: reason };
      expect(read(changes)).toEqual({ status: 'expired', reason, decidedAt });
    });

    test('broken at Truora', () => {
      expect(read({ validation_status, failure_status: 'system_error' })).toEqual({
        status: 'failed',
        reason: 'system_error',
        decidedAt,
      });
    });

    test('in a way nobody knows', () => {
      expect(read({ validation_status, failure_status: 'brand_new_failure' })).toEqual({
        status: 'failed',
        reason: 'unknown_reason',
        rawReason: 'brand_new_failure',
        decidedAt,
      });
    });
  },
);

describe('a reason that nobody knows', () => {
  const failure = (failure_status: string) => ({ validation_status: 'failure', failure_status });

  test.each([
    [{ ...failure('declined'), declined_reason: 'brand_new_reason' }, 'declined'],
    [{ ...failure('expired'), expired_reason: 'brand_new_reason' }, 'expired'],
    [{ validation_status: 'failure', declined_reason: 'brand_new_reason' }, 'declined'],
    [{ validation_status: 'failed', expired_reason: 'brand_new_reason' }, 'expired'],
  ])('is kept as it came: %j', (changes, status) => {
    expect(read(changes)).toEqual({ status, reason: 'unknown_reason', rawReason: 'brand_new_reason', decidedAt });
  });

  test.each(['Juan Pérez, 1.234.567', '<script>', 'UPPER', 'a'.repeat(65), 'a b', ''])(
    'is not kept when it is no code: %j',
    (raw) => {
      const verdict = read({ ...failure('declined'), declined_reason: raw });
      expect(verdict).toEqual({ status: 'declined', reason: 'unknown_reason', decidedAt });
    },
  );

  test('is not needed: %j', () => {
    expect(read(failure('declined'))).toEqual({ status: 'declined', reason: 'unknown_reason', decidedAt });
    expect(read(failure('expired'))).toEqual({ status: 'expired', reason: 'unknown_reason', decidedAt });
    expect(read({ validation_status: 'failure' })).toEqual({ status: 'failed', reason: 'unknown_reason', decidedAt });
  });

  test('of the other kind is none: an expired reason does not explain a decline', () => {
    const verdict = read({ ...failure('declined'), declined_reason: 'manual_review_expired' });
    expect(verdict).toMatchObject({ reason: 'unknown_reason', rawReason: 'manual_review_expired' });
  });
});

test('a decline stays a decline while the status says success and the sub-results say no', () => {
  const changes = { ...face({ similarity_status: 'failure' }), failure_status: 'declined' };
  expect(read({ ...changes, declined_reason: 'photo_of_photo' })?.reason).toBe('photo_of_photo');
});

test('a decline keeps its score', () => {
  const results = { similarity_status: 'failure', confidence_score: 0.41 };
  const changes = { ...face(results), validation_status: 'failure', failure_status: 'declined' };
  expect(read({ ...changes, declined_reason: 'similarity_threshold_not_passed', threshold: 0.65 })).toEqual({
    status: 'declined',
    reason: 'similarity_threshold_not_passed',
    similarity: 0.41,
    threshold: 0.65,
    decidedAt,
  });
});

test('the end without a verdict is ours', () => {
  const ours = { status: 'expired', reason: 'undecided_at_deadline', decidedAt };
  const saying = (validation_status: string) =>
    undecided({ validation_id: 'V', account_id: 'a', validation_status }, at);
  expect([saying('pending'), saying('processing'), saying('no <b>word</b>')]).toEqual([ours, ours, ours]);
  expect(saying('a_new_word')).toEqual({ ...ours, rawReason: 'a_new_word' });
});
