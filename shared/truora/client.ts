import type { Readable } from 'node:stream';
import { defined } from '../domain/defined.ts';
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
import { answered, ask, deliver, MAX_ANSWER_BYTES, observed, segment, type Truora } from './call.ts';
import type { Answer } from './http.ts';
import { signsIn } from './list-end.ts';
import { type ListedRow, nextOf, rowsOf } from './list-page.ts';
import { CreateAnswer, EnrollmentAnswer, EnrollmentList, ListAnswer, ValidationAnswer } from './schemas.ts';
import { checkUploadLink } from './upload-link.ts';

/** The largest page of a person's list. Bytes. */
const MAX_LIST_BYTES = 1024 * 1024;

/** The most pages of a person's list: hundreds of validations, within the 40 s of the function. */
const MOST_PAGES = 20;

/** `GET /v1/enrollments/{id}`. @throws TruoraRejectedError `truora_not_found` for an unknown id */
export const getEnrollment = async (truora: Truora, enrollmentId: string) =>
  ask(truora, 'GET', `/v1/enrollments/${segment(TruoraId, enrollmentId)}`, EnrollmentAnswer);

/**
 * `DELETE /v1/enrollments/{id}` (seen in a transcription; answer unknown): removes the face that Truora keeps. 200, 204, and 404 for one
 * that is not there any more, count as done; any other success does not say so.
 * @throws Truora's errors for any other answer: it may be there still
 */
export const deleteEnrollment = async (truora: Truora, enrollmentId: string): Promise<void> => {
  const path = `/v1/enrollments/${segment(TruoraId, enrollmentId)}`;
  await answered(truora, 'DELETE', path, {}, ({ status, body }) => {
    if ((status === 200 || status === 204) && !isErrorBody(body)) return;
    throw new TruoraContractError('truora_contract_broken', `the deletion was answered ${status}`);
  }).catch((error) => {
    if (!(error instanceof TruoraRejectedError && error.reason === 'truora_not_found')) throw error;
  });
};

/**
 * `GET /v1/accounts/{id}/enrollments` (seen in a transcription; shape assumed). It is only a hint: unreadable rows and later pages are left out.
 */
export const listEnrollments = async (truora: Truora, accountId: string): Promise<EnrollmentAnswer[]> => {
  const path = `/v1/accounts/${segment(AccountId, accountId)}/enrollments`;
  const { enrollments } = await ask(truora, 'GET', path, EnrollmentList);
  return enrollments.flatMap((row) => EnrollmentAnswer.safeParse(row).data ?? []);
};

/**
 * `POST /v1/validations`: the charged call. It is sent once, and once more only with a newer key after a 401 or 403; the caller
 * decides about an error.
 * @throws TruoraBusyError (not executed), TruoraUncertainError or TruoraContractError (may have been executed),
 *   TruoraRejectedError, TruoraUnauthorizedError (refused)
 */
export const createValidation = async (
  truora: Truora,
  { accountId, userAuthorized, options }: { accountId: string; userAuthorized: true; options: Options },
): Promise<CreateAnswer> => {
  const form = new URLSearchParams({ type: 'face-recognition' });
  const append = (field: Parameters<typeof formKeyOf>[0], value: string | number | boolean | undefined) => {
    if (value !== undefined) form.append(formKeyOf(field), String(value));
  };
  append('userAuthorized', userAuthorized);
  append('accountId', AccountId.parse(accountId));
  append('threshold', options.threshold);
  for (const subvalidation of subvalidationsOf(options) ?? []) append('subvalidations', subvalidation);
  append('retryOf', options.retryOf);
  append('minimumPrecision', options.minimumPrecision);
  append('timeoutSeconds', options.timeoutSeconds);
  return ask(truora, 'POST', '/v1/validations', CreateAnswer, { form: form.toString() });
};

/** `GET /v1/validations/{id}`. `showDetails` adds links to the media, which live 15 minutes. */
export const getValidation = async (truora: Truora, validationId: string, { showDetails = false } = {}) => {
  const path = `/v1/validations/${segment(TruoraId, validationId)}`;
  return ask(truora, 'GET', showDetails ? `${path}?show_details=true` : path, ValidationAnswer);
};

/**
 * `GET /v1/accounts/{id}/validations`, all pages: the person's validations in any order, seconds late (assumed). The caller has
 * read the person's enrollment before, so 404 is no empty list.
 * @throws TruoraContractError when a row that may be ours is unreadable, or a page was not read
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
    after = nextOf({ fields: body, rows, read, pages });
    if (after === undefined) return found;
  }
  throw brokenList('the list has more pages than are read');
};

/** One page, with the headers that may refer to other pages. */
const listPage = async (truora: Truora, path: string): Promise<ListAnswer> => {
  let paging: Record<string, unknown> = {};
  const onHeaders = ({ status, headers }: Answer) => {
    if (status !== 200) throw brokenList(`the list was answered ${status}`);
    paging = signsIn(headers);
  };
  try {
    const page = await ask(truora, 'GET', path, ListAnswer, { maxBytes: MAX_LIST_BYTES, onHeaders });
    return { ...page, headers: paging };
  } catch (error) {
    const isMissing = error instanceof TruoraRejectedError && error.reason === 'truora_not_found';
    throw isMissing ? brokenList('a page of the list does not exist') : error;
  }
};

const brokenList = (detail: string) => new TruoraContractError('truora_contract_broken', detail);

/**
 * `PUT` of the media to the upload link: raw bytes, length and type, without our key.
 * Truora's own SDK retries an upload only after a 5xx or a lost connection; every 4xx is final, 408 and 429 too (seen). A 4xx says
 * nothing certain about the media: a used link is a 403, but our own media may have used it. So the upload is not repeated, and
 * the charged case does not end: Truora is asked for the result. A 2xx counts when all bytes were sent before it and its body is
 * no error.
 * @throws UploadLinkUnsafeError before a connection; UploadLinkSpentError on any 4xx or redirect;
 *   TruoraUncertainError on any other answer or a lost connection: the same bytes may be sent to the same link again;
 *   MediaUnreadError when the stream itself fails or ends early
 */
export const uploadMedia = async (
  truora: Truora,
  link: string,
  { type, ...sent }: { stream: Readable; bytes: number; type: MediaType; seen?: (chunk: Buffer) => void },
): Promise<void> => {
  const { url, lookup } = checkUploadLink(link, truora.uploadOrigins);
  await observed(truora, 'PUT', async () => {
    const call = defined({
      method: 'PUT' as const,
      url,
      headers: { 'content-type': type },
      body: sent,
      deadlines: truora.deadlines,
      maxBytes: MAX_ANSWER_BYTES,
      lookup,
    });
    const { status, body } = await deliver(call).catch((error) => {
      // A too large answer does not say whether the media arrived, so the case goes on.
      if (error instanceof TruoraContractError)
        throw new TruoraUncertainError('truora_uncertain', 'the answer is too large');
      throw error;
    });
    if (status < 300) {
      if (!isErrorBody(body)) return;
      throw new TruoraUncertainError('truora_uncertain', 'the upload was answered with an error in a success');
    }
    // Truora's SDK treats these codes as final for every status (seen).
    if (status < 500 || /AccessDenied|SignatureDoesNotMatch/.test(body)) {
      throw new UploadLinkSpentError('upload_link_spent', `the upload link takes no media: ${status}`);
    }
    throw new TruoraUncertainError('truora_uncertain', `the upload was answered ${status}`);
  });
};
