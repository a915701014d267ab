import type * as z from 'zod/mini';
import { defined } from '../domain/defined.ts';
import {
  MediaUnreadError,
  TruoraBusyError,
  TruoraContractError,
  TruoraRejectedError,
  TruoraUnauthorizedError,
  TruoraUncertainError,
  UploadLinkSpentError,
  UploadLinkUnsafeError,
} from '../domain/errors.ts';
import { isMarkup, readJson } from './body.ts';
import { type Answer, type Call, type Deadlines, SendError, send } from './http.ts';

/** How to reach Truora, or the local system in its place. */
export type Truora = {
  /** Scheme, host and port; `/v1` is added here. */
  origin: string;
  /** The `Truora-API-Key`. Called again with a refused key, to get a newer one. */
  key: (refused?: string) => Promise<string>;
  /** The allowed origins of upload links. */
  uploadOrigins: readonly string[];
  deadlines: Deadlines;
  /** Called after every call, with its duration and whether Truora or the connection failed. A refusal is no failure. */
  onCall?: (seen: { method: Call['method']; milliseconds: number; failed: boolean }) => void;
  /** Called with every unchanged answer of Truora, for the recorder of examples only. */
  onAnswer?: (answer: Pick<Answer, 'status' | 'body'>) => void;
};

/** The largest answer that is read; answers of Truora have a few KB (seen). Bytes. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** Measures a call and reports it to `onCall`. An error of our own media says nothing about Truora, so it is not reported. */
export const observed = async <T>({ onCall }: Truora, method: Call['method'], call: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now();
  const report = (failed: boolean) => onCall?.({ method, milliseconds: performance.now() - startedAt, failed });
  try {
    const answer = await call();
    report(false);
    return answer;
  } catch (error) {
    if (!(error instanceof MediaUnreadError)) {
      report(!(error instanceof TruoraRejectedError || error instanceof UploadLinkSpentError));
    }
    throw error;
  }
};

/** An id for a path, after our own check: Truora's pattern for account ids matches `..`. */
export const segment = (schema: z.ZodMiniType<string>, id: string): string => encodeURIComponent(schema.parse(id));

type Asked = { form?: string; maxBytes?: number; onHeaders?: (answer: Answer) => void };

export const ask = async <Schema extends z.ZodMiniType>(
  truora: Truora,
  method: 'GET' | 'POST',
  path: string,
  schema: Schema,
  asked: Asked = {},
): Promise<z.infer<Schema>> =>
  answered(truora, method, path, asked, ({ body }) => {
    const { success, data } = schema.safeParse(readJson(body));
    if (!success)
      throw new TruoraContractError('truora_contract_broken', 'the answer does not hold what Truora documents');
    return data as z.infer<Schema>;
  });

/** Sends a call with our key, and reads its answer below 300. */
export const answered = async <Result>(
  truora: Truora,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  { form, maxBytes = MAX_ANSWER_BYTES, onHeaders }: Asked,
  read: (answer: Answer) => Result,
): Promise<Result> => {
  const askWith = (key: string) =>
    deliver(
      defined({
        method,
        url: new URL(path, truora.origin),
        headers: defined({
          'truora-api-key': key,
          accept: 'application/json',
          'content-type': form === undefined ? undefined : 'application/x-www-form-urlencoded',
        }),
        body: form,
        deadlines: truora.deadlines,
        maxBytes,
      }),
    );
  const key = await truora.key();
  return observed(truora, method, async () => {
    let answer = await askWith(key);
    if (answer.status === 401 || answer.status === 403) {
      // A refused call was not executed (assumed), so a repeat with a newer key is safe, for the charged call too.
      const newer = await truora.key(key);
      if (newer !== key) answer = await askWith(newer);
    }
    truora.onAnswer?.(answer);
    if (answer.status >= 300) throw refusalOf(answer);
    onHeaders?.(answer);
    return read(answer);
  });
};

/** Sends a call. The named errors say whether Truora may have executed it. */
export const deliver = async (call: Call): Promise<Answer> => {
  try {
    return await send(call);
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    // The link's host resolved to an address that media must never go to.
    if (error.message === 'PRIVATE_ADDRESS') {
      throw new UploadLinkUnsafeError('upload_link_unsafe', 'the upload link resolves to a private address');
    }
    if (error.message.startsWith('MEDIA_')) {
      throw new MediaUnreadError('media_unread', `the media from S3 was cut off during the upload (${error.message})`);
    }
    if (error.executed === 'no') throw new TruoraBusyError('truora_unreachable', `no connection (${error.message})`);
    if (error.message === 'answer_too_large') {
      throw new TruoraContractError('truora_contract_broken', 'the answer is larger than any of Truora');
    }
    throw new TruoraUncertainError('truora_uncertain', `no answer (${error.message})`);
  }
};

/** The error for an answer that is not 2xx. Bodies are never quoted, because they may hold personal data. */
const refusalOf = ({ status, headers, body }: Answer): Error => {
  if (status === 429) {
    const wait = retryAfterSeconds(headers['retry-after']);
    return new TruoraBusyError('truora_rate_limited', 'Truora answered 429', wait);
  }
  // A 403 can also mean an unknown path (seen), so the text says "or origin".
  if (status === 401 || status === 403) {
    return new TruoraUnauthorizedError('truora_unauthorized', `Truora answered ${status}: wrong key or origin`);
  }
  // A web page is a proxy's answer, or another service's: it does not say that Truora has no such object.
  if (status === 404 && !isMarkup(body)) return new TruoraRejectedError('truora_not_found', 'Truora answered 404');
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
