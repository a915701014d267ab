import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPhoto, type MediaType, mediaTypes, SNIFF_BYTES, sniffMediaType } from '../../shared/domain/media.ts';
import { formatFound } from '../../shared/domain/media-names.ts';
import { box as box4, ftyp, longBox } from '../support/media.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

const box = (type: string, brand = '') => bytes(`\x00\x00\x00\x20${type}${brand}\x00\x00\x02\x00isomiso2avc1mp41`);

const riff = (form: string) => bytes(`RIFF\x24\x4a\x01\x00${form}`);

/** An EBML header as muxers write it: version 1, ids of 4 and sizes of 8 bytes, the doctype last but two. */
const ebml = (doctype: string) =>
  bytes(
    `\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82${String.fromCharCode(0x80 + doctype.length)}${doctype}\x42\x87\x81\x04\x42\x85\x81\x02\x18\x53\x80\x67`,
  );

const files: [MediaType, string, Uint8Array][] = [
  ['image/jpeg', 'JFIF', bytes('\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01')],
  ['image/jpeg', 'Exif', bytes('\xff\xd8\xff\xe1\x1c\x45Exif\x00\x00')],
  ['image/jpeg', 'a bare quantisation table', bytes('\xff\xd8\xff\xdb\x00\x43\x00')],
  ['image/png', 'PNG', bytes('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR')],
  ['image/webp', 'lossy WebP', riff('WEBPVP8 ')],
  ['image/webp', 'extended WebP', riff('WEBPVP8X')],
  ['video/webm', 'WebM', ebml('webm')],
  ['video/x-msvideo', 'AVI', riff('AVI LIST')],
  ...['isom', 'iso2', 'iso5', 'mp41', 'mp42', 'avc1', 'M4V ', 'dash', 'MSNV', 'f4v '].map(
    (brand): [MediaType, string, Uint8Array] => ['video/mp4', `MP4 of the brand ${brand}`, box('ftyp', brand)],
  ),
  ['video/quicktime', 'QuickTime', box('ftyp', 'qt  ')],
  ...['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'].map((atom): [MediaType, string, Uint8Array] => [
    'video/quicktime',
    `QuickTime that begins with ${atom}`,
    box(atom),
  ]),
];

