/** The largest media Truora takes: "10 MB", read as decimal because the guide does not say (assumed). Bytes. */
export const MAX_MEDIA_BYTES = 10_000_000;

/** How much of a file tells its type: the WebM doctype is the furthest mark and stands within the first 64 bytes. */
export const SNIFF_BYTES = 64;

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

/** The `ftyp` brands of MP4 video. The same box opens HEIC and AVIF photos, which Truora does not take. */
const mp4Brands = /^(isom|iso[2-9]|mp4[12]|mp71|avc1|M4V |M4VP|M4VH|dash|MSNV|mmp4|f4v )$/;
/** A QuickTime file older than the `ftyp` box starts with one of these atoms. */
const quicktimeAtoms = /^(moov|mdat|wide|free|skip|pnot)$/;

/**
 * What the first bytes say a file is; names and declared types are never asked.
 * Own code: a detector of every known format would be the largest thing in the bundle, and all but seven are refused.
 * @param head the first `SNIFF_BYTES` of the file, or all of a shorter one
 * @returns undefined for anything Truora does not take
 */
export const sniffMediaType = (head: Uint8Array): MediaType | undefined => {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'image/webp';
  if (text.startsWith('RIFF') && text.startsWith('AVI ', 8)) return 'video/x-msvideo';
  // The element 4282 of EBML's header is the document's type; Matroska has the same header and another type.
  if (text.startsWith('\x1a\x45\xdf\xa3') && /\x42\x82.webm/s.test(text)) return 'video/webm';
  const atom = text.slice(4, 8);
  if (atom === 'ftyp') {
    const brand = text.slice(8, 12);
    if (brand === 'qt  ') return 'video/quicktime';
    return mp4Brands.test(brand) ? 'video/mp4' : undefined;
  }
  return quicktimeAtoms.test(atom) ? 'video/quicktime' : undefined;
};
