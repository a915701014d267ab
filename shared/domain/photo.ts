import type { MediaFacts, MediaFile } from './media-file.ts';

/** The most segments before the picture. No camera or phone writes more. */
const MAX_SEGMENTS = 1000;

/** Frame headers (SOF): C0 to CF, except the Huffman table, the reserved one and the arithmetic coding table. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

const isAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

const [END, SCAN] = [0xd9, 0xda];

/**
 * A JPEG's size is in its frame header, and its end is a separate marker (ITU T.81, annex B). Any data may follow the end:
 * vendors append thumbnails and videos of megabytes. Decoders skip bytes that are no marker; here such a byte ends the check.
 */
export const jpegFacts = async (file: MediaFile): Promise<MediaFacts> => {
  let size: MediaFacts = {};
  let at = 2;
  for (let segments = 0; segments < MAX_SEGMENTS; segments += 1) {
    const head = await file.at(at, 9);
    if (head.length < 2) return { ...size, isCut: true };
    const marker = head[1] as number;
    if (head[0] !== 0xff || marker === 0) return size;
    // A marker may have fill bytes before it.
    if (marker === 0xff) at += 1;
    else if (isAlone(marker)) at += 2;
    else if (marker === END || head.length < 4) return { ...size, isCut: true };
    else {
      const length = head.readUInt16BE(2);
      if (length < 2) return size;
      if (isFrame(marker)) {
        if (head.length < 9) return { isCut: true };
        size = { height: head.readUInt16BE(5), width: head.readUInt16BE(7) };
      }
      at += 2 + length;
      if (marker === SCAN) return { ...size, isCut: !(await file.holds(Buffer.from([0xff, END]), at)) };
    }
  }
  return size;
};

/** A PNG's size is in its first chunk; its last chunk is `IEND` (ISO 15948). */
export const pngFacts = async (file: MediaFile): Promise<MediaFacts> => {
  const head = await file.at(0, 33);
  if (head.length < 33) return { isCut: true };
  const isCut = !(await file.holds(Buffer.from('IEND'), 33));
  // Apple's variant has another chunk before it.
  if (head.toString('latin1', 12, 16) !== 'IHDR') return { isCut };
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20), isCut };
};

/** A WebP states its length, and its size in one of three forms (RFC 9649). */
export const webpFacts = async (file: MediaFile): Promise<MediaFacts> => {
  const head = await file.at(0, 30);
  // One byte of padding is often missing.
  if (head.length < 30 || head.readUInt32LE(4) + 8 > file.bytes + 1) return { isCut: true };
  return sizeOfWebp(head);
};

const sizeOfWebp = (head: Buffer): MediaFacts => {
  const form = head.toString('latin1', 12, 16);
  if (form === 'VP8X') return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
  if (form === 'VP8 ' && head.readUIntBE(23, 3) === 0x9d012a)
    return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
  if (form !== 'VP8L' || head[20] !== 0x2f) return {};
  const bits = head.readUInt32LE(21);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
};
