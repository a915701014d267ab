import { brandsOf } from './media-brands.ts';

/** Unsupported formats by their first bytes. An error names the format only, and quotes no byte of a file. */
const beginnings: readonly [string, string][] = [
  ['\x1a\x45\xdf\xa3', 'Matroska (MKV)'],
  ['GIF8', 'GIF'],
  ['BM', 'BMP'],
  ['II*\0', 'TIFF'],
  ['MM\0*', 'TIFF'],
  ['%PDF', 'PDF'],
  ['RIFF', 'RIFF, as WAV is'],
  ['ID3', 'MP3'],
  ['\xff\xfb', 'MP3'],
  ['OggS', 'Ogg'],
  ['FLV\x01', 'FLV'],
  ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'WMV'],
  ['\0\0\x01\xba', 'MPEG'],
  ['\0\0\x01\xb3', 'MPEG'],
  ['\xff\x0a', 'JPEG XL'],
  ['\0\0\0\x0cJXL ', 'JPEG XL'],
  ['\0\0\0\x0cjP  ', 'JPEG 2000'],
  ['PK', 'ZIP'],
  ['data:', 'text (a data: URL)'],
];

/** Text formats; a byte-order mark and blanks may precede them. base64: the encoded first bytes of a media type. */
const texts: readonly [RegExp, string][] = [
  [/^(\/9j\/|iVBORw0KGgo|UklGR|AAAA)[A-Za-z0-9+/=\r\n]*$/, 'base64 text'],
  [/^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?<svg/i, 'SVG'],
  [/^(\xef\xbb\xbf)?\s*<(!doctype html|html)/i, 'HTML'],
  [/^(\xef\xbb\xbf)?\s*<\?xml/, 'XML'],
];

/** By the major brand of an `ftyp` box, when none of the compatible brands is of a supported type. */
const brands: readonly [RegExp, string][] = [
  [/^(hei[cxms]|hev[cmsx]|mif[12]|msf1)$/, 'HEIC'],
  [/^avi[fso]$/, 'AVIF'],
  [/^3g[2-9a-z]/, '3GP'],
  [/^(M4[ABP] |F4[ABP] )$/, 'M4A (only sound)'],
];

/** How much of a file is searched. Bytes. */
const SEARCHED_BYTES = 256;

/**
 * The name of an unsupported format, for the error text.
 * @param head the first bytes of the file
 * @returns undefined for an unknown format
 */
export const formatFound = (head: Uint8Array): string | undefined => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const major = brandsOf(bytes)?.[0];
  const isPrintable = major !== undefined && /^[\w .-]{4}$/.test(major);
  if (isPrintable) return brands.find(([form]) => form.test(major))?.[1] ?? `an ISO media file of the brand ${major}`;
  const text = bytes.toString('latin1', 0, SEARCHED_BYTES);
  const begun = beginnings.find(([beginning]) => text.startsWith(beginning));
  return (begun ?? texts.find(([form]) => form.test(text)))?.[1];
};
