import { declinedReasons, expiredReasons } from '../../../shared/domain/reasons.ts';
import { created, final, type Scenario } from './behaviour.ts';
import { failures } from './failures.ts';
import { similarityFailed, successes } from './successes.ts';

export type { Scenario } from './behaviour.ts';

const approved = { status: 'approved' } as const;

/** Documented and seen: how Truora says no, and that time ran out. */
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
    story: 'Truora declines for a reason that nobody has heard of.',
    expected: { status: 'declined', reason: 'unknown_reason' },
    behaves: { decided: declined('brand_new_reason') },
  },
  {
    suffix: '-declined-silent',
    story: 'Truora declines and gives no reason, as was seen in its own figures.',
    expected: { status: 'declined', reason: 'unknown_reason' },
    behaves: { decided: declined() },
  },
  {
    suffix: '-declined-text',
    story: 'A decline whose score is a text.',
    expected: { status: 'declined', reason: 'similarity_threshold_not_passed' },
    behaves: {
      decided: declined('similarity_threshold_not_passed'),
      face: { similarity_status: 'failure', confidence_score: '0.41' },
    },
  },
  {
    suffix: '-declined-failed',
    story: 'Truora spells the status `failed`, as its own SDK expects it may.',
    expected: { status: 'declined', reason: 'no_face_detected' },
    behaves: { decided: { ...declined('no_face_detected'), validation_status: 'failed' } },
  },
  ...expiredReasons.map((reason) => ({
    suffix: `-expired-${reason}`,
    story: `Truora runs out of time with ${reason}, and sends no webhook about it.`,
    expected: { status: 'expired', reason } as const,
    behaves: { decided: expired(reason) },
  })),
  {
    suffix: '-expired-new',
    story: 'Truora runs out of time for a reason that nobody has heard of.',
    expected: { status: 'expired', reason: 'unknown_reason' },
    behaves: { decided: expired('brand_new_reason') },
  },
  {
    suffix: '-system-error',
    story: 'Truora itself breaks.',
    expected: { status: 'failed', reason: 'system_error' },
    behaves: { decided: { validation_status: 'failure', failure_status: 'system_error' } },
  },
  {
    suffix: '-failure-new',
    story: 'The validation fails in a way that nobody has heard of.',
    expected: { status: 'failed', reason: 'unknown_reason' },
    behaves: { decided: { validation_status: 'failure', failure_status: 'brand_new_failure' } },
  },
  {
    suffix: '-failure-silent',
    story: 'The validation fails without a word about how or why.',
    expected: { status: 'failed', reason: 'unknown_reason' },
    behaves: { decided: { validation_status: 'failure' } },
  },
  {
    suffix: '-pending-declined',
    story: 'Declined, while the status still says pending.',
    expected: { status: 'declined', reason: 'similarity_threshold_not_passed' },
    behaves: { decided: { ...declined('similarity_threshold_not_passed'), validation_status: 'pending' } },
  },
  {
    suffix: '-pending-expired',
    story: 'Out of time, while the status still says pending.',
    expected: { status: 'expired', reason: 'manual_review_expired' },
    behaves: { decided: { ...expired('manual_review_expired'), validation_status: 'pending' } },
  },
  {
    suffix: '-pending-system-error',
    story: 'Broken, while the status still says pending.',
    expected: { status: 'failed', reason: 'system_error' },
    behaves: { decided: { validation_status: 'pending', failure_status: 'system_error' } },
  },
  {
    suffix: '-match',
    story: 'A success in other spellings: `match`, a score of 1, and `typ` for the type, all seen.',
    expected: approved,
    behaves: {
      decided: { typ: 'face-recognition', type: undefined },
      face: { similarity_status: 'match', confidence_score: 1 },
    },
  },
  {
    suffix: '-processing',
    story: 'Undecided under the name `processing`, then a success.',
    expected: approved,
    behaves: { meanwhile: { validation_status: 'processing' } },
  },
  { suffix: '-slow', story: 'Truora takes its time.', expected: approved, behaves: { pace: 'slow' } },
  {
    suffix: '-never',
    story: 'Truora takes the media and never decides.',
    expected: { status: 'expired', reason: 'undecided_at_deadline' },
    needs: { timeoutSeconds: 2 },
    behaves: { pace: 'never' },
  },
];

const webhooks: readonly Scenario[] = (
  [
    ['lost', 'No webhook ever comes.', []],
    ['created-only', 'Only the webhook of the creation comes.', [created]],
    ['twice', 'The webhook of the verdict comes twice.', [created, final, final]],
    ['late', 'The webhook comes long after the verdict.', [created, { ...final, when: 'late' }]],
    ['early', 'The webhook comes before the upload is answered.', [created, { ...final, when: 'uploading' }]],
    ['disorder', 'The webhook of the creation comes after the verdict.', [final, { ...created, when: 'late' }]],
    ['forged', 'A webhook under a wrong key, then the real one.', [created, { ...final, dress: 'wrong key' }, final]],
    ['unsigned', 'A webhook with `alg: none`, then the real one.', [created, { ...final, dress: 'unsigned' }, final]],
    ['wrapped', 'The webhook comes in a JSON wrapper.', [created, { ...final, dress: 'in a wrapper' }]],
    ['batched', "The webhook also carries another product's event.", [created, { ...final, dress: 'in a batch' }]],
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
    story: 'The enrollment is in a state that nobody has heard of.',
    expected: { status: 'refused', reason: 'enrollment_not_ready' },
    behaves: { enrollment: ['archived'] },
  },
  {
    suffix: '-enrollment-pending',
    story: 'The enrollment is still waiting for its first validation.',
    expected: { status: 'refused', reason: 'enrollment_pending' },
    behaves: { enrollment: ['pending'] },
  },
  {
    suffix: '-enrollment-later',
    story: 'The enrollment is pending on the first two looks, then ready.',
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
    story: 'Truora knows no such enrollment.',
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

/** Every story the sandbox can tell. Adding one is a line here, or in troubles.ts; nothing else knows them by name. */
export const scenarios: readonly Scenario[] = [...verdicts, ...successes, ...webhooks, ...enrollments, ...failures];

const longestFirst = [...scenarios].sort((a, b) => b.suffix.length - a.suffix.length);

/** The story of an account: the longest suffix its id ends with. Every id ends with the empty one, which is approved. */
export const scenarioOf = (accountId: string): Scenario =>
  longestFirst.find(({ suffix }) => accountId.endsWith(suffix)) as Scenario;
