import { MediaUnacceptableError } from './errors.ts';
import { brandsOf } from './media-brands.ts';
import { formatFound } from './media-names.ts';
import { type Options, subvalidationsOf } from './request.ts';

/** The largest media that Truora takes: "10 MB" (documented), read as decimal (assumed). Bytes. */
export const MAX_MEDIA_BYTES = 10_000_000;

/** Bytes of the first read. It holds the type and, for nearly every file, all checked facts. One read costs the same for any size. */
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

/** Brands of MP4 video: ISO base media, MPEG-4, its codecs, Apple's M4V, and profiles of MP4. */
const mp4Brands = /^(iso[m2-9a-c]|mp4[12]|mp71|avc[1-4]|hvc1|hev1|av01|vp09|M4V |M4VP|M4VH|dash|cmfc|MSNV|mmp4|f4v )$/;

/** Major brands that decide alone: a photo, or only sound, although MP4 is among the compatible brands. */
const decidingBrands = /^(hei[cxms]|hev[cmsx]|mif[12]|msf1|avi[fso]|M4[ABP] |F4[ABP] |jpeg|jpgs|jp2 |jpx |crx )$/;

/** A QuickTime file older than the `ftyp` box starts with one of these atoms. */
const quicktimeAtoms = /^(moov|mdat|wide|free|skip|pnot)$/;

/** Compatible brands decide: the major one names the vendor's profile, and many phones write `3gp4` into plain MP4. */
const typeOfBrands = ([major = '', ...compatible]: readonly string[]): MediaType | undefined => {
  if (major === 'qt  ') return 'video/quicktime';
  if (mp4Brands.test(major)) return 'video/mp4';
  if (decidingBrands.test(major)) return undefined;
  if (compatible.some((brand) => mp4Brands.test(brand))) return 'video/mp4';
  return compatible.includes('qt  ') ? 'video/quicktime' : undefined;
};

/** The document type of EBML is within these bytes, even when every field before it has its longest form. */
const EBML_HEADER_BYTES = 256;

/**
 * The media type by the first bytes of a file. Names and declared types are ignored.
 * Own code: a detector of every known format would be the largest part of the bundle, and only seven formats are accepted.
 * @param head the first `SNIFF_BYTES` of the file, or all of a shorter one
 * @returns undefined for a type that Truora does not take
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
 * Checks that Truora would take the media, by its size and its first bytes.
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
      `media: must be jpeg, png, webp, webm, mp4, avi or mov; this is ${formatFound(media.head) ?? 'none of them'} (file names are ignored)`,
    );
  }
  refuseStillPhoto(type, options);
  return type;
};

/**
 * Whether a drop is too old to run: it was uploaded longer ago than media is kept. Its caller no longer waits for an answer, and
 * the person's consent was for that time.
 */
export const isTooOld = (droppedAt: Date, now: Date, mediaHours: number): boolean =>
  now.getTime() - droppedAt.getTime() > mediaHours * 3_600_000;

/** @throws MediaUnacceptableError for a photo when passive liveness or speech is requested */
export const refuseStillPhoto = (type: MediaType, options: Options): void => {
  if (!isPhoto(type)) return;
  const all = subvalidationsOf(options) ?? [];
  if (all.includes('speech_match')) {
    throw new MediaUnacceptableError('media_without_sound', 'media: a spoken phrase needs a video, not a photo');
  }
  if (!all.includes('passive_liveness')) return;
  throw new MediaUnacceptableError('photo_cannot_prove_liveness', 'media: passive liveness needs a video, not a photo');
};