describe('the first bytes', () => {
  test.each(files)('give %s for %s', (type, _, head) => {
    expect(sniffMediaType(head)).toBe(type);
  });

  test.each([
    ['a PDF', bytes('%PDF-1.7\n%\xe2\xe3\xcf\xd3')],
    ['a HEIC photo', box('ftyp', 'heic')],
    ['a HEIF photo', box('ftyp', 'mif1')],
    ['an AVIF photo', box('ftyp', 'avif')],
    ['an MP4 that holds sound alone', box('ftyp', 'M4A ')],
    ['a 3GP video', ftyp('3gp5', '3gp5', '3gp4')],
    ['a GIF', bytes('GIF89a\x01\x00\x01\x00')],
    ['a BMP', bytes('BM\x36\x00\x0c\x00')],
    ['a TIFF', bytes('II*\x00\x08\x00\x00\x00')],
    ['an SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg">')],
    ['plain text', bytes('hello, I am a selfie.jpg')],
    ['a text about WebM', bytes('webm webm webm')],
    ['a WAV', riff('WAVEfmt ')],
    ['Matroska', ebml('matroska')],
    ['EBML without a doctype', bytes('\x1a\x45\xdf\xa3\x80')],
    ['an MPEG stream', bytes('\x00\x00\x01\xba\x44\x00\x04\x00')],
    ['a ZIP', bytes('PK\x03\x04\x14\x00')],
    ['zeros', new Uint8Array(SNIFF_BYTES)],
    ['nothing', new Uint8Array()],
  ])('refuse %s', (_, head) => {
    expect(sniffMediaType(head)).toBeUndefined();
  });

  test.each<readonly [Uint8Array, MediaType | undefined]>([
    ...['3gp4', '3gp5', '3g2a', 'mmp4', 'XAVC', 'CAEP', 'niko', 'pana', 'MSNV', 'NDSC', 'kddi', 'zzzz'].flatMap(
      (major) =>
        ['isom', 'iso2', 'iso6', 'mp41', 'mp42', 'avc1'].map(
          (compatible) => [ftyp(major, 'xxxx', compatible), 'video/mp4'] as const,
        ),
    ),
    [ftyp('zzzz', 'qt  '), 'video/quicktime'],
    [ftyp('qt  ', 'mp42'), 'video/quicktime'],
    [ftyp('heic', 'mif1', 'iso8'), undefined],
    [ftyp('avis', 'msf1', 'iso8'), undefined],
    [ftyp('M4A ', 'isom', 'mp42'), undefined],
    [longBox('ftyp', Buffer.from('isom'), Buffer.alloc(4)), 'video/mp4'],
    [longBox('ftyp', Buffer.from('3gp4'), Buffer.alloc(4), Buffer.from('isom')), 'video/mp4'],
    [Buffer.concat([longBox('free', Buffer.alloc(9)), ftyp('isom')]), 'video/mp4'],
    ...['free', 'skip', 'wide'].flatMap((filler) => [
      [Buffer.concat([box4(filler, Buffer.alloc(100)), ftyp('isom')]), 'video/mp4'] as const,
      [Buffer.concat([box4(filler), box4(filler), ftyp('qt  ')]), 'video/quicktime'] as const,
      [Buffer.concat([box4(filler), ftyp('heic', 'mif1')]), undefined] as const,
      [Buffer.concat([box4(filler), box4('mdat', Buffer.alloc(9))]), 'video/quicktime'] as const,
    ]),
    // What lies behind the box is no brand.
    [Buffer.concat([ftyp('3gp4'), Buffer.from('isomisom')]), undefined],
  ])('of an ISO file give its type by any of its brands, at any place: %#', (head, type) => {
    expect(sniffMediaType(head)).toBe(type);
  });

  test.each([
    ['HEIC', ftyp('heic', 'mif1')],
    ['AVIF', ftyp('avif', 'mif1')],
    ['3GP', ftyp('3gp5', '3gp4')],
    ['M4A (only sound)', ftyp('M4A ', 'mp42')],
    ['an ISO media file of the brand zzzz', ftyp('zzzz')],
    ['Matroska (MKV)', ebml('matroska')],
    ['PDF', bytes('%PDF-1.7')],
    ['GIF', bytes('GIF89a')],
    ['text (a data: URL)', bytes('data:image/jpeg;base64,/9j/4AAQ')],
    ['base64 text', bytes('/9j/4AAQSkZJRg==')],
    ['SVG', bytes('<?xml version="1.0"?>\n<svg xmlns="x">')],
    ['HTML', bytes('\xef\xbb\xbf<!DOCTYPE html>')],
    [undefined, ftyp('\0\x01<>')],
    [undefined, new Uint8Array()],
  ])('appear as %s in a refusal', (name, head) => {
    expect(sniffMediaType(head)).toBeUndefined();
    expect(formatFound(head)).toBe(name);
  });

  test.each([
    ['image/jpeg', 3],
    ['image/png', 8],
    ['image/webp', 12],
    ['video/x-msvideo', 12],
    ['video/mp4', 12],
  ] as const)('of %s are needed up to the %i. of them', (type, needed) => {
    const whole = files.find(([found]) => found === type)?.[2] ?? new Uint8Array();
    expect(sniffMediaType(whole.subarray(0, needed))).toBe(type);
    expect(sniffMediaType(whole.subarray(0, needed - 1))).toBeUndefined();
  });

  test('suffice at the length that is read: the doctype of a WebM lies within it', () => {
    expect(sniffMediaType(ebml('webm').subarray(0, SNIFF_BYTES))).toBe('video/webm');
    expect(Buffer.from(ebml('webm')).indexOf('webm') + 4).toBeLessThanOrEqual(SNIFF_BYTES);
  });

  test('start at the view, not at its buffer', () => {
    const [, , jpeg = new Uint8Array()] = files[0] ?? [];
    const buffer = new Uint8Array([1, 2, 3, ...jpeg, 4, 5]);
    expect(sniffMediaType(buffer.subarray(3, 3 + jpeg.length))).toBe('image/jpeg');
    expect(sniffMediaType(buffer)).toBeUndefined();
  });

  test('give one of the known types or none, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: SNIFF_BYTES }), (head) => {
        const type = sniffMediaType(head);
        expect(type === undefined || type in mediaTypes).toBe(true);
      }),
    );
  });

  test.each([
    ['selfie.jpg', 'image/jpeg'],
    ['selfie.mp4', 'video/mp4'],
    ['selfie.svg', undefined],
  ])('of the %s that is shipped with the local system give %s', (file, type) => {
    const head = readFileSync(join(import.meta.dirname, '../../infra/local/media', file)).subarray(0, SNIFF_BYTES);
    expect(sniffMediaType(head)).toBe(type);
  });
});

describe('the types', () => {
  test('match the seven of the guide, each proven above', () => {
    expect(new Set(files.map(([type]) => type))).toEqual(new Set(Object.keys(mediaTypes)));
    expect(
      Object.values(mediaTypes)
        .map(({ extension }) => extension)
        .sort(),
    ).toEqual(['jpg', 'png', 'webp', 'webm', 'mp4', 'avi', 'mov'].sort());
  });

  test('count as photos or videos', () => {
    const photos = (Object.keys(mediaTypes) as MediaType[]).filter(isPhoto);
    expect(photos).toEqual(['image/jpeg', 'image/png', 'image/webp']);
  });
});
