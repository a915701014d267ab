import { declinedReasons, expiredReasons } from '../../../shared/domain/reasons.ts';
import { created, final, type Scenario } from './behaviour.ts';
import { failures } from './failures.ts';
import { liveScenarios } from './speech.ts';
import { similarityFailed, successes } from './successes.ts';

export type { Scenario } from './behaviour.ts';

const approved = { status: 'approved' } as const;

/** Truora's answers for a decline and an expiry (documented, and seen). */
const declined = (declined_reason?: string) => ({
  validation_status: 'failure',
  failure_status: 'declined',
  declined_reason,
});

const expired = (expired_reason?: string) => ({
  validation_status: 'failure',
  failure_status: 'expired',
  expired_reason,
});

const verdicts: readonly Scenario[] = [
  { suffix: '', story: 'The face is the enrolled one.', expected: approved },
  {
    suffix: '-declined',
    story: 'The face is not similar enough.',
    expected: { status: 'declined', reason: 'similarity_threshold_not_passed' },
    behaves: { decided: declined('similarity_threshold_not_passed'), face: similarityFailed },
  },
  ...declinedReasons.map((reason) => ({
    suffix: `-declined-${reason}`,
    story: `Truora declines with ${reason}.`,
    expected: { status: 'declined', reason } as const,
    behaves: { decided: declined(reason) },
  })),
  {
    suffix: '-declined-new',
    story: 'Truora declines with an unknown reason.',
    expected: { status: 'declined', reason: 'unknown_reason' },
    behaves: { decided: declined('brand_new_reason') },
  },
  {
    suffix: '-declined-silent',
    story: 'Truora declines without a reason (seen in its own figures).',
    expected: { status: 'declined', reason: 'unknown_reason' },
    behaves: { decided: declined() },
  },
  {
    suffix: '-declined-text',
    story: 'A decline whose score is a string.',
    expected: { status: 'declined', reason: 'similarity_threshold_not_passed' },
    behaves: {
      decided: declined('similarity_threshold_not_passed'),
      face: { similarity_status: 'failure', confidence_score: '0.41' },
    },
  },
  {
    suffix: '-declined-failed',
    story: 'The status is `failed`, which Truora’s own SDK also accepts.',
    expected: { status: 'declined', reason: 'no_face_detected' },
    behaves: { decided: { ...declined('no_face_detected'), validation_status: 'failed' } },
  },
  ...expiredReasons.map((reason) => ({
    suffix: `-expired-${reason}`,
    story: `Truora expires the validation with ${reason}, without a webhook.`,
    expected: { status: 'expired', reason } as const,
    behaves: { decided: expired(reason) },
  })),
  {
    suffix: '-expired-new',
    story: 'Truora expires the validation with an unknown reason.',
    expected: { status: 'expired', reason: 'unknown_reason' },
    behaves: { decided: expired('brand_new_reason') },
  },
  {
    suffix: '-system-error',
    story: 'Truora reports an error of its own.',
    expected: { status: 'failed', reason: 'system_error' },
    behaves: { decided: { validation_status: 'failure', failure_status: 'system_error' } },
  },
  {
    suffix: '-failure-new',
    story: 'The validation fails with an unknown status.',
    expected: { status: 'failed', reason: 'unknown_reason' },
    behaves: { decided: { validation_status: 'failure', failure_status: 'brand_new_failure' } },
  },
  {
    suffix: '-failure-silent',
    story: 'The validation fails without a status or reason.',
    expected: { status: 'failed', reason: 'unknown_reason' },
    behaves: { decided: { validation_status: 'failure' } },
  },
  {
    suffix: '-pending-declined',
    story: 'Declined, while the status is still pending.',
    expected: { status: 'declined', reason: 'similarity_threshold_not_passed' },
    behaves: { decided: { ...declined('similarity_threshold_not_passed'), validation_status: 'pending' } },
  },
  {
    suffix: '-pending-expired',
    story: 'Expired, while the status is still pending.',
    expected: { status: 'expired', reason: 'manual_review_expired' },
    behaves: { decided: { ...expired('manual_review_expired'), validation_status: 'pending' } },
  },
  {
    suffix: '-pending-system-error',
    story: 'An error of Truora, while the status is still pending.',
    expected: { status: 'failed', reason: 'system_error' },
    behaves: { decided: { validation_status: 'pending', failure_status: 'system_error' } },
  },
  {
    suffix: '-match',
    story: 'A success in another form: `match`, a score of 1, `typ` for the type (all seen).',
    expected: approved,
    behaves: {
      decided: { typ: 'face-recognition', type: undefined },
      face: { similarity_status: 'match', confidence_score: 1 },
    },
  },
  {
    suffix: '-processing',
    story: 'The status is `processing`, then success.',
    expected: approved,
    behaves: { meanwhile: { validation_status: 'processing' } },
  },
  { suffix: '-slow', story: 'Truora decides late.', expected: approved, behaves: { pace: 'slow' } },
  {
    suffix: '-never',
    story: 'Truora gets the media and never decides.',
    expected: { status: 'expired', reason: 'undecided_at_deadline' },
    needs: { timeoutSeconds: 2 },
    behaves: { pace: 'never' },
  },
];

