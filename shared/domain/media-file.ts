/** A stored file that is read in parts, so that it is never whole in memory. */
export type MediaFile = {
  /** The size of the file. */
  bytes: number;
  /** At least `length` bytes from `start`, or fewer at the end of the file. */
  at: (start: number, length: number) => Promise<Buffer>;
  /** Whether a mark is anywhere from `start` on. The end is searched first, then the rest. */
  holds: (mark: Buffer, start: number) => Promise<boolean>;
};

/** The facts that a file states. A fact that cannot be read with certainty is absent. */
export type MediaFacts = {
  /** True when bytes are missing that every player needs. */
  isCut?: boolean;
  /** Pixels. */
  width?: number;
  height?: number;
  /** Whether there is a video track. */
  hasVideo?: boolean;
  /** Whether there is a track of sound. */
  hasSound?: boolean;
  seconds?: number;
};

/** The file would need too many reads. Facts that are not known by then stay unknown. */
export class TooScatteredError extends Error {
  override readonly name = 'TooScatteredError';
}

/** Bytes of one read. One to three reads were enough for every index (`moov`, chunks, markers) that was tried. */
const READ_BYTES = 65_536;

/** The most reads of one file. A range read takes about 20 ms; the function has 15 s. */
const MAX_READS = 16;

/** Bytes of one read in a search through the whole file: ten reads for the largest file. Only a photo without its end in place needs it. */
const SEARCH_BYTES = 1_048_576;

/**
 * @param head the first bytes, already read
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
      // The parts overlap, because a mark may cross their border.
      const part = await read(from, Math.min(from + SEARCH_BYTES + mark.length - 1, bytes));
      if (bufferOf(part).includes(mark)) return true;
    }
    return false;
  };
  return { bytes, at, holds };
};

const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
