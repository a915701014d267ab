import { createReadStream } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { TruoraRejectedError } from '../../shared/domain/errors.ts';
import type { MediaType } from '../../shared/domain/media.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import type { Truora } from '../../shared/truora/call.ts';
import {
  createValidation,
  getEnrollment,
  getValidation,
  listValidations,
  uploadMedia,
} from '../../shared/truora/client.ts';
import { createdOf } from '../../shared/truora/creation.ts';
import { verdictOf } from '../../shared/truora/verdict.ts';
import type { Example } from './examples.ts';

/** An id that does not exist at Truora. */
const UNKNOWN_VALIDATION = `VLD${'0'.repeat(32)}`;

/** Between two polls. Milliseconds. */
const POLL_MS = 2000;

/** How long after its deadline a validation is still polled. Milliseconds. */
const GRACE_MS = 30_000;

export type Wanted = Pick<Claim, 'accountId' | 'enrollmentId' | 'requested'> & {
  media: { file: string; bytes: number; type: MediaType };
};

/** Reports progress. `charged` is called directly before the charged call. */
export type Progress = { log: (line: string) => void; charged: () => void };

/**
 * Re-validates one person at Truora with the functions' client and keeps each whole answer, also the fields that our schemas leave
 * out, because a recording must show their changes.
 * @returns the answers as they arrived; `decided` is false when Truora did not decide in time, or nothing was created
 */
export const recordAnswers = async (
  at: Omit<Truora, 'onAnswer' | 'onCall'>,
  { media, ...claim }: Wanted,
  { log, charged }: Progress,
): Promise<{ answers: Example[]; decided: boolean }> => {
  const answers: Example[] = [];
  let last = { status: 0, body: '' };
  const truora: Truora = {
    ...at,
    onAnswer: ({ status, body }) => {
      last = { status, body };
    },
  };
  const keep = (name: string, body: unknown = JSON.parse(last.body)) => {
    answers.push({ name, status: last.status, body });
    log(`recorded ${name}`);
  };

  const { status, account_id: account } = await getEnrollment(truora, claim.enrollmentId);
  keep(`get-enrollment.${status}`);
  if (account !== claim.accountId) throw new TypeError("the enrollment is another person's; nothing was created");
  if (status !== 'success') {
    log(`the enrollment is ${status}, so nothing is created or charged`);
    return { answers: answers, decided: false };
  }

  await getValidation(truora, UNKNOWN_VALIDATION).catch((error: unknown) => {
    if (!(error instanceof TruoraRejectedError)) throw error;
  });
  if (last.status === 404 && last.body.startsWith('{')) keep('error.not-found');

  charged();
  const created = await createValidation(truora, { ...claim, userAuthorized: true, options: claim.requested });
  keep('create-validation.created');
  const { uploadLink, ...validation } = createdOf(created, claim, new Date());

  await getValidation(truora, validation.validationId);
  keep('get-validation.pending');
  const stream = createReadStream(media.file);
  await uploadMedia(truora, uploadLink, { stream, bytes: media.bytes, type: media.type });
  log('the media was uploaded; waiting for the verdict');

  let decided = false;
  while (!decided && Date.now() < Date.parse(validation.deadline) + GRACE_MS) {
    const answer = await getValidation(truora, validation.validationId);
    // A recording approves no person, so no minimum threshold applies.
    const verdict = verdictOf(answer, { claim, validation, floor: 0, at: new Date() });
    if (!verdict) await wait(POLL_MS);
    else {
      decided = true;
      const word = verdict.status === 'failed' ? (verdict.reason ?? 'failed').replaceAll('_', '-') : verdict.status;
      keep(`get-validation.${answer.validation_status === 'pending' ? 'pending-' : ''}${word}`);
    }
  }

  const isOwn = ({ validation_id: id }: { validation_id: string }) => id === validation.validationId;
  const pages: { validations: { validation_id: string }[] }[] = [];
  const onAnswer = ({ status, body }: { status: number; body: string }) => {
    if (status === 200) pages.push(JSON.parse(body));
  };
  await listValidations({ ...truora, onAnswer }, claim.accountId);
  const list = pages.find(({ validations }) => validations.some(isOwn)) ?? pages[0] ?? { validations: [] };
  // The other validations are the person's history, which grows with each recording.
  const own = list.validations.filter(isOwn);
  keep('list-validations.one', { ...list, validations: own });
  return { answers: answers, decided };
};
