import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { S3Error } from './error.ts';

/** The first line of a chunk has a size and perhaps a signature, a trailer one checksum: 4 KB is far above both. */
const MAX_LINE_BYTES = 4096;

const incomplete = () => new S3Error(400, 'IncompleteBody', 'The request body terminated unexpectedly.');

const malformed = () => new S3Error(400, 'InvalidRequest', 'The aws-chunked body is malformed.');

/**
 * Reads the content of an `aws-chunked` body (`size[;chunk-signature]`, data, ..., `0`, trailers), in which the SDK sends a stream
 * so that the checksum can follow the data. It puts the trailers into `trailers`.
 */
export async function* unframed(body: AsyncIterable<Buffer>, trailers: Map<string, string>): AsyncGenerator<Buffer> {
  const source = body[Symbol.asyncIterator]();
  let buffered = Buffer.alloc(0);
  const more = async () => {
    const next = await source.next();
    if (next.done) throw incomplete();
    buffered = Buffer.concat([buffered, next.value]);
  };
  const line = async (): Promise<string> => {
    while (!buffered.includes('\r\n')) {
      if (buffered.length > MAX_LINE_BYTES) throw malformed();
      await more();
    }
    const text = buffered.toString('latin1', 0, buffered.indexOf('\r\n'));
    buffered = buffered.subarray(text.length + 2);
    return text;
  };
  const size = async (): Promise<number> => {
    const [, digits] = /^([0-9a-f]{1,12})(?:;.*)?$/i.exec(await line()) ?? [];
    if (digits === undefined) throw malformed();
    return Number.parseInt(digits, 16);
  };
  try {
    for (let left = await size(); left > 0; left = await size()) {
      while (left > 0) {
        if (buffered.length === 0) await more();
        const data = buffered.subarray(0, left);
        buffered = buffered.subarray(data.length);
        left -= data.length;
        yield data;
      }
      if ((await line()) !== '') throw malformed();
    }
    for (let trailer = await line(); trailer !== ''; trailer = await line()) {
      const [name = '', value = ''] = trailer.split(/:(.*)/s);
      trailers.set(name.trim().toLowerCase(), value.trim());
    }
    // Reads to the end, so that the connection is free for its next request.
    if (buffered.length > 0 || !(await source.next()).done) throw malformed();
  } finally {
    await source.return?.();
  }
}

export type Sums = { bytes: number; md5: Buffer; sha256: Buffer; crc32: Buffer };

/** Streams content into a file and computes its checksums. */
const write = async (content: AsyncIterable<Buffer>, path: string): Promise<Sums> => {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  let crc = 0;
  let bytes = 0;
  const summed = async function* () {
    for await (const chunk of content) {
      md5.update(chunk);
      sha256.update(chunk);
      crc = crc32(chunk, crc);
      bytes += chunk.length;
      yield chunk;
    }
  };
  const file = createWriteStream(path);
  // Content that is refused ends the pipeline at once; a file that is opened after that is made after it was deleted.
  await once(file, 'open');
  await pipeline(summed, file);
  const crcBytes = Buffer.alloc(4);
  crcBytes.writeUInt32BE(crc);
  return { bytes, md5: md5.digest(), sha256: sha256.digest(), crc32: crcBytes };
};

/**
 * Writes an upload to a temporary file, calls `keep`, and deletes the file unless `keep` has moved it: an upload that is cut off
 * or refused leaves nothing.
 */
export const land = async <T>(
  content: AsyncIterable<Buffer>,
  path: string,
  keep: (sums: Sums) => T | Promise<T>,
): Promise<T> => {
  try {
    return await keep(await write(content, path));
  } finally {
    await rm(path, { force: true });
  }
};
