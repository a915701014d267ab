import type { Readable } from 'node:stream';
import {
  TruoraContractError,
  TruoraRejectedError,
  TruoraUncertainError,
  UploadLinkSpentError,
} from '../domain/errors.ts';
import { formKeyOf } from '../domain/field-names.ts';
import { AccountId, TruoraId } from '../domain/ids.ts';
import type { MediaType } from '../domain/media.ts';
import { type Options, subvalidationsOf } from '../domain/request.ts';
import { isErrorBody } from './body.ts';
import { ask, deliver, MAX_ANSWER_BYTES, observed, segment, type Truora } from './call.ts';
import type { Answer } from './http.ts';
import { signsIn } from './list-end.ts';
import { type ListedRow, nextOf, rowsOf } from './list-page.ts';
import { CreateAnswer, EnrollmentAnswer, EnrollmentList, ListAnswer, ValidationAnswer } from './schemas.ts';
import { checkUploadLink } from './upload-link.ts';

/** A person's list is as many answers as they have validations. Bytes. */
const MAX_LIST_BYTES = 1024 * 1024;

/** Pages of a person's list that are read: hundreds of validations, within the 40 s of the function that reads them. */
const MOST_PAGES = 20;

/** `GET /v1/enrollments/{id}`. @throws TruoraRejectedError `truora_not_found` for an unknown id */
export const getEnrollment = async (truora: Truora, enrollmentId: string) =>
  ask(truora, 'GET', `/v1/enrollments/${segment(TruoraId, enrollmentId)}`, EnrollmentAnswer);

/**
 * `GET /v1/accounts/{id}/enrollments` (seen in a transcription; shape assumed). A hint: unreadable rows and later pages are left out.
 */
export const listEnrollments = async (truora: Truora, accountId: string): Promise<EnrollmentAnswer[]> => {
  const path = `/v1/accounts/${segment(AccountId, accountId)}/enrollments`;
  const { enrollments } = await ask(truora, 'GET', path, EnrollmentList);
  return enrollments.flatMap((row) => EnrollmentAnswer.safeParse(row).data ?? []);
};

/**
 * `POST /v1/validations`: the charged call. It is made once; whoever catches an error decides what became of it.
 * @throws TruoraBusyError (not executed), TruoraUncertainError or TruoraContractError (may have been executed),
 *   TruoraRejectedError, TruoraUnauthorizedError (refused)
 */
export const createValidation = async (
  truora: Truora,
  asked: { accountId: string; userAuthorized: true; options: Options },
): Promise<CreateAnswer> => {
  const { options } = asked;
  const form = new URLSearchParams({ type: 'face-recognition' });
  const say = (field: Parameters<typeof formKeyOf>[0], value: string | number | boolean | undefined) => {
    if (value !== undefined) form.append(formKeyOf(field), String(value));
  };
  say('userAuthorized', asked.userAuthorized);
  say('accountId', AccountId.parse(asked.accountId));
  say('threshold', options.threshold);
  for (const subvalidation of subvalidationsOf(options) ?? []) say('subvalidations', subvalidation);
  say('retryOf', options.retryOf);
  say('minimumPrecision', options.minimumPrecision);
  say('timeoutSeconds', options.timeoutSeconds);
  return ask(truora, 'POST', '/v1/validations', CreateAnswer, { form: form.toString() });
};

/** `GET /v1/validations/{id}`. `showDetails` adds links to the media, which live 15 minutes. */
export const getValidation = async (truora: Truora, validationId: string, { showDetails = false } = {}) => {
  const path = `/v1/validations/${segment(TruoraId, validationId)}`;
  return ask(truora, 'GET', showDetails ? `${path}?show_details=true` : path, ValidationAnswer);
};

/**
 * `GET /v1/accounts/{id}/validations`, all its pages: what Truora holds of a person's face, in any order and seconds late
 * (assumed). Whoever asks has read the person's enrollment before, so "not found" is no empty list.
 * @throws TruoraContractError when anything that could be ours cannot be read, or was not reached
 */
export const listValidations = async (truora: Truora, accountId: string): Promise<ListedRow[]> => {
  const path = `/v1/accounts/${segment(AccountId, accountId)}/validations`;
  const found: ListedRow[] = [];
  let read = 0;
  let after: string | undefined;
  for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
    const query: string = after === undefined ? '' : `?${new URLSearchParams({ start_key: after })}`;
    const { validations, ...body } = await listPage(truora, path + query);
    const rows = validations.length;
    read += rows;
    found.push(...rowsOf({ validations }, accountId));
    after = nextOf({ said: body, rows, read, pages });
    if (after === undefined) return found;
  }
  throw brokenList('the list has more pages than are read');
};

/** One page, and what its headers say of others. */
const listPage = async (truora: Truora, path: string): Promise<ListAnswer> => {
  let signs: Record<string, unknown> = {};
  const heed = ({ status, headers }: Answer) => {
    if (status !== 200) throw brokenList(`the list was answered ${status}`);
    signs = signsIn(headers);
  };
  try {
    const page = await ask(truora, 'GET', path, ListAnswer, { maxBytes: MAX_LIST_BYTES, heed });
    return { ...page, headers: signs };
  } catch (error) {
    const isMissing = error instanceof TruoraRejectedError && error.reason === 'truora_not_found';
    throw isMissing ? brokenList('a page of the list is not there') : error;
  }
};

const brokenList = (detail: string) => new TruoraContractError('truora_contract_broken', detail);

/**
 * `PUT` of the media to the upload link: raw bytes, their length and type, and no key of ours.
 * Truora's own SDK repeats an upload on 5xx and a lost line only; every 4xx is final to it, 408 and 429 too (seen). What such an
 * answer says of the media is not known: a used link is a 403, but the media that used it may have been ours. So none is
 * sent again, and none ends the case, which has been paid for: Truora is asked what arrived. A 2xx counts once every byte was
 * handed over before it, and unless its body tells of an error.
 * @throws UploadLinkUnsafeError before anything is dialled; UploadLinkSpentError on any 4xx, and on a redirect;
 *   TruoraUncertainError on any other answer or a lost line, after which the same bytes may be sent to the same link again;
 *   MediaUnreadError when the stream itself fails or ends early
 */
export const uploadMedia = async (
  truora: Truora,
  link: string,
  { type, ...sent }: { stream: Readable; bytes: number; type: MediaType; seen?: (chunk: Buffer) => void },
): Promise<void> => {
  const { url, lookup } = checkUploadLink(link, truora.uploadOrigins);
  await observed(truora, 'PUT', async () => {
    const { status, body } = await deliver({
      method: 'PUT',
      url,
      headers: { 'content-type': type },
      body: sent,
      deadlines: truora.deadlines,
      maxBytes: MAX_ANSWER_BYTES,
      ...(lookup ? { lookup } : {}),
    }).catch((error) => {
      // However large it is: what arrived is for Truora to say.
      if (error instanceof TruoraContractError)
        throw new TruoraUncertainError('truora_uncertain', 'the answer is too large');
      throw error;
    });
    if (status >= 200 && status < 300) {
      if (!isErrorBody(body)) return;
      throw new TruoraUncertainError('truora_uncertain', 'the upload was answered with an error in a success');
    }
    // Truora's SDK takes these codes for final whatever the status (seen).
    if (status < 500 || /AccessDenied|SignatureDoesNotMatch/.test(body)) {
      throw new UploadLinkSpentError('upload_link_spent', `Truora takes no media at this link (any more): ${status}`);
    }
    throw new TruoraUncertainError('truora_uncertain', `the upload was answered ${status}`);
  });
};
