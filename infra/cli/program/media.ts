import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { acceptMedia, MAX_MEDIA_BYTES, mediaTypes, SNIFF_BYTES } from '../../../shared/domain/media.ts';
import type { Options } from '../../../shared/domain/request.ts';
import { refuseSpeech } from '../../../shared/domain/request-details.ts';
import type { Context } from './context.ts';
import { UsageError } from './usage.ts';

/** A photo or video, with a name that has an extension. */
export type MediaFile = { name: string; content: Buffer };

/**
 * Reads the media of a command, and checks it as ClaimRequest checks the object, so that a bad one is refused before anything
 * starts.
 * @param given a file, or `-` for stdin
 * @throws UsageError naming the file and the rule
 */
export const readMedia = async (
  given: string,
  options: Options,
  { folder, stdin }: Pick<Context, 'folder' | 'stdin'>,
): Promise<MediaFile> => {
  const isStdin = given === '-';
  const content = isStdin ? await readAll(stdin, MAX_MEDIA_BYTES + 1) : readFile(resolve(folder, given), given);
  const name = isStdin ? 'stdin' : given;
  try {
    refuseSpeech(options);
    const type = acceptMedia({ bytes: content.length, head: content.subarray(0, SNIFF_BYTES) }, options);
    return { name: isStdin ? `stdin.${mediaTypes[type].extension}` : basename(given), content };
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message.replace(/^\w+: (media: )?/, '')}`);
  }
};

/** Reads a stream, up to a bound. Bytes. */
export const readAll = async (stream: AsyncIterable<Uint8Array | string>, most: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    bytes += chunk.length;
    if (bytes >= most) break;
  }
  return Buffer.concat(chunks);
};

const readFile = (file: string, given: string): Buffer => {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`${given}: there is no such file`);
  if (!stat.isFile()) throw new UsageError(`${given}: is not a file`);
  // A file that is too large is refused by its size, without reading it whole.
  if (stat.size > MAX_MEDIA_BYTES) throw new UsageError(`${given}: must be at most ${MAX_MEDIA_BYTES} bytes`);
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${given}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
};
