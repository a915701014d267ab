import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

type Unpack = (packed: Buffer, bounds: { maxOutputLength: number }) => Buffer;

/** `deflate` with and without its frame: servers send both under that name. */
const inflate: Unpack = (packed, bounds) => {
  // The frame begins with 8 (the method) in the low half of its first byte; a raw stream does not.
  return ((packed[0] ?? 0) & 0x0f) === 8 ? inflateSync(packed, bounds) : inflateRawSync(packed, bounds);
};

/** The codings that HTTP has a name for and that something between Truora and us may use, though `identity` is asked for. */
const codings: Record<string, Unpack> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflate,
  br: brotliDecompressSync,
};

/**
 * The text of an answer's body, unpacked from the coding that its header names. A coding that is not known is left as it
 * is: what it holds is then no JSON, and the reader says so.
 * @param maxBytes the most that is unpacked, so that a small answer cannot fill the memory
 * @returns the text, or what is wrong with the body
 */
export const decoded = (
  body: Buffer,
  coding: string | undefined,
  maxBytes: number,
): string | { fault: 'answer_too_large' | 'answer_unreadable' } => {
  const unpack = codings[coding?.trim().toLowerCase() ?? ''];
  // An empty body is one whatever its header says; a 204 is an example.
  if (!unpack || body.length === 0) return body.toString('utf8');
  try {
    return unpack(body, { maxOutputLength: maxBytes }).toString('utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { fault: code === 'ERR_BUFFER_TOO_LARGE' ? 'answer_too_large' : 'answer_unreadable' };
  }
};
