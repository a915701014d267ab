/** Tiny files of each type, made byte by byte: as whole as the checks before a charge want them, and no picture. */

const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const u32le = (value: number) => u32(value).reverse();

export const segment = (marker: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker]), u16(content.length + 2), content]);

const START = Buffer.from([0xff, 0xd8]);

const END = Buffer.from([0xff, 0xd9]);

export const frame = (width: number, height: number, marker = 0xc0): Buffer =>
  segment(marker, Buffer.concat([Buffer.from([8]), u16(height), u16(width), Buffer.from([1, 1, 0x11, 0])]));

const scan = segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]));

type Picture = { width?: number; height?: number; before?: Buffer[]; data?: Buffer | string; end?: Buffer };

/** @param before segments in front of the frame header; `end` is what stands in place of the end mark */
export const jpeg = ({ width = 640, height = 480, before = [], data = 'selfie', end = END }: Picture = {}): Buffer =>
  Buffer.concat([START, ...before, frame(width, height), scan, Buffer.from(data), end]);

const chunk = (type: string, content: Buffer): Buffer =>
  Buffer.concat([u32(content.length), Buffer.from(type), content, Buffer.alloc(4)]);

export const png = ({ width = 640, height = 480, data = 'selfie' }: Picture = {}): Buffer =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.concat([u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])])),
    chunk('IDAT', Buffer.from(data)),
    chunk('IEND', Buffer.alloc(0)),
  ]);

const riff = (form: string, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from('RIFF'), u32le(content.length + 4), Buffer.from(form), content]);

const piece = (type: string, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from(type), u32le(content.length), content]);

export const webp = ({ width = 640, height = 480 }: Picture = {}, form: 'VP8 ' | 'VP8L' | 'VP8X' = 'VP8X'): Buffer => {
  const contents = {
    VP8X: [Buffer.alloc(4), u32le(width - 1).subarray(0, 3), u32le(height - 1).subarray(0, 3)],
    'VP8 ': [Buffer.from('0000009d012a', 'hex'), u32le(width).subarray(0, 2), u32le(height).subarray(0, 2)],
    VP8L: [Buffer.from([0x2f]), u32le(((width - 1) | ((height - 1) << 14)) >>> 0)],
  };
  return riff('WEBP', piece(form, Buffer.concat([...contents[form], Buffer.alloc(10)])));
};

export const box = (type: string, ...content: Buffer[]): Buffer => {
  const all = Buffer.concat(content);
  return Buffer.concat([u32(all.length + 8), Buffer.from(type, 'latin1'), all]);
};

/** A box with its length in 64 bits. */
export const longBox = (type: string, ...content: Buffer[]): Buffer => {
  const all = Buffer.concat(content);
  return Buffer.concat([u32(1), Buffer.from(type), u32(0), u32(all.length + 16), all]);
};

export const ftyp = (major: string, ...compatible: string[]): Buffer =>
  box('ftyp', Buffer.from(major), u32(512), Buffer.from(compatible.join('')));

const track = (handler: string) =>
  box('trak', box('mdia', box('hdlr', u32(0), u32(0), Buffer.from(handler), Buffer.alloc(12))));

type Film = { seconds?: number; handlers?: string[] };

export const moov = ({ seconds = 3, handlers = ['vide', 'soun'] }: Film = {}): Buffer =>
  box('moov', box('mvhd', Buffer.alloc(12), u32(1000), u32(seconds * 1000), Buffer.alloc(80)), ...handlers.map(track));

export const mdat = (bytes = 64): Buffer => box('mdat', Buffer.alloc(bytes, 7));

export const mp4 = (film: Film = {}): Buffer =>
  Buffer.concat([ftyp('isom', 'iso2', 'avc1', 'mp41'), mdat(), moov(film)]);

export const mov = (film: Film = {}): Buffer => Buffer.concat([ftyp('qt  '), box('wide'), mdat(), moov(film)]);

/** An element with a length of four bytes; `unknown` as live recorders write it. */
const element = (id: string, content: Buffer, unknown = false): Buffer => {
  const length = unknown ? Buffer.from('01ffffffffffffff', 'hex') : u32((content.length | 0x10000000) >>> 0);
  return Buffer.concat([Buffer.from(id, 'hex'), length, content]);
};

type Webm = { seconds?: number; types?: number[]; typeBytes?: number };

/** @param typeBytes how many bytes the type of a track has, most of them leading zeros */
export const webm = ({ seconds, types = [1, 2], typeBytes = 1 }: Webm = {}): Buffer => {
  const ticks = Buffer.alloc(8);
  ticks.writeDoubleBE((seconds ?? 0) * 1000);
  const info = Buffer.concat([
    element('2ad7b1', Buffer.from([0x0f, 0x42, 0x40])),
    ...(seconds === undefined ? [] : [element('4489', ticks)]),
  ]);
  const tracks = Buffer.concat(
    types.map((type) => element('ae', element('83', Buffer.from([...Array(typeBytes - 1).fill(0), type])))),
  );
  const all = Buffer.concat([
    element('1549a966', info),
    element('1654ae6b', tracks),
    element('1f43b675', Buffer.alloc(20), true),
  ]);
  return Buffer.concat([element('1a45dfa3', element('4282', Buffer.from('webm'))), element('18538067', all, true)]);
};

type Avi = { seconds?: number; types?: string[]; declared?: number };

/** @param declared the length that the list of the media states */
export const avi = ({ seconds = 3, types = ['vids', 'auds'], declared = 10_004 }: Avi = {}): Buffer => {
  const header = Buffer.alloc(56);
  header.writeUInt32LE(100_000, 0);
  header.writeUInt32LE(seconds * 10, 16);
  const streams = types.map((type) => piece('LIST', Buffer.concat([Buffer.from('strl'), strh(type)])));
  const list = piece('LIST', Buffer.concat([Buffer.from('hdrl'), piece('avih', header), ...streams]));
  const media = Buffer.concat([Buffer.from('LIST'), u32le(declared), Buffer.from('movi'), Buffer.alloc(10_000)]);
  return riff('AVI ', Buffer.concat([list, piece('JUNK', Buffer.from('odd\0')), media]));
};

const strh = (type: string) => piece('strh', Buffer.concat([Buffer.from(type), Buffer.alloc(52)]));
