import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

type Unpack = (packed: Buffer, bounds: { maxOutputLength: number }) => Buffer;

/** `deflate` with and without the zlib header: servers send both. */
const inflate: Unpack = (packed, bounds) => {
  // The low half of the first byte of a zlib header is 8 (the method); a raw stream has no such byte.
  return ((packed[0] ?? 0) & 0x0f) === 8 ? inflateSync(packed, bounds) : inflateRawSync(packed, bounds);
};

/** The content codings that a proxy may use, although we request `identity`. */
const codings: Record<string, Unpack> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflate,
  br: brotliDecompressSync,
};

/**
 * The text of an answer's body, decoded by its content coding. The body of an unknown coding stays as it is and then fails as
 * JSON.
 * @param maxBytes the most decoded bytes, so that a small answer cannot fill the memory
 * @returns the text, or the fault
 */
export const decoded = (
  body: Buffer,
  coding: string | undefined,
  maxBytes: number,
): string | { fault: 'answer_too_large' | 'answer_unreadable' } => {
  const unpack = codings[coding?.trim().toLowerCase() ?? ''];
  // An empty body needs no decoding, for example of a 204.
  if (!unpack || body.length === 0) return body.toString('utf8');
  try {
    return unpack(body, { maxOutputLength: maxBytes }).toString('utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { fault: code === 'ERR_BUFFER_TOO_LARGE' ? 'answer_too_large' : 'answer_unreadable' };
  }
};
