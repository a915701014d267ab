import { createHmac } from 'node:crypto';
import { defined } from '../../../shared/domain/defined.ts';
import type { CreateAnswer, EnrollmentAnswer, ValidationAnswer } from '../../../shared/truora/schemas.ts';
import type { AnswerOf } from './behaviour.ts';
import { type Enrollment, enrollmentWord, type SandboxState, type Validation } from './state.ts';

/** Life of links to the media (documented). Seconds. */
const RESULT_LINK_SECONDS = 900;

/** Truora writes nanoseconds; the last six digits are invented. */
const nanoseconds = (at: number) => new Date(at).toISOString().replace('Z', '161454Z');

const seconds = (at: number) => new Date(at).toISOString().replace(/\.\d+/, '');

export const signatureOf = (state: SandboxState, path: string, expires: string | number): string =>
  createHmac('sha256', state.secret).update(`${path} ${expires}`).digest('base64url');

const link = (state: SandboxState, path: string, expires: number) =>
  `${state.origin}${path}?Expires=${expires}&Signature=${signatureOf(state, path, expires)}&Key-Pair-Id=KSANDBOX`;

/** @returns undefined when the scenario makes the enrollment unknown */
export const enrollmentAnswer = (enrollment: Enrollment): AnswerOf<typeof EnrollmentAnswer> | undefined => {
  const { enrollmentId, accountId, registeredAt } = enrollment;
  const word = enrollmentWord(enrollment);
  if (word === 'unknown') return undefined;
  return defined({
    enrollment_id: enrollmentId,
    account_id: word === 'other' ? 'another-account' : accountId,
    creation_date: nanoseconds(registeredAt),
    update_date: nanoseconds(registeredAt),
    status: word === 'other' ? 'success' : word,
    reason: word === 'pending' ? 'waiting_face_validation' : undefined,
    validation_type: 'face-recognition',
  });
};

/** The list of an account's enrollments (assumed). The other enrollments have the state of the first. */
export const enrollmentList = (enrollments: readonly Enrollment[], others: readonly string[]) => {
  const answers = enrollments.flatMap((one) => enrollmentAnswer(one) ?? []);
  const [first] = answers;
  return { enrollments: [...answers, ...(first ? others.map((enrollment_id) => ({ ...first, enrollment_id })) : [])] };
};

/** The fields of every answer about a validation. */
const base = ({ id, accountId, threshold, createdAt }: Validation) => ({
  validation_id: id,
  account_id: accountId,
  type: 'face-recognition',
  validation_status: 'pending',
  threshold,
  creation_date: nanoseconds(createdAt),
  ip_address: '127.0.0.1',
});

/** The instructions of a validation that waits for media. The place of a phrase is assumed. */
export const uploadLink = (state: SandboxState, { id, expiresAt, phrase }: Validation) => ({
  instructions: defined({ file_upload_link: link(state, `/u/${id}`, expiresAt / 1000), speech_token: phrase }),
});

export const createAnswer = (state: SandboxState, validation: Validation): object => {
  const answer: AnswerOf<typeof CreateAnswer> = { ...base(validation), ...uploadLink(state, validation) };
  return validation.scenario.behaves?.created?.(answer) ?? answer;
};

/** The current answer about a validation. @param details adds links to the media, as `show_details` does */
export const validationAnswer = (
  state: SandboxState,
  validation: Validation,
  { details = false } = {},
): AnswerOf<typeof ValidationAnswer> => {
  const { upload, decidedAt, scenario } = validation;
  const links = details ? mediaLinks(state, validation) : {};
  if (upload && decidedAt) {
    const processed = { processing_start_date: seconds(upload.at), processing_finish_date: seconds(decidedAt) };
    return { ...base(validation), ...processed, remaining_retries: 0, ...verdict(validation, details), ...links };
  }
  if (upload) return { ...base(validation), ...scenario.behaves?.meanwhile, ...links };
  if (Date.now() < validation.expiresAt) {
    const repeated = state.settings.repeatsUploadLinkOnRead ? uploadLink(state, validation) : {};
    return { ...base(validation), ...repeated, ...links };
  }
  const late = { failure_status: 'expired', expired_reason: 'input_file_not_uploaded' };
  return { ...base(validation), validation_status: 'failure', ...late, ...links };
};

/** A success with all its sub-results, overlaid by the scenario. An empty upload is declined in every scenario. */
const verdict = ({ enrollmentId, threshold, liveness, phrase, scenario, upload }: Validation, isDetailed: boolean) => {
  if (upload?.bytes === 0) {
    return { validation_status: 'failure', failure_status: 'declined', declined_reason: 'empty_input_file' };
  }
  const { decided, face, similarity } = scenario.behaves ?? {};
  const hasSimilarity = similarity === undefined || (similarity === 'detailed' && isDetailed);
  const good = defined({
    similarity_status: hasSimilarity ? 'success' : undefined,
    confidence_score: hasSimilarity ? Math.max(0.97, threshold) : undefined,
    passive_liveness_status: liveness ? 'success' : undefined,
    speech_match_status: phrase ? 'success' : undefined,
    age_range: { low: 28, high: 36 },
  });
  const results = { enrollment_id: enrollmentId, ...(failed(decided) ? undefined : good), ...face };
  const details = failed(decided) && !face ? undefined : { face_recognition_validations: results };
  return { validation_status: 'success', ...defined({ details }), ...decided };
};

const failed = (decided: { validation_status?: string; failure_status?: string | undefined } | undefined) =>
  decided?.failure_status !== undefined || (decided?.validation_status ?? 'success').toLowerCase() !== 'success';

const mediaLinks = (state: SandboxState, { id, upload }: Validation) => {
  const expires = Math.floor(Date.now() / 1000) + RESULT_LINK_SECONDS;
  const result = (path: string) => link(state, path, expires);
  return defined({
    validation_inputs: { validation_input_files: [result(`/d/${id}/reference`)] },
    user_response: upload ? { input_files: [result(`/d/${id}/input`)] } : undefined,
  });
};
