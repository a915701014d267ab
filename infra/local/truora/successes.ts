import type { Scenario } from './behaviour.ts';

const mismatch = { status: 'failed', reason: 'verdict_mismatch' } as const;

/** Truora's sub-results for faces that are not similar. */
export const similarityFailed = { similarity_status: 'failure', confidence_score: 0.41 };

/** Another enrollment of the same account. */
const OTHER_ENROLLMENT = 'ENR0000000000000000000000000000ffff';

/** Scenarios in which Truora answers success with a value that was not requested, or in another form. */
export const successes: readonly Scenario[] = [
  {
    suffix: '-other-threshold',
    story: 'A success with a lower threshold than requested.',
    expected: mismatch,
    needs: { threshold: 0.8 },
    behaves: { threshold: (requested) => Math.min(0.1, (requested ?? 1) / 2) },
  },
  {
    suffix: '-other-enrollment',
    story: 'A success against the face of another enrollment, which Truora lists.',
    expected: { status: 'failed', reason: 'verdict_of_another_enrollment' },
    behaves: { face: { enrollment_id: OTHER_ENROLLMENT }, others: [OTHER_ENROLLMENT] },
  },
  {
    suffix: '-other-account',
    story: 'A success of another person.',
    expected: mismatch,
    behaves: { decided: { account_id: 'another-account' } },
  },
  {
    suffix: '-other-validation',
    story: 'A success of another validation.',
    expected: mismatch,
    behaves: { decided: { validation_id: 'VLD0000000000000000000000000000ffff' } },
  },
  {
    suffix: '-weak-similarity',
    story: 'A success whose similarity failed.',
    expected: mismatch,
    behaves: { face: similarityFailed },
  },
  {
    suffix: '-no-similarity',
    story: 'A success that never has a similarity.',
    expected: { status: 'failed', reason: 'verdict_unconfirmed' },
    behaves: { similarity: 'never' },
  },
  {
    suffix: '-similarity-in-details',
    story: 'A success that has a similarity only in its details.',
    expected: { status: 'approved' },
    behaves: { similarity: 'detailed' },
  },
  {
    suffix: '-percent',
    story: 'A success whose score and threshold are in percent.',
    expected: mismatch,
    behaves: { decided: { threshold: 65 }, face: { confidence_score: 97 } },
  },
  {
    suffix: '-capitals',
    story: 'A success in capitals.',
    expected: { status: 'approved' },
    behaves: { decided: { validation_status: 'SUCCESS' }, face: { similarity_status: 'SUCCESS' } },
  },
  {
    suffix: '-weak-liveness',
    story: 'A success whose liveness failed.',
    expected: mismatch,
    behaves: { face: { passive_liveness_status: 'failure' } },
  },
];