const webhooks: readonly Scenario[] = (
  [
    ['lost', 'No webhook arrives.', []],
    ['created-only', 'Only the webhook of the creation arrives.', [created]],
    ['twice', 'The webhook of the verdict arrives twice.', [created, final, final]],
    ['late', 'The webhook arrives long after the verdict.', [created, { ...final, when: 'late' }]],
    ['early', 'The webhook arrives before the answer of the upload.', [created, { ...final, when: 'uploading' }]],
    ['disorder', 'The webhook of the creation arrives after the verdict.', [final, { ...created, when: 'late' }]],
    ['forged', 'A webhook with a wrong key, then the real one.', [created, { ...final, form: 'wrong key' }, final]],
    ['unsigned', 'A webhook with `alg: none`, then the real one.', [created, { ...final, form: 'unsigned' }, final]],
    ['wrapped', 'The webhook is wrapped in JSON.', [created, { ...final, form: 'in a wrapper' }]],
    ['batched', "The webhook also has another product's event.", [created, { ...final, form: 'in a batch' }]],
  ] as const
).map(([name, story, sendings]) => ({
  suffix: `-webhook-${name}`,
  story,
  expected: approved,
  modes: ['callback'],
  behaves: { webhooks: sendings },
}));

const enrollments: readonly Scenario[] = [
  {
    suffix: '-enrollment-odd',
    story: 'The enrollment is in an unknown state.',
    expected: { status: 'refused', reason: 'enrollment_not_ready' },
    behaves: { enrollment: ['archived'] },
  },
  {
    suffix: '-enrollment-pending',
    story: 'The enrollment waits for its first validation.',
    expected: { status: 'refused', reason: 'enrollment_pending' },
    behaves: { enrollment: ['pending'] },
  },
  {
    suffix: '-enrollment-later',
    story: 'The enrollment is pending at the first two reads, then ready.',
    expected: approved,
    behaves: { enrollment: ['pending', 'pending', 'success'] },
  },
  {
    suffix: '-enrollment-failure',
    story: 'The enrollment failed.',
    expected: { status: 'refused', reason: 'enrollment_failed' },
    behaves: { enrollment: ['failure'] },
  },
  {
    suffix: '-enrollment-unknown',
    story: 'Truora does not know the enrollment.',
    expected: { status: 'refused', reason: 'enrollment_unknown' },
    behaves: { enrollment: ['unknown'] },
  },
  {
    suffix: '-enrollment-other',
    story: "The enrollment is another person's.",
    expected: { status: 'refused', reason: 'enrollment_of_another_account' },
    behaves: { enrollment: ['other'] },
  },
];

/** All scenarios of drops. To add one, add an entry here, or in successes.ts or failures.ts; one of a live capture in speech.ts. */
export const scenarios: readonly Scenario[] = [...verdicts, ...successes, ...webhooks, ...enrollments, ...failures];

const longestFirst = [...scenarios, ...liveScenarios].sort((a, b) => b.suffix.length - a.suffix.length);

/** The scenario of an account: the longest suffix of its id. Every id ends with the empty suffix, which is approved. */
export const scenarioOf = (accountId: string): Scenario =>
  longestFirst.find(({ suffix }) => accountId.endsWith(suffix)) as Scenario;
