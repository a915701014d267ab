import { describe, expect, test } from 'vitest';
import { declinedReasons, expiredReasons } from '../../shared/domain/reasons.ts';
import { Verdict } from '../../shared/domain/revalidation.ts';
import { ValidationAnswer } from '../../shared/truora/schemas.ts';
import { undecided, verdictOf } from '../../shared/truora/verdict.ts';

const at = new Date('2026-11-23T10:00:10Z');

const decidedAt = at.toISOString();

const claim = { accountId: 'ana', enrollmentId: 'ENR1', requested: {} };

const validation = { validationId: 'VLD1', deadline: '2026-11-23T10:05:00.000Z' };

const pending: ValidationAnswer = { validation_id: 'VLD1', account_id: 'ana', validation_status: 'pending' };

type Changes = Partial<ValidationAnswer>;

const about = { claim, validation, floor: 0.65, at };

const read = (changes: Changes, told: typeof about = about) => {
  const verdict = verdictOf({ ...pending, ...changes }, told);
  if (verdict) expect(Verdict.parse(verdict)).toEqual(verdict);
  return verdict;
};

/** What Truora's answer means once it was read, as it comes: nothing of it need be what is documented. */
const heard = (said: object, told: typeof about = about) => {
  const { data } = ValidationAnswer.safeParse({ validation_id: 'VLD1', account_id: 'ana', ...said });
  return data && read(data, told);
};

const details = (more: object) => ({
  face_recognition_validations: { similarity_status: 'success', confidence_score: 0.97, ...more },
});

const good = { validation_status: 'success', threshold: 0.65, details: details({}) };

const face = (results: Record<string, unknown>) => ({
  validation_status: 'success',
  details: { face_recognition_validations: results },
});

/** A success that says how alike the faces are, and more or otherwise. */
const alike = (results: Record<string, unknown> = {}) =>
  face({ similarity_status: 'success', confidence_score: 0.97, ...results });

describe('no verdict', () => {
  test.each([['pending'], ['processing'], ['brand_new_status'], ['SUCCESS'], ['']])(
    'exists while the status is %j',
    (status) => expect(read({ validation_status: status })).toBeUndefined(),
  );

  test('exists while only a reason is given', () => {
    expect(read({ declined_reason: 'photo_of_photo' })).toBeUndefined();
    expect(read({ expired_reason: 'manual_review_expired' })).toBeUndefined();
  });
});

describe('an approval', () => {
  test('needs a success that holds what was requested', () => {
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

  test('accepts a success without a threshold, by the floor', () => {
    expect(read(alike())).toEqual({ status: 'approved', similarity: 0.97, threshold: 0.65, decidedAt });
  });

  test('accepts a higher threshold than requested when the score reaches it', () => {
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    expect(read({ ...alike(), threshold: 0.9 }, asked)).toMatchObject({ status: 'approved', threshold: 0.9 });
    expect(read({ ...alike(), threshold: 0.98 }, asked)?.mismatch).toEqual(['similarity']);
  });

  test('takes the threshold of the creation when the verdict has none', () => {
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    const told = { ...asked, validation: { ...validation, threshold: 0.9 } };
    expect(read(alike(), told)).toMatchObject({ status: 'approved', threshold: 0.9 });
    expect(read(alike({ confidence_score: 0.85 }), told)?.mismatch).toEqual(['similarity']);
    expect(read({ ...alike(), threshold: 0.7 }, told)?.mismatch).toEqual(['threshold']);
    const low = { ...asked, validation: { ...validation, threshold: 0.7 } };
    expect(read(alike(), low)?.mismatch).toEqual(['threshold']);
  });

  test('needs the requested liveness to be confirmed', () => {
    for (const requested of [{ subvalidations: ['passive_liveness' as const] }, { liveness: 'passive' as const }]) {
      const asked = { ...about, claim: { ...claim, requested } };
      expect(read(alike(), asked)).toMatchObject({
        status: 'failed',
        reason: 'verdict_mismatch',
        mismatch: ['passive_liveness'],
      });
      expect(read(alike({ passive_liveness_status: 'success' }), asked)?.status).toBe('approved');
    }
  });

  test('needs a score that reaches the used threshold and the floor', () => {
    const weak = alike({ confidence_score: 0.66 });
    expect(read({ ...weak, threshold: 0.67 })?.mismatch).toEqual(['similarity']);
    expect(read({ ...weak, threshold: 0.66 })?.status).toBe('approved');
    expect(read(alike({ confidence_score: 0.64 }))?.mismatch).toEqual(['similarity']);
    expect(read(alike({ confidence_score: 0.66 }), { ...about, floor: 0.7 })?.mismatch).toEqual(['similarity']);
  });

  test('accepts `match`, as Truora’s own SDK does', () => {
    expect(read(alike({ similarity_status: 'match' }))?.status).toBe('approved');
  });

  test.each([[0.7], [0.65], [0.8], [0.123_456_789]])('accepts a success by %d in single precision', (asked) => {
    const told = { ...about, floor: 0, claim: { ...claim, requested: { threshold: asked } } };
    const echoed = { ...alike({ confidence_score: Math.fround(asked) }), threshold: Math.fround(asked) };
    expect(read(echoed, told)).toMatchObject({ status: 'approved' });
    expect(read({ ...echoed, threshold: asked - 1e-6 }, told)?.mismatch).toEqual(['threshold']);
    expect(read({ ...echoed, ...alike({ confidence_score: asked - 1e-6 }) }, told)?.mismatch).toEqual(['similarity']);
  });

  test('never states a threshold below the requested one', () => {
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.7 } } };
    expect(read({ ...alike(), threshold: 0.699999988 }, asked)).toMatchObject({ status: 'approved', threshold: 0.7 });
  });

  test('keeps the result of a search among known faces, which decides nothing', () => {
    const search = (face_search: unknown) => heard({ ...good, details: details({ face_search }) });
    expect(search({ status: 'Found', confidence_score: 0.91 })).toMatchObject({
      status: 'approved',
      faceSearch: { status: 'found', similarity: 0.91 },
    });
    for (const nothing of [{}, 'found', [], 7, { status: 'No <b>', confidence_score: 41 }]) {
      expect(search(nothing)).toEqual({ status: 'approved', similarity: 0.97, threshold: 0.65, decidedAt });
    }
  });
});

