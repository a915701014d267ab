import { createHmac } from 'node:crypto';
import type { CreateAnswer, EnrollmentAnswer, ValidationAnswer } from '../../../shared/truora/schemas.ts';
import type { Says } from './behaviour.ts';
import { type Enrollment, enrollmentWord, type LocalSystem, type Validation } from './state.ts';

/** Links to the media live this long (documented). Seconds. */
const RESULT_LINK_SECONDS = 900;

/** Truora writes nanoseconds; ours end in six digits of nobody's clock. */
const nanoseconds = (at: number) => new Date(at).toISOString().replace('Z', '161454Z');

const seconds = (at: number) => new Date(at).toISOString().replace(/\.\d+/, '');

export const signatureOf = (world: LocalSystem, path: string, expires: string | number): string =>
  createHmac('sha256', world.secret).update(`${path} ${expires}`).digest('base64url');

const link = (world: LocalSystem, path: string, expires: number) =>
  `${world.origin}${path}?Expires=${expires}&Signature=${signatureOf(world, path, expires)}&Key-Pair-Id=KSANDBOX`;

/** @returns undefined for one that this story says nobody knows */
export const enrollmentAnswer = (enrollment: Enrollment): Says<typeof EnrollmentAnswer> | undefined => {
  const { enrollmentId, accountId, registeredAt } = enrollment;
  const word = enrollmentWord(enrollment);
  if (word === 'unknown') return undefined;
  return {
    enrollment_id: enrollmentId,
    account_id: word === 'other' ? 'somebody-else' : accountId,
    creation_date: nanoseconds(registeredAt),
    update_date: nanoseconds(registeredAt),
    status: word === 'other' ? 'success' : word,
    ...(word === 'pending' ? { reason: 'waiting_face_validation' } : {}),
    validation_type: 'face-recognition',
  };
};

/** What the list of an account's enrollments says (assumed); the others are in the same state as long as they are. */
export const enrollmentList = (enrollments: readonly Enrollment[], others: readonly string[]) => {
  const answers = enrollments.flatMap((one) => enrollmentAnswer(one) ?? []);
  const [first] = answers;
  return { enrollments: [...answers, ...(first ? others.map((enrollment_id) => ({ ...first, enrollment_id })) : [])] };
};

/** What every answer about a validation says. */
const base = ({ id, accountId, threshold, createdAt }: Validation) => ({
  validation_id: id,
  account_id: accountId,
  type: 'face-recognition',
  validation_status: 'pending',
  threshold,
  creation_date: nanoseconds(createdAt),
  ip_address: '127.0.0.1',
});

export const uploadLink = (world: LocalSystem, { id, expiresAt }: Validation) => ({
  instructions: { file_upload_link: link(world, `/u/${id}`, expiresAt / 1000) },
});

export const createAnswer = (world: LocalSystem, validation: Validation): object => {
  const answer: Says<typeof CreateAnswer> = { ...base(validation), ...uploadLink(world, validation) };
  return validation.scenario.behaves?.created?.(answer) ?? answer;
};

/** What Truora says of a validation now. @param details adds links to the media, as `show_details` does */
export const validationAnswer = (
  world: LocalSystem,
  validation: Validation,
  { details = false } = {},
): Says<typeof ValidationAnswer> => {
  const { upload, decidedAt, scenario } = validation;
  const links = details ? mediaLinks(world, validation) : {};
  if (upload && decidedAt) {
    const processed = { processing_start_date: seconds(upload.at), processing_finish_date: seconds(decidedAt) };
    return { ...base(validation), ...processed, remaining_retries: 0, ...verdict(validation, details), ...links };
  }
  if (upload) return { ...base(validation), ...scenario.behaves?.meanwhile, ...links };
  if (Date.now() < validation.expiresAt) {
    const repeated = world.settings.repeatsUploadLinkOnRead ? uploadLink(world, validation) : {};
    return { ...base(validation), ...repeated, ...links };
  }
  const late = { failure_status: 'expired', expired_reason: 'input_file_not_uploaded' };
  return { ...base(validation), validation_status: 'failure', ...late, ...links };
};

/** A success with all its sub-results, and the story laid over it. Content speaks louder than the story. */
const verdict = ({ enrollmentId, threshold, liveness, scenario, upload }: Validation, details: boolean) => {
  if (upload?.bytes === 0) {
    return { validation_status: 'failure', failure_status: 'declined', declined_reason: 'empty_input_file' };
  }
  const { decided, face, similarity } = scenario.behaves ?? {};
  const says = similarity === undefined || (similarity === 'detailed' && details);
  const good = {
    ...(says ? { similarity_status: 'success', confidence_score: Math.max(0.97, threshold) } : {}),
    ...(liveness ? { passive_liveness_status: 'success' } : {}),
    age_range: { low: 28, high: 36 },
  };
  const results = { enrollment_id: enrollmentId, ...(failed(decided) ? {} : good), ...face };
  return {
    validation_status: 'success',
    ...(failed(decided) && !face ? {} : { details: { face_recognition_validations: results } }),
    ...decided,
  };
};

const failed = (decided: { validation_status?: string; failure_status?: string | undefined } | undefined) =>
  decided?.failure_status !== undefined || (decided?.validation_status ?? 'success').toLowerCase() !== 'success';

const mediaLinks = (world: LocalSystem, { id, upload }: Validation) => {
  const expires = Math.floor(Date.now() / 1000) + RESULT_LINK_SECONDS;
  const result = (path: string) => link(world, path, expires);
  return {
    validation_inputs: { validation_input_files: [result(`/d/${id}/reference`)] },
    ...(upload ? { user_response: { input_files: [result(`/d/${id}/input`)] } } : {}),
  };
};
