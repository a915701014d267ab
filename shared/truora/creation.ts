import { asksSpeech } from '../domain/capture.ts';
import { defined } from '../domain/defined.ts';
import {
  SpeechPhraseMissingError,
  TruoraBusyError,
  TruoraContractError,
  TruoraRejectedError,
  TruoraUnauthorizedError,
} from '../domain/errors.ts';
import { type Claim, LONGEST_LIFE_SECONDS, type Validation } from '../domain/revalidation.ts';
import { isSameAccount } from './account.ts';
import { phraseOf } from './phrase.ts';
import type { CreateAnswer } from './schemas.ts';
import { expiryOf } from './upload-link.ts';

/** The stored part of a create answer. */
export type Created = Validation & { uploadLink: string; phrase?: string };

/** How long a validation lives when no timeout is sent (documented). Seconds. */
const USUAL_LIFE_SECONDS = 300;

/**
 * The stored part of a create answer. The deadline is the later of the link's expiry and the creation plus the timeout (sent, or
 * Truora's usual one), and at most the longest life that Truora documents. Without link expiry and timeout it is the longest
 * life. A late deadline only costs extra reads, an early one would lose a verdict, and the link may expire before its validation.
 * The answer comes from our own call, so an absent account, or one written in another way, is the one of the request.
 * @throws TruoraContractError without an upload link, or for another person than asked; SpeechPhraseMissingError
 */
export const createdOf = (
  answer: CreateAnswer,
  claim: Pick<Claim, 'accountId' | 'requested'>,
  askedAt: Date,
): Created => {
  const uploadLink = answer.instructions?.file_upload_link ?? answer.file_upload_link;
  if (!uploadLink) throw new TruoraContractError('truora_contract_broken', 'the created validation has no upload link');
  if (answer.account_id !== undefined && !isSameAccount(answer.account_id, claim.accountId)) {
    throw new TruoraContractError('truora_contract_broken', 'the created validation is of another account');
  }
  const after = (seconds: number) => askedAt.getTime() + seconds * 1000;
  const expiry = URL.canParse(uploadLink) ? expiryOf(new URL(uploadLink))?.getTime() : undefined;
  const usable = expiry !== undefined && expiry > askedAt.getTime();
  const { timeoutSeconds = usable ? USUAL_LIFE_SECONDS : LONGEST_LIFE_SECONDS } = claim.requested;
  const latest = Math.max(after(timeoutSeconds), usable ? expiry : 0);
  const deadline = Math.min(latest, after(LONGEST_LIFE_SECONDS));
  const isSpeech = asksSpeech(claim.requested);
  return defined({
    validationId: answer.validation_id,
    deadline: new Date(deadline).toISOString(),
    threshold: answer.threshold,
    ...(isSpeech
      ? speechOf(answer, { from: askedAt.getTime(), until: usable ? Math.min(expiry, deadline) : deadline })
      : {}),
    uploadLink,
  });
};

/** What is kept of the time for the upload behind the recording: at most 20 s, and a quarter of a short time. */
const RESERVE_MS = 20_000;

/** The phrase, and the times of a recording: the link decides, and the person is asked until a little before. Milliseconds since 1970. */
const speechOf = (answer: CreateAnswer, { from, until }: { from: number; until: number }) => {
  const phrase = phraseOf(answer);
  if (phrase === undefined) {
    throw new SpeechPhraseMissingError(
      'speech_phrase_missing',
      'the created validation has no phrase in a known place',
    );
  }
  const reserve = Math.min(RESERVE_MS, (until - from) / 4);
  return {
    phrase,
    recordBefore: new Date(until - reserve).toISOString(),
    recordUntil: new Date(until).toISOString(),
  };
};

/**
 * Whether a failed create call certainly created and charged nothing: it did not reach Truora, or Truora refused it. Any other
 * error, also our own error while reading the answer, may mean a charge.
 */
export const surelyNotCreated = (error: unknown): boolean =>
  error instanceof TruoraBusyError || error instanceof TruoraRejectedError || error instanceof TruoraUnauthorizedError;