describe('a success without a similarity is unconfirmed', () => {
  test.each<[string, Changes]>([
    ['without details', { validation_status: 'success' }],
    ['without sub-results', { validation_status: 'success', details: {} }],
    ['with liveness alone', face({ passive_liveness_status: 'success' })],
    ['with a status and no score', face({ similarity_status: 'success' })],
    ['with a score and no status', face({ confidence_score: 0.97 })],
  ])('with %s', (_, changes) => {
    const asked = { ...about, claim: { ...claim, requested: { subvalidations: ['passive_liveness' as const] } } };
    for (const told of [about, asked]) {
      expect(read(changes, told)).toMatchObject({ status: 'failed', reason: 'verdict_unconfirmed', decidedAt });
    }
  });

  test('unless a part of it contradicts the request', () => {
    expect(read({ validation_status: 'success', threshold: 0.5 })?.mismatch).toEqual(['threshold']);
    expect(read(face({ similarity_status: 'failure' }))?.mismatch).toEqual(['similarity']);
    expect(read(face({ confidence_score: 0.41 }))?.mismatch).toEqual(['similarity']);
  });
});

describe('a success with a contradiction is a mismatch', () => {
  test.each<[string, Changes]>([
    ['validation_id', { ...alike(), validation_id: 'VLD2' }],
    ['account_id', { ...alike(), account_id: 'ben' }],
    ['account_id', { ...alike(), account_id: 'ANA' }],
    ['account_id', { ...alike(), account_id: undefined }],
    ['type', { ...alike(), type: '' }],
    ['type', { ...alike(), type: 'document-validation' }],
    ['type', { ...alike(), typ: 'document-validation' }],
    ['failure_status', { ...alike(), failure_status: '' }],
    ['declined_reason', { ...alike(), declined_reason: 'photo_of_photo' }],
    ['expired_reason', { ...alike(), expired_reason: 'manual_review_expired' }],
    ['threshold', { ...alike(), threshold: 65 }],
    ['threshold', { ...alike(), threshold: 1e300 }],
    ['threshold', { ...alike(), threshold: Number.NaN }],
    ['threshold', { ...alike(), threshold: -0.1 }],
    ['similarity', alike({ similarity_status: 'failure' })],
    ['similarity', alike({ similarity_status: '' })],
    ['similarity', alike({ similarity_status: 'brand_new_status' })],
    ['similarity', alike({ confidence_score: 41 })],
    ['similarity', alike({ confidence_score: 97 })],
    ['similarity', alike({ confidence_score: -1 })],
    ['similarity', alike({ confidence_score: 1.5 })],
    ['similarity', alike({ confidence_score: 0 })],
    ['similarity', alike({ confidence_score: Number.NaN })],
    ['passive_liveness', alike({ passive_liveness_status: 'failure' })],
    ['passive_liveness', alike({ passive_liveness_status: 'pending' })],
  ])('with %s: %j', (which, changes) => {
    expect(read(changes)).toMatchObject({ status: 'failed', reason: 'verdict_mismatch', mismatch: [which], decidedAt });
  });

  test.each(['face_recognition', 'face recognition', 'facerecognition'])(
    'but not when the type is spelled %s',
    (type) => {
      expect(read({ ...alike(), type })?.status).toBe('approved');
    },
  );

  test.each([[0.79], [0]])('with a threshold of %j where 0.8 was requested', (threshold) => {
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    expect(read({ ...alike(), threshold }, asked)).toMatchObject({
      reason: 'verdict_mismatch',
      mismatch: ['threshold'],
    });
  });

  test.each([[{ type: ['document-validation'] }], [{ typ: 7 }]])('with a type that cannot be read: %j', (type) => {
    expect(heard({ ...good, ...type })).toMatchObject({ reason: 'verdict_mismatch', mismatch: ['type'] });
  });

  test('and every contradiction is named', () => {
    const results = { enrollment_id: 'ENR2', similarity_status: 'failure', passive_liveness_status: 'failure' };
    const asked = { ...about, claim: { ...claim, requested: { threshold: 0.8 } } };
    const told = { ...face(results), validation_id: 'VLD2', account_id: 'ben', threshold: 0.7 };
    expect(read(told, asked)).toMatchObject({
      reason: 'verdict_mismatch',
      mismatch: ['validation_id', 'account_id', 'enrollment_id', 'threshold', 'similarity', 'passive_liveness'],
    });
  });

  test('against another enrollment has a reason of its own, and states what to do', () => {
    expect(read(alike({ enrollment_id: 'ENR2' }))).toMatchObject({
      status: 'failed',
      reason: 'verdict_of_another_enrollment',
      mismatch: ['enrollment_id'],
      detail: expect.stringMatching(/^enrollmentId: .*another enrollment/),
    });
    expect(read(alike({ enrollment_id: '' }))).toMatchObject({ reason: 'verdict_mismatch' });
  });

  test.each(['declined', 'expired', 'system_error'])(
    'about another account is no verdict when it is a %s',
    (failure_status) => {
      const changes = { validation_status: 'failure', failure_status, account_id: 'ben' };
      expect(read(changes)).toMatchObject({ reason: 'verdict_mismatch', mismatch: ['account_id'] });
    },
  );

  test("about no named account counts when it is no success: the id of the validation is the case's own", () => {
    const changes = { validation_status: 'failure', failure_status: 'expired', account_id: undefined };
    expect(read(changes)).toEqual({ status: 'expired', reason: expect.any(String), decidedAt });
  });
});

