/** A stored file that is read in parts, so that it is never held. */
export type MediaFile = {
  /** The size of the whole. */
  bytes: number;
  /** At least `length` bytes from `start` on, or what there is of them. */
  at: (start: number, length: number) => Promise<Buffer>;
  /** Whether a mark stands anywhere from `start` on: at the end first, where it belongs, and then in all of it. */
  holds: (mark: Buffer, start: number) => Promise<boolean>;
};

/** What a file says of itself. Whatever cannot be read with certainty is left out. */
export type MediaFacts = {
  /** That bytes are missing without which nothing can be shown. */
  isCut?: boolean;
  /** Pixels. */
  width?: number;
  height?: number;
  /** Whether there is a picture that moves. */
  hasVideo?: boolean;
  seconds?: number;
};

/** A look that would need more reads than the checks are worth: what is not known by then stays unknown. */
export class TooScatteredError extends Error {
  override readonly name = 'TooScatteredError';
}

/** One read of a look. Every index (`moov`, chunks, markers) that was tried is read in one to three of them. */
const READ_BYTES = 65_536;

/** Reads of one file. A read of a range takes some 20 ms; the function has 15 s. */
const MAX_READS = 16;

/** One read of a search through the whole file, which only a photo without its end in place needs: ten for the largest. */
const SEARCH_BYTES = 1_048_576;

/**
 * @param head the first bytes, which were read already
 * @param read the bytes from `start` to before `end`, both within the file
 */
export const fileOf = (
  { bytes, head }: { bytes: number; head: Uint8Array },
  read: (start: number, end: number) => Promise<Uint8Array>,
): MediaFile => {
  const parts = [{ start: 0, held: bufferOf(head) }];
  const at = async (start: number, length: number): Promise<Buffer> => {
    const end = Math.min(start + length, bytes);
    if (start >= end) return Buffer.alloc(0);
    const known = parts.find((part) => part.start <= start && end <= part.start + part.held.length);
    if (known) return known.held.subarray(start - known.start);
    if (parts.length > MAX_READS) throw new TooScatteredError('the file would need too many reads');
    const held = bufferOf(await read(start, Math.min(Math.max(end, start + READ_BYTES), bytes)));
    parts.push({ start, held });
    return held;
  };
  const holds = async (mark: Buffer, start: number): Promise<boolean> => {
    const tail = Math.max(start, bytes - READ_BYTES);
    if ((await at(tail, bytes - tail)).includes(mark)) return true;
    for (let from = start; from < tail; from += SEARCH_BYTES) {
      // Overlapping, for a mark may lie across the border.
      const part = await read(from, Math.min(from + SEARCH_BYTES + mark.length - 1, bytes));
      if (bufferOf(part).includes(mark)) return true;
    }
    return false;
  };
  return { bytes, at, holds };
};

const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
