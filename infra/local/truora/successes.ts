import type { Scenario } from './behaviour.ts';

const mismatch = { status: 'failed', reason: 'verdict_mismatch' } as const;

/** How Truora says that the faces are not alike. */
export const similarityFailed = { similarity_status: 'failure', confidence_score: 0.41 };

/** Of the same account, and not the one that is named. */
const OTHER_ENROLLMENT = 'ENR0000000000000000000000000000ffff';

/** Stories in which Truora says success, and something in it is not what was asked for, or stands elsewhere or otherwise. */
export const successes: readonly Scenario[] = [
  {
    suffix: '-other-threshold',
    story: 'A success that was measured against a lower threshold than the one asked for.',
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
    behaves: { decided: { account_id: 'somebody-else' } },
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
    story: 'A success that never says how alike the faces are.',
    expected: { status: 'failed', reason: 'verdict_unconfirmed' },
    behaves: { similarity: 'never' },
  },
  {
    suffix: '-similarity-in-details',
    story: 'A success that says how alike the faces are only when its details are asked for.',
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
