import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readReason } from '../../shared/domain/errors.ts';
import { SNIFF_BYTES, sniffMediaType } from '../../shared/domain/media.ts';
import { checkMedia } from '../../shared/domain/media-check.ts';
import { fileOf } from '../../shared/domain/media-file.ts';
import * as make from '../support/media.ts';

const limits = { minPixels: 64, maxSeconds: 60 };

/** The reason by which a file is refused, or `taken`; and in how many reads beyond the first that was known. */
const checked = async (bytes: Buffer, within = limits): Promise<{ is: string; reads: number }> => {
  const head = bytes.subarray(0, SNIFF_BYTES);
  const type = sniffMediaType(head);
  if (!type) throw new TypeError('the file is of no type');
  let reads = 0;
  const file = fileOf({ bytes: bytes.length, head }, async (start, end) => {
    reads += 1;
    return bytes.subarray(start, end);
  });
  const is = await checkMedia(type, file, within).then(
    () => 'taken',
    (error: Error) => readReason(error.message)?.reason ?? String(error),
  );
  return { is, reads };
};

const resultOf = async (bytes: Buffer, within = limits) => (await checked(bytes, within)).is;

const shipped = (name: string) => readFileSync(join(import.meta.dirname, '../../infra/local/media', name));

const noise = (bytes: number) => Buffer.alloc(bytes, '0123456789');

const joined = (bytes: Buffer, more: Buffer) => Buffer.concat([bytes, more]);

const exif = make.segment(0xe1, Buffer.alloc(65_000));

describe('complete media', () => {
  const whole: [string, Buffer][] = [
    ['the photo that ships', shipped('selfie.jpg')],
    ['the video that ships', shipped('selfie.mp4')],
    ['a JPEG', make.jpeg()],
    ['a progressive JPEG', make.jpeg({ before: [make.frame(640, 480, 0xc2)] })],
    ['a JPEG with padding behind its end', joined(make.jpeg(), Buffer.alloc(200_000))],
    ['a JPEG with a film behind its end', joined(make.jpeg(), joined(make.mp4(), noise(3_000_000)))],
    ['a JPEG whose frame lies behind large segments', make.jpeg({ before: [exif, exif, exif] })],
    ['a JPEG with fill bytes', make.jpeg({ before: [Buffer.from([0xff, 0xff, 0xff])] })],
    ['a JPEG whose height is said at its end', make.jpeg({ height: 0 })],
    [
      'a JPEG with something that is no marker',
      make.jpeg({ before: [make.segment(0xe0, Buffer.alloc(5)), Buffer.from('?')], end: Buffer.alloc(0) }),
    ],
    ['a large JPEG', make.jpeg({ data: noise(5_000_000) })],
    ['a PNG', make.png()],
    ['a large PNG', make.png({ data: noise(3_000_000) })],
    ['a PNG with padding behind its end', joined(make.png(), Buffer.alloc(200_000))],
    ['a lossy WebP', make.webp({}, 'VP8 ')],
    ['a lossless WebP', make.webp({}, 'VP8L')],
    ['an extended WebP', make.webp({}, 'VP8X')],
    ['an MP4', make.mp4()],
    ['an MP4 with its index in front', Buffer.concat([make.ftyp('isom'), make.moov(), make.mdat()])],
    ['an MP4 with its index behind megabytes', Buffer.concat([make.ftyp('isom'), make.mdat(9_000_000), make.moov()])],
    [
      'an MP4 in pieces, which knows no length',
      joined(make.mp4({ seconds: 0 }), Buffer.concat([make.box('moof'), make.mdat()])),
    ],
    ['an MP4 with something behind it', joined(make.mp4(), Buffer.from('appended by a camera maker'))],
    ['an MP4 of a track that is not known', make.mp4({ handlers: ['soun', 'vexu'] })],
    ['a QuickTime film', make.mov()],
    [
      'a QuickTime film with a compressed index',
      Buffer.concat([make.ftyp('qt  '), make.mdat(), make.box('moov', make.box('cmov'))]),
    ],
    ['boxes that are none', joined(make.ftyp('isom'), Buffer.alloc(400, 1))],
    ['a WebM that says no length', make.webm()],
    ['a WebM of 59 s', make.webm({ seconds: 59 })],
    ['a WebM whose types have 7 bytes', make.webm({ typeBytes: 7 })],
    ['a WebM whose types have 8 bytes', make.webm({ typeBytes: 8 })],
    ['an AVI', make.avi()],
    ['an AVI whose media says no length', make.avi({ declared: 0 })],
    ['an AVI whose media was recorded live', make.avi({ declared: 0xffff_ffff })],
    ['an AVI whose number of frames cannot be', make.avi({ seconds: 400_000_000 })],
    ['a film of exactly the limit', make.mp4({ seconds: 60 })],
    ['a photo of exactly the limit', make.jpeg({ width: 64, height: 64 })],
  ];

  test.each(whole)('passes the check: %s', async (_, bytes) => {
    expect(await resultOf(bytes)).toBe('taken');
  });

  test('needs few reads: a film of 9 MB needs one', async () => {
    const [reads, film] = await Promise.all([
      Promise.all(whole.map(([, bytes]) => checked(bytes))),
      checked(Buffer.concat([make.ftyp('isom'), make.mdat(9_000_000), make.moov()])),
    ]);
    expect(Math.max(...reads.map(({ reads }) => reads))).toBeLessThanOrEqual(5);
    expect(film.reads).toBe(1);
  });
});

