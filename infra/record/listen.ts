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

/** An id that Truora has given to nobody. */
const NOBODY = `VLD${'0'.repeat(32)}`;

/** Between two looks; nobody waits for this command but its caller. Milliseconds. */
const LOOK_MS = 2000;

/** How long after its deadline a validation is still looked at. Milliseconds. */
const GRACE_MS = 30_000;

export type Wanted = Pick<Claim, 'accountId' | 'enrollmentId' | 'requested'> & {
  media: { file: string; bytes: number; type: MediaType };
};

/** What a person is told on the way. `charged` stands before the charged call: from there on there is no way back. */
export type Told = { say: (line: string) => void; charged: () => void };

/**
 * Walks one person through Truora with the client that the functions use, and hears each answer whole: also the fields that
 * our schemas leave out, since their coming and going is what a recording is to show.
 * @returns the answers as they came; `decided` is false when Truora had not decided in its own time, or was never asked to
 */
export const recordAnswers = async (
  at: Omit<Truora, 'onAnswer' | 'onCall'>,
  { media, ...claim }: Wanted,
  { say, charged }: Told,
): Promise<{ heard: Example[]; decided: boolean }> => {
  const heard: Example[] = [];
  let last = { status: 0, body: '' };
  const truora: Truora = {
    ...at,
    onAnswer: ({ status, body }) => {
      last = { status, body };
    },
  };
  const keep = (name: string, body: unknown = JSON.parse(last.body)) => {
    heard.push({ name, status: last.status, body });
    say(`heard ${name}`);
  };

  const { status, account_id: account } = await getEnrollment(truora, claim.enrollmentId);
  keep(`get-enrollment.${status}`);
  if (account !== claim.accountId) throw new TypeError("the enrollment is another person's; nothing was created");
  if (status !== 'success') {
    say(`the enrollment is ${status}, so nothing is created, and nothing is charged`);
    return { heard, decided: false };
  }

  await getValidation(truora, NOBODY).catch((error: unknown) => {
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
  say('the media was taken; waiting for the verdict');

  let decided = false;
  while (!decided && Date.now() < Date.parse(validation.deadline) + GRACE_MS) {
    const answer = await getValidation(truora, validation.validationId);
    // What is recorded approves nobody, so no floor of a deployment holds.
    const verdict = verdictOf(answer, { claim, validation, policy: { minimumThreshold: 0 }, at: new Date() });
    if (!verdict) await wait(LOOK_MS);
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
  // The others are of that person's past, and one more of them at each recording.
  const own = list.validations.filter(isOwn);
  keep('list-validations.one', { ...list, validations: own });
  return { heard, decided };
};
