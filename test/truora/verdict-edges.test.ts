import { describe, expect, test } from 'vitest';
import { recordedFieldsOf } from '../../shared/truora/recorded-fields.ts';
import type { ValidationAnswer } from '../../shared/truora/schemas.ts';
import { isShare, kept } from '../../shared/truora/score.ts';
import { isKnownStatus, retriedAt, verdictOf } from '../../shared/truora/verdict.ts';

const answer = (more: Partial<ValidationAnswer> = {}): ValidationAnswer => ({
  validation_id: 'VLD1',
  account_id: 'ana',
  validation_status: 'success',
  ...more,
});

const details = (more: object) => ({ details: { face_recognition_validations: more } });

const alike = details({ similarity_status: 'success', confidence_score: 0.97 });

test('a threshold or a score is a number from 0 to 1, both included', () => {
  expect([0, 0.5, 1].map(isShare)).toEqual([true, true, true]);
  expect([-0.01, 1.01, Number.NaN, undefined].map(isShare)).toEqual([false, false, false, false]);
});

test('a score is kept as 0 where the ledger could not hold it', () => {
  expect([1e-200, -1e-200, 1e-6, 1].map(kept)).toEqual([0, 0, 1e-6, 1]);
});

test.each<[object, object]>([
  [{ status: 'found' }, { faceSearch: { status: 'found' } }],
  [{ confidence_score: 0.4 }, { faceSearch: { similarity: 0.4 } }],
  [{ status: 'found', confidence_score: 40 }, { faceSearch: { status: 'found' } }],
  [{ confidence_score: 40 }, {}],
  [{}, {}],
])('a search with the result %j is kept as %j', (face_search, seen) => {
  expect(recordedFieldsOf(answer(details({ face_search })))).toEqual(seen);
});

test('only the numbers of an answer are kept', () => {
  expect(recordedFieldsOf(answer({ threshold: 0.7, ...alike }))).toEqual({ similarity: 0.97, threshold: 0.7 });
  expect(recordedFieldsOf(answer({ threshold: 70, ...details({ confidence_score: 97 }) }))).toEqual({});
  expect([recordedFieldsOf(answer()), recordedFieldsOf(answer({ details: {} }))]).toEqual([{}, {}]);
});

test('the known statuses are those of an open and of an ended validation', () => {
  const known = ['pending', 'processing', 'success', 'failure', 'failed', '', 'done'].filter((validation_status) =>
    isKnownStatus(answer({ validation_status })),
  );
  expect(known).toEqual(['pending', 'processing', 'success', 'failure', 'failed']);
});

describe('a success', () => {
  const about = {
    claim: { accountId: 'ana', enrollmentId: 'ENR1', requested: {} },
    validation: { validationId: 'VLD1', deadline: '2026-11-23T10:05:00.000Z' },
    floor: 0.65,
    at: new Date('2026-11-23T10:00:10Z'),
  };

  test.each(['my face-recognition', 'face-recognition-of-documents', 'face--recognition'])(
    'of the type %s is not ours',
    (type) => expect(verdictOf(answer({ ...alike, type }), about)?.mismatch).toEqual(['type']),
  );

  test.each([undefined, 'success'])('with the result %s of its speech is approved', (speech_match_status) => {
    const said = details({ similarity_status: 'success', confidence_score: 0.97, speech_match_status });
    expect(verdictOf(answer(said), about)?.status).toBe('approved');
  });

  test.each(['failure', 'pending', 'match', ''])('with the result "%s" of its speech is no success', (word) => {
    const said = details({ similarity_status: 'success', confidence_score: 0.97, speech_match_status: word });
    expect(verdictOf(answer(said), about)).toMatchObject({ status: 'failed', mismatch: ['speech_match'] });
  });

  test('against another enrollment states what to do about it', () => {
    const other = details({ similarity_status: 'success', confidence_score: 0.97, enrollment_id: 'ENR2' });
    expect(verdictOf(answer(other), about)?.detail).toBe(
      'enrollmentId: Truora compared the face with another enrollment of this account; ' +
        'use that one, or delete it at Truora, and start a new validation',
    );
  });
});

describe('a validation that only Truora knows', () => {
  test.each<[string, Partial<ValidationAnswer>, string]>([
    ['was declined', { validation_status: 'failure', failure_status: 'declined' }, 'declined'],
    ['says why it was declined', { validation_status: 'failure', declined_reason: 'no_face_detected' }, 'declined'],
    [
      'expired, with the fields of a decline',
      { validation_status: 'failure', failure_status: 'expired', declined_reason: 'no_face_detected' },
      'expired',
    ],
    ['broke at Truora', { validation_status: 'success', failure_status: 'system_error' }, 'failed'],
    ['is a failure', { validation_status: 'failure' }, 'failed'],
    ['failed', { validation_status: 'failed' }, 'failed'],
    ['is a success', { validation_status: 'success' }, 'approved'],
    ['is open', { validation_status: 'pending' }, 'open'],
    ['says an unknown word', { validation_status: 'done' }, 'open'],
  ])('and %s can be retried', (_, more, end) => {
    expect(retriedAt(answer(more))).toMatchObject({ accountId: 'ana', end });
  });

  test('had its liveness checked where it says so', () => {
    expect(retriedAt(answer(details({ passive_liveness_status: 'failure' }))).hadLiveness).toBe(true);
    for (const bare of [{}, { details: {} }, details({})]) {
      expect(retriedAt(answer(bare)).hadLiveness).toBeUndefined();
    }
  });

  test('ended at its own time, if that is a time', () => {
    const at = (processing_finish_date?: string) =>
      retriedAt(answer(processing_finish_date === undefined ? {} : { processing_finish_date })).declinedAt;
    expect([at('2026-11-23T10:00:00Z'), at('today'), at(''), at()]).toEqual([
      '2026-11-23T10:00:00Z',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