describe('media that would be paid for in vain', () => {
  test.each<[string, string, Buffer]>([
    ['media_incomplete', 'a JPEG of three bytes', make.jpeg().subarray(0, 3)],
    ['media_incomplete', 'a JPEG that was cut off at 2 KB', shipped('selfie.jpg').subarray(0, 2048)],
    ['media_incomplete', 'a JPEG that was cut off in its header', shipped('selfie.jpg').subarray(0, 90)],
    ['media_incomplete', 'a large JPEG without its end', make.jpeg({ data: noise(3_000_000), end: Buffer.alloc(0) })],
    [
      'media_incomplete',
      'a JPEG whose only end is in a thumbnail',
      make.jpeg({ before: [make.segment(0xe1, make.jpeg())], end: Buffer.alloc(0) }),
    ],
    ['media_incomplete', 'a JPEG without a picture', Buffer.from('ffd8ffd9', 'hex')],
    ['media_incomplete', 'a PNG of its signature', make.png().subarray(0, 20)],
    ['media_incomplete', 'a PNG without its end', make.png({ data: noise(2_000_000) }).subarray(0, 1_500_000)],
    ['media_incomplete', 'a WebP without its end', joined(make.webp(), noise(400)).fill(0xff, 5, 6).subarray(0, 60)],
    ['media_incomplete', 'an MP4 without its index', Buffer.concat([make.ftyp('isom'), make.mdat(500)])],
    [
      'media_incomplete',
      'an MP4 that was cut off before its index',
      Buffer.concat([make.ftyp('isom'), make.mdat(500), make.moov()]).subarray(0, 300),
    ],
    [
      'media_incomplete',
      'an MP4 that was cut off behind its index',
      Buffer.concat([make.ftyp('isom'), make.moov(), make.mdat(500)]).subarray(0, -100),
    ],
    ['media_incomplete', 'an AVI that was cut in half', make.avi().subarray(0, 5000)],
    ['media_incomplete', 'an AVI without its last byte', make.avi().subarray(0, -1)],
    ['media_without_video', 'a WebM of sound whose types have 8 bytes', make.webm({ types: [2], typeBytes: 8 })],
    ['media_incomplete', 'an MP4 of its first box', make.ftyp('isom')],
    ['media_too_small', 'a JPEG of 30 pixels', make.jpeg({ width: 30, height: 30 })],
    ['media_too_small', 'a JPEG that is only wide', make.jpeg({ width: 4000, height: 63 })],
    ['media_too_small', 'a PNG of 30 pixels', make.png({ width: 30, height: 30 })],
    ...(['VP8 ', 'VP8L', 'VP8X'] as const).map((form): [string, string, Buffer] => [
      'media_too_small',
      `a WebP (${form}) of 63 pixels`,
      make.webp({ width: 640, height: 63 }, form),
    ]),
    ['media_without_video', 'an MP4 of sound', make.mp4({ handlers: ['soun'] })],
    ['media_without_video', 'a QuickTime film of sound and text', make.mov({ handlers: ['soun', 'text'] })],
    ['media_without_video', 'a WebM of sound', make.webm({ types: [2] })],
    ['media_without_video', 'an AVI of sound', make.avi({ types: ['auds'] })],
    ['media_too_long', 'an MP4 of 90 s', make.mp4({ seconds: 90 })],
    ['media_too_long', 'a QuickTime film of 61 s', make.mov({ seconds: 61 })],
    ['media_too_long', 'a WebM of 90 s', make.webm({ seconds: 90 })],
    ['media_too_long', 'an AVI of 90 s', make.avi({ seconds: 90 })],
  ])('fails the check by name: %s: %s', async (reason, _, bytes) => {
    expect(await resultOf(bytes)).toBe(reason);
  });

  test('fails the check by the limits of the deployment', async () => {
    expect(await resultOf(make.jpeg(), { minPixels: 481, maxSeconds: 60 })).toBe('media_too_small');
    expect(await resultOf(make.mp4({ seconds: 3 }), { minPixels: 64, maxSeconds: 2 })).toBe('media_too_long');
    expect(await resultOf(make.mp4({ seconds: 90 }), { minPixels: 64, maxSeconds: 90 })).toBe('taken');
  });
});

test('any bytes behind any beginning get a result within a bounded number of reads', async () => {
  const beginnings = [make.jpeg(), make.png(), make.webp(), make.mp4(), make.mov(), make.webm(), make.avi()];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...beginnings),
      fc.nat(80),
      fc.uint8Array({ maxLength: 300 }),
      async (file, at, more) => {
        const { is, reads } = await checked(joined(file.subarray(0, 60 + at), Buffer.from(more)));
        expect(is).toMatch(/^(taken|media_[a-z_]+)$/);
        expect(reads).toBeLessThanOrEqual(17);
      },
    ),
  );
});