describe.each(['failure', 'failed', 'pending', 'success', 'brand_new_status'])(
  'a failure_status decides while the status is %s',
  (validation_status) => {
    test.each(declinedReasons)('declines with %s', (reason) => {
      const changes = { validation_status, failure_status: 'declined', declined_reason: reason };
      expect(read(changes)).toEqual({ status: 'declined', reason, decidedAt });
    });

    test.each(expiredReasons)('expires with %s', (reason) => {
      const changes = { validation_status, failure_status: 'expired', expired_reason: reason };
      expect(read(changes)).toEqual({ status: 'expired', reason, decidedAt });
    });

    test('fails with a system error of Truora', () => {
      expect(read({ validation_status, failure_status: 'system_error' })).toEqual({
        status: 'failed',
        reason: 'system_error',
        decidedAt,
      });
    });

    test('fails with an unknown word', () => {
      expect(read({ validation_status, failure_status: 'brand_new_failure' })).toEqual({
        status: 'failed',
        reason: 'unknown_reason',
        rawReason: 'brand_new_failure',
        decidedAt,
      });
    });
  },
);

describe('an unknown reason', () => {
  const failure = (failure_status: string) => ({ validation_status: 'failure', failure_status });

  test.each([
    [{ ...failure('declined'), declined_reason: 'brand_new_reason' }, 'declined'],
    [{ ...failure('expired'), expired_reason: 'brand_new_reason' }, 'expired'],
    [{ validation_status: 'failure', declined_reason: 'brand_new_reason' }, 'declined'],
    [{ validation_status: 'failed', expired_reason: 'brand_new_reason' }, 'expired'],
  ])('stays unchanged: %j', (changes, status) => {
    expect(read(changes)).toEqual({ status, reason: 'unknown_reason', rawReason: 'brand_new_reason', decidedAt });
  });

  test.each(['Juan Pérez, 1.234.567', '<script>', 'UPPER', 'a'.repeat(65), 'a b', ''])(
    'gives way when it is no code: %j',
    (raw) => {
      const verdict = read({ ...failure('declined'), declined_reason: raw });
      expect(verdict).toEqual({ status: 'declined', reason: 'unknown_reason', decidedAt });
    },
  );

  test('may be absent: %j', () => {
    expect(read(failure('declined'))).toEqual({ status: 'declined', reason: 'unknown_reason', decidedAt });
    expect(read(failure('expired'))).toEqual({ status: 'expired', reason: 'unknown_reason', decidedAt });
    expect(read({ validation_status: 'failure' })).toEqual({ status: 'failed', reason: 'unknown_reason', decidedAt });
  });

  test('of the other kind is dropped: an expired reason does not explain a decline', () => {
    const verdict = read({ ...failure('declined'), declined_reason: 'manual_review_expired' });
    expect(verdict).toMatchObject({ reason: 'unknown_reason', rawReason: 'manual_review_expired' });
  });
});

