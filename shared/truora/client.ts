import type { Readable } from 'node:stream';
import type * as z from 'zod/mini';
import {
  TruoraBusyError,
  TruoraContractError,
  TruoraRejectedError,
  TruoraUnauthorizedError,
  TruoraUncertainError,
  UploadLinkSpentError,
  UploadLinkUnsafeError,
} from '../domain/errors.ts';
import { formKeyOf } from '../domain/fields.ts';
import { AccountId, TruoraId } from '../domain/ids.ts';
import type { MediaType } from '../domain/media-type.ts';
import { type Options, subvalidationsOf } from '../domain/request.ts';
import { type ListedRow, nextOf, rowsOf } from './list.ts';
import { signsIn } from './paging.ts';
import { type Answer, type Call, type Deadlines, SendError, send } from './request.ts';
import { CreateAnswer, EnrollmentAnswer, ListAnswer, ValidationAnswer } from './schemas.ts';
import { checkUploadLink } from './upload-link.ts';

/** How to reach Truora, or whoever stands in for it. */
export type Truora = {
  /** Scheme, host and port; `/v1` is added here. */
  origin: string;
  /** The `Truora-API-Key`; asked again with the key that Truora has just refused, in case there is a newer one. */
  key: (refused?: string) => Promise<string>;
  /** Where upload links may point. */
  uploadOrigins: readonly string[];
  deadlines: Deadlines;
  /** Is told of every call: how long it took, and whether Truora or the line failed; an answer that refuses is none. */
  observe?: (seen: { method: Call['method']; milliseconds: number; failed: boolean }) => void;
  /** Is given every answer of Truora's as it came, whatever its status: for the recorder of examples, and for nobody in AWS. */
  hear?: (answer: Pick<Answer, 'status' | 'body'>) => void;
};

/** An answer of Truora's is a few KB, and a person's list as many as they have validations. Bytes. */
const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_LIST_BYTES = 1024 * 1024;

/** Pages of a person's list that are read: hundreds of validations, within the 40 s of the function that reads them. */
const MOST_PAGES = 20;

/** `GET /v1/enrollments/{id}`. @throws TruoraRejectedError `truora_not_found` for an unknown id */
export const getEnrollment = async (truora: Truora, enrollmentId: string) =>
  ask(truora, 'GET', `/v1/enrollments/${segment(TruoraId, enrollmentId)}`, EnrollmentAnswer);

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
 * sent again, and none ends the case, which has been paid for: Truora is asked what arrived.
 * @throws UploadLinkUnsafeError before anything is dialled; UploadLinkSpentError on any 4xx, and on a redirect;
 *   TruoraUncertainError on 5xx or a lost line, after which the same bytes may be sent to the same link again
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
    });
    if (status >= 200 && status < 300) return;
    // Truora's SDK takes these codes for final whatever the status (seen).
    if (status < 500 || /AccessDenied|SignatureDoesNotMatch/.test(body)) {
      throw new UploadLinkSpentError('upload_link_spent', `Truora takes no media at this link (any more): ${status}`);
    }
    throw new TruoraUncertainError('truora_uncertain', `the upload was answered ${status}`);
  });
};

/** Times a call, and tells what became of it. */
const observed = async <T>({ observe }: Truora, method: Call['method'], call: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now();
  const tell = (failed: boolean) => observe?.({ method, milliseconds: performance.now() - startedAt, failed });
  try {
    const answer = await call();
    tell(false);
    return answer;
  } catch (error) {
    tell(!(error instanceof TruoraRejectedError || error instanceof UploadLinkSpentError));
    throw error;
  }
};

/** An id may only enter a path after our own check: Truora's pattern for account ids is satisfied by `..`. */
const segment = (schema: z.ZodMiniType<string>, id: string): string => encodeURIComponent(schema.parse(id));

const ask = async <Schema extends z.ZodMiniType>(
  truora: Truora,
  method: 'GET' | 'POST',
  path: string,
  schema: Schema,
  {
    form,
    maxBytes = MAX_ANSWER_BYTES,
    heed,
  }: { form?: string; maxBytes?: number; heed?: (answer: Answer) => void } = {},
): Promise<z.infer<Schema>> => {
  const askWith = (key: string) =>
    deliver({
      method,
      url: new URL(path, truora.origin),
      headers: {
        'truora-api-key': key,
        accept: 'application/json',
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: form }),
      deadlines: truora.deadlines,
      maxBytes,
    });
  const key = await truora.key();
  return observed(truora, method, async () => {
    let answer = await askWith(key);
    if (answer.status === 401 || answer.status === 403) {
      // A refused call was not executed, so asking once more with a rotated key is safe, the charged call included.
      const newer = await truora.key(key);
      if (newer !== key) answer = await askWith(newer);
    }
    truora.hear?.(answer);
    if (answer.status < 200 || answer.status >= 300) throw refusalOf(answer);
    heed?.(answer);
    const { success, data } = schema.safeParse(readJson(answer.body));
    if (!success)
      throw new TruoraContractError('truora_contract_broken', 'the answer does not hold what Truora documents');
    return data as z.infer<Schema>;
  });
};

/** Sends, and says by a named error whether the request can have been executed. */
const deliver = async (call: Call): Promise<Answer> => {
  try {
    return await send(call);
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    // The link's host resolved to an address that media must never go to.
    if (error.message === 'PRIVATE_ADDRESS') {
      throw new UploadLinkUnsafeError('upload_link_unsafe', 'the upload link resolves to a private address');
    }
    if (error.executed === 'no') throw new TruoraBusyError('truora_unreachable', `no connection (${error.message})`);
    if (error.message === 'answer_too_large') {
      throw new TruoraContractError('truora_contract_broken', 'the answer is larger than any of Truora');
    }
    throw new TruoraUncertainError('truora_uncertain', `no answer (${error.message})`);
  }
};

/** A non-2xx answer as an error. Bodies are never quoted: they may hold a person's data. */
const refusalOf = ({ status, headers }: Answer): Error => {
  if (status === 429) {
    const wait = retryAfterSeconds(headers['retry-after']);
    return new TruoraBusyError('truora_rate_limited', 'Truora answered 429', wait);
  }
  // A 403 can also mean an unknown path at Truora's gateway (seen), so it says "or origin".
  if (status === 401 || status === 403) {
    return new TruoraUnauthorizedError('truora_unauthorized', `Truora answered ${status}: wrong key or origin`);
  }
  if (status === 404) return new TruoraRejectedError('truora_not_found', 'Truora answered 404');
  if (status >= 400 && status < 500 && status !== 408) {
    return new TruoraRejectedError('truora_rejected', `Truora answered ${status}`);
  }
  return new TruoraUncertainError('truora_uncertain', `Truora answered ${status}`);
};

/** `Retry-After` in seconds, from either of its two forms. @returns undefined when absent or unreadable */
export const retryAfterSeconds = (header: string | undefined, now = Date.now()): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header);
  const at = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
};

/**
 * A null or an empty text says as little as the field's absence, and must not decide a case that has been paid for. Under the name
 * of the list, null is how some languages write a list of nothing.
 */
const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text, (name, value) => {
      if (name === 'validations' && value === null) return [];
      return value === null || value === '' ? undefined : value;
    });
  } catch {
    return undefined;
  }
};
