import { MediaUnacceptableError } from './errors.ts';
import { formatFound } from './media-names.ts';
import { type Options, subvalidationsOf } from './request.ts';

/** The largest media Truora takes: "10 MB", read as decimal because the guide does not say (assumed). Bytes. */
export const MAX_MEDIA_BYTES = 10_000_000;

/** How much of a file is read at first: the type, and of nearly every file all that is checked, stand in it. 64 KiB cost one read, as 64 bytes do. */
export const SNIFF_BYTES = 65_536;

export const mediaTypes = {
  'image/jpeg': { kind: 'photo', extension: 'jpg' },
  'image/png': { kind: 'photo', extension: 'png' },
  'image/webp': { kind: 'photo', extension: 'webp' },
  'video/webm': { kind: 'video', extension: 'webm' },
  'video/mp4': { kind: 'video', extension: 'mp4' },
  'video/x-msvideo': { kind: 'video', extension: 'avi' },
  'video/quicktime': { kind: 'video', extension: 'mov' },
} as const;

export type MediaType = keyof typeof mediaTypes;

export const isPhoto = (type: MediaType): boolean => mediaTypes[type].kind === 'photo';

/** Brands of MP4 video: ISO base media, MPEG-4, its codecs, Apple's M4V, and the profiles that are MP4 beneath. */
const mp4Brands = /^(iso[m2-9a-c]|mp4[12]|mp71|avc[1-4]|hvc1|hev1|av01|vp09|M4V |M4VP|M4VH|dash|cmfc|MSNV|mmp4|f4v )$/;

/** Brands that decide as the major one: a photo, or sound alone, although MP4 stands among the compatible ones. */
const decidingBrands = /^(hei[cxms]|hev[cmsx]|mif[12]|msf1|avi[fso]|M4[ABP] |F4[ABP] |jpeg|jpgs|jp2 |jpx |crx )$/;

/** A QuickTime file older than the `ftyp` box starts with one of these atoms. */
const quicktimeAtoms = /^(moov|mdat|wide|free|skip|pnot)$/;

/** Atoms without content of their own, which may stand before `ftyp`. */
const fillers = /^(free|skip|wide)$/;

/** The brands of an `ftyp` box, the major one first. Undefined where no such box begins the file. */
export const brandsOf = (head: Buffer): string[] | undefined => {
  for (let at = 0; at + 8 <= head.length; ) {
    const size = head.readUInt32BE(at);
    const type = head.toString('latin1', at + 4, at + 8);
    const isLong = size === 1;
    if (isLong && at + 16 > head.length) return undefined;
    const length = isLong ? Number(head.readBigUInt64BE(at + 8)) : size || head.length - at;
    if (type === 'ftyp') {
      const text = head.toString('latin1', at + (isLong ? 16 : 8), Math.min(at + length, head.length));
      // The four bytes behind the major brand are its version.
      return [text.slice(0, 4), ...(text.slice(8).match(/.{4}/gs) ?? [])];
    }
    if (!fillers.test(type) || length < 8) return undefined;
    at += length;
  }
  return undefined;
};

/** Compatible brands decide: the major one names the maker's profile, and many phones write `3gp4` into plain MP4. */
const typeOfBrands = ([major = '', ...compatible]: readonly string[]): MediaType | undefined => {
  if (major === 'qt  ') return 'video/quicktime';
  if (mp4Brands.test(major)) return 'video/mp4';
  if (decidingBrands.test(major)) return undefined;
  if (compatible.some((brand) => mp4Brands.test(brand))) return 'video/mp4';
  return compatible.includes('qt  ') ? 'video/quicktime' : undefined;
};

/** Bytes within which the document type of EBML stands, with every field before it at its longest. */
const EBML_HEADER_BYTES = 256;

/**
 * What the first bytes say a file is; names and declared types are never asked.
 * Own code: a detector of every known format would be the largest thing in the bundle, and all but seven are refused.
 * @param head the first `SNIFF_BYTES` of the file, or all of a shorter one
 * @returns undefined for anything Truora does not take
 */
export const sniffMediaType = (head: Uint8Array): MediaType | undefined => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const text = bytes.toString('latin1', 0, EBML_HEADER_BYTES);
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'image/webp';
  if (text.startsWith('RIFF') && text.startsWith('AVI ', 8)) return 'video/x-msvideo';
  // The element 4282 of EBML's header is the document's type; Matroska has the same header and another type.
  if (text.startsWith('\x1a\x45\xdf\xa3') && /\x42\x82.{1,8}webm/s.test(text)) return 'video/webm';
  const brands = brandsOf(bytes);
  if (brands) return typeOfBrands(brands);
  return quicktimeAtoms.test(text.slice(4, 8)) ? 'video/quicktime' : undefined;
};

/**
 * Whether Truora would take the media: its size and its first bytes are all that can be known for free.
 * @throws MediaUnacceptableError
 */
export const acceptMedia = (media: { bytes: number; head: Uint8Array }, options: Options): MediaType => {
  if (media.bytes === 0) throw new MediaUnacceptableError('media_empty', 'media: must hold at least 1 byte');
  if (media.bytes > MAX_MEDIA_BYTES) {
    throw new MediaUnacceptableError('media_too_large', `media: must be at most ${MAX_MEDIA_BYTES} bytes`);
  }
  const type = sniffMediaType(media.head);
  if (!type) {
    throw new MediaUnacceptableError(
      'media_type_not_supported',
      `media: must be jpeg, png, webp, webm, mp4, avi or mov; this is ${formatFound(media.head) ?? 'none of them'} (names are not looked at)`,
    );
  }
  refuseStillPhoto(type, options);
  return type;
};

/**
 * Whether a drop comes too late to be run: it was put longer ago than media is kept. Whoever waited for its answer has long
 * been told something else, and the person's word was about a moment that is over.
 */
export const isTooOld = (droppedAt: Date, now: Date, mediaHours: number): boolean =>
  now.getTime() - droppedAt.getTime() > mediaHours * 3_600_000;

/** @throws MediaUnacceptableError when liveness is to be proved with a photo */
export const refuseStillPhoto = (type: MediaType, options: Options): void => {
  if (!isPhoto(type) || !subvalidationsOf(options)?.includes('passive_liveness')) return;
  throw new MediaUnacceptableError('photo_cannot_prove_liveness', 'media: passive liveness needs a video, not a photo');
};
