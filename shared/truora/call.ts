import type * as z from 'zod/mini';
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
import { readJson } from './body.ts';
import { type Answer, type Call, type Deadlines, SendError, send } from './http.ts';

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
  onCall?: (seen: { method: Call['method']; milliseconds: number; failed: boolean }) => void;
  /** Is given every answer of Truora's as it came, whatever its status: for the recorder of examples, and for nobody in AWS. */
  onAnswer?: (answer: Pick<Answer, 'status' | 'body'>) => void;
};

/** An answer of Truora's is a few KB. Bytes. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** Times a call, and tells what became of it; one that our own media broke says nothing of Truora. */
export const observed = async <T>(
  { onCall: observe }: Truora,
  method: Call['method'],
  call: () => Promise<T>,
): Promise<T> => {
  const startedAt = performance.now();
  const tell = (failed: boolean) => observe?.({ method, milliseconds: performance.now() - startedAt, failed });
  try {
    const answer = await call();
    tell(false);
    return answer;
  } catch (error) {
    if (!(error instanceof MediaUnreadError)) {
      tell(!(error instanceof TruoraRejectedError || error instanceof UploadLinkSpentError));
    }
    throw error;
  }
};

/** An id may only enter a path after our own check: Truora's pattern for account ids is satisfied by `..`. */
export const segment = (schema: z.ZodMiniType<string>, id: string): string => encodeURIComponent(schema.parse(id));

export const ask = async <Schema extends z.ZodMiniType>(
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
    truora.onAnswer?.(answer);
    if (answer.status < 200 || answer.status >= 300) throw refusalOf(answer);
    heed?.(answer);
    const { success, data } = schema.safeParse(readJson(answer.body));
    if (!success)
      throw new TruoraContractError('truora_contract_broken', 'the answer does not hold what Truora documents');
    return data as z.infer<Schema>;
  });
};

/** Sends, and says by a named error whether the request can have been executed. */
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
      throw new MediaUnreadError('media_unread', `our own copy broke off on its way to Truora (${error.message})`);
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