test('a decline stays a decline while the status is success and the sub-results are not', () => {
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

test('a wait that ends without a verdict fails on our side', () => {
  const ours = { status: 'expired', reason: 'undecided_at_deadline', decidedAt };
  const saying = (validation_status: string) =>
    undecided({ validation_id: 'V', account_id: 'a', validation_status }, at);
  expect([saying('pending'), saying('processing'), saying('no <b>word</b>')]).toEqual([ours, ours, ours]);
  expect(saying('a_new_word')).toEqual({ ...ours, rawReason: 'a_new_word' });
});

describe('an answer in another form', () => {
  const no = { validation_status: 'failure', failure_status: 'declined', declined_reason: 'photo_of_photo' };
  const junk = [[], {}, '', 'x', '0.65', 7, true, 1e300, [1], { a: 1 }];

  test.each(['threshold', 'details', 'type', 'instructions', 'file_upload_link', 'creation_date', 'expired_reason'])(
    'costs no decline, no expiry and no system error: %s',
    (field) => {
      for (const said of junk) {
        expect(heard({ ...no, [field]: said })).toMatchObject({ status: 'declined', reason: 'photo_of_photo' });
        expect(heard({ ...no, failure_status: 'expired', [field]: said })?.status).toBe('expired');
        expect(heard({ ...no, failure_status: 'system_error', [field]: said })?.reason).toBe('system_error');
      }
    },
  );

  test('keeps a decline without a score and a threshold that are texts', () => {
    const texts = details({ similarity_status: 'failure', confidence_score: '0.41' });
    expect(heard({ ...no, threshold: '0.65', details: texts })).toEqual({
      status: 'declined',
      reason: 'photo_of_photo',
      decidedAt,
    });
    expect(heard({ ...no, details: [] })).toMatchObject({ status: 'declined' });
  });

  test('makes a success with a text for a number a mismatch at once', () => {
    expect(heard({ ...good, details: details({ confidence_score: '0.97' }) })?.mismatch).toEqual(['similarity']);
    expect(heard({ ...good, threshold: '0.65' })?.mismatch).toEqual(['threshold']);
    expect(heard({ ...good, details: [] })?.reason).toBe('verdict_unconfirmed');
  });

  test('accepts a word in capitals', () => {
    expect(
      heard({ ...good, validation_status: 'SUCCESS', details: details({ similarity_status: 'Match' }) })?.status,
    ).toBe('approved');
    const loud = { validation_status: 'Failed', failure_status: 'DECLINED', declined_reason: 'PHOTO_OF_PHOTO' };
    expect(heard(loud)).toMatchObject({ status: 'declined', reason: 'photo_of_photo' });
  });

  test('approves nothing when a failure_status or a reason cannot be read', () => {
    for (const said of [[], {}, 7, true]) {
      expect(heard({ ...good, failure_status: said })?.mismatch).toEqual(['failure_status']);
      expect(heard({ ...good, declined_reason: said })?.mismatch).toEqual(['declined_reason']);
      expect(heard({ ...no, validation_status: 'pending', failure_status: said })).toBeUndefined();
    }
  });

  test('decides by one of the two statuses; without either there is no answer', () => {
    expect(heard({ failure_status: 'declined' })?.status).toBe('declined');
    expect(heard({ ...no, validation_status: 7 })?.status).toBe('declined');
    for (const said of [{}, { validation_status: 7 }, { validation_status: '' }, { failure_status: [] }]) {
      expect(ValidationAnswer.safeParse({ validation_id: 'VLD1', account_id: 'ana', ...said }).success).toBe(false);
    }
  });

  test('keeps a score as 0 when it is so near to 0 that the ledger could not hold it', () => {
    expect(heard({ ...no, threshold: 1e-200, details: details({ confidence_score: 1e-150 }) })).toMatchObject({
      status: 'declined',
      similarity: 0,
      threshold: 0,
    });
  });
});
