import { defined } from './defined.ts';
import type { MediaFacts, MediaFile } from './media-file.ts';

/** The most parts of one level. A file with more is not checked further. */
const MAX_PARTS = 2000;

type Box = { type: string; from: number; to: number };

/**
 * The boxes between two positions (ISO 14496-12). An invalid name ends the walk. A box that ends after the end of the file is
 * yielded as declared.
 * @returns whether the walk reached its end
 */
async function* boxesIn(file: MediaFile, start: number, end: number): AsyncGenerator<Box, boolean> {
  let at = start;
  for (let parts = 0; at + 8 <= end; parts += 1) {
    const head = await file.at(at, 16);
    const type = head.toString('latin1', 4, 8);
    if (parts === MAX_PARTS || !/^[\x20-\x7e\xa9]{4}$/.test(type)) return false;
    const declared = head.readUInt32BE(0);
    const isLong = declared === 1;
    if (isLong && head.length < 16) return false;
    const length = isLong ? Number(head.readBigUInt64BE(8)) : declared || end - at;
    const header = isLong ? 16 : 8;
    if (length < header) return false;
    yield { type, from: at + header, to: at + length };
    at += length;
  }
  return true;
}

/** Boxes that playback needs. Any other incomplete box may be appended data. */
const needed = /^(moov|mdat|moof)$/;

/** MP4 and QuickTime: the index (`moov`) may be anywhere. It holds the duration and the type of each track. */
export const mp4Facts = async (file: MediaFile): Promise<MediaFacts> => {
  let facts: MediaFacts | undefined;
  const boxes = boxesIn(file, 0, file.bytes);
  for (;;) {
    // After the index was read, too many parts are no reason to refuse the file.
    const next = await boxes.next().catch((error) => {
      if (facts) return undefined;
      throw error;
    });
    if (!next) return facts ?? {};
    if (next.done) return facts ?? (next.value ? { isCut: true } : {});
    const box = next.value;
    if (box.to > file.bytes && (needed.test(box.type) || !facts)) return { ...facts, isCut: true };
    if (box.type === 'moov') facts = await indexFacts(file, box);
  }
};

/** Track handlers without a picture. An unlisted handler may have one. */
const pictureless = /^(soun|text|sbtl|subt|meta|mdta|hint|tmcd|clcp|sdsm|odsm)$/;

const indexFacts = async (file: MediaFile, index: Box): Promise<MediaFacts> => {
  const handlers: string[] = [];
  let isKnown = true;
  let seconds: number | undefined;
  for await (const { type, from, to } of boxesIn(file, index.from, index.to)) {
    if (type === 'mvhd') seconds = secondsOf(await file.at(from, 32));
    // A compressed index, or one that refers to other files.
    if (type === 'cmov' || type === 'rmra') isKnown = false;
    if (type === 'trak') handlers.push(await handlerOf(file, { type, from, to }));
  }
  const hasVideo = handlers.some((handler) => handler === 'vide' || handler === 'pict');
  const hasNone = isKnown && handlers.length > 0 && handlers.every((handler) => pictureless.test(handler));
  const isKnownKind = (handler: string) => /^(vide|pict)$/.test(handler) || pictureless.test(handler);
  const hasSound = handlers.includes('soun');
  const isSilent = isKnown && handlers.length > 0 && handlers.every(isKnownKind);
  return defined({
    hasVideo: hasVideo || hasNone ? hasVideo : undefined,
    hasSound: hasSound || isSilent ? hasSound : undefined,
    seconds: seconds || undefined,
  });
};

/** Zero and all ones mean an unknown duration, as in fragmented files. */
const secondsOf = (header: Buffer): number | undefined => {
  const isLong = header[0] === 1;
  if (header.length < (isLong ? 32 : 20)) return undefined;
  const scale = header.readUInt32BE(isLong ? 20 : 12);
  const duration = isLong ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  const isUnknown = isLong ? duration >= 2 ** 63 : duration === 0xffff_ffff;
  return scale > 0 && !isUnknown ? duration / scale : undefined;
};

const handlerOf = async (file: MediaFile, track: Box): Promise<string> => {
  for await (const media of boxesIn(file, track.from, track.to)) {
    if (media.type !== 'mdia') continue;
    for await (const { type, from } of boxesIn(file, media.from, media.to)) {
      if (type === 'hdlr') return (await file.at(from, 12)).toString('latin1', 8, 12);
    }
  }
  return '';
};

const [SEGMENT, INFO, TRACKS, CLUSTER] = [0x18538067, 0x1549a966, 0x1654ae6b, 0x1f43b675];

const [SCALE, DURATION, TRACK, TRACK_TYPE] = [0x2ad7b1, 0x4489, 0xae, 0x83];

const [VIDEO, AUDIO] = [1, 2];

type Element = { id: number; from: number; to: number };

/** The elements between two positions (RFC 8794). An element of unknown length (live recorders) reaches to the end. */
async function* elementsIn(file: MediaFile, start: number, end: number): AsyncGenerator<Element> {
  let at = start;
  for (let parts = 0; at < end && parts < MAX_PARTS; parts += 1) {
    const head = await file.at(at, 12);
    const idBytes = Math.clz32(head[0] as number) - 23;
    const sizeBytes = Math.clz32(head[idBytes] ?? 0) - 23;
    if (idBytes > 4 || sizeBytes > 8 || head.length < idBytes + sizeBytes) return;
    const first = (head[idBytes] as number) & (0xff >> sizeBytes);
    const rest = head.subarray(idBytes + 1, idBytes + sizeBytes);
    const isUnknown = first === 0xff >> sizeBytes && rest.every((byte) => byte === 0xff);
    const length = rest.reduce((sum, byte) => sum * 256 + byte, first);
    const from = at + idBytes + sizeBytes;
    at = isUnknown ? end : from + length;
    yield { id: head.readUIntBE(0, idBytes), from, to: at };
  }
}

/** WebM: the facts precede the first cluster; live recorders write no duration. */
export const webmFacts = async (file: MediaFile): Promise<MediaFacts> => {
  const facts: MediaFacts = {};
  for await (const segment of elementsIn(file, 0, file.bytes)) {
    if (segment.id !== SEGMENT) continue;
    if (segment.to > file.bytes) facts.isCut = true;
    for await (const { id, from, to } of elementsIn(file, segment.from, Math.min(segment.to, file.bytes))) {
      if (id === CLUSTER) return facts;
      if (to > file.bytes) return { ...facts, isCut: true };
      if (id === INFO) Object.assign(facts, await durationIn(file, from, to));
      if (id === TRACKS) Object.assign(facts, await tracksIn(file, from, to));
    }
  }
  return facts;
};

/** An integer has at most 8 bytes, and any number of them may be leading zeros (RFC 8794). */
const numberAt = async (file: MediaFile, { from, to }: Element): Promise<number> => {
  const bytes = Math.min(to - from, 8);
  return (await file.at(from, bytes)).subarray(0, bytes).reduce((sum, byte) => sum * 256 + byte, 0);
};

const durationIn = async (file: MediaFile, start: number, end: number): Promise<MediaFacts> => {
  // The default scale: nanoseconds per tick.
  let scale = 1_000_000;
  let ticks = 0;
  for await (const element of elementsIn(file, start, end)) {
    const bytes = element.to - element.from;
    if (element.id === SCALE) scale = await numberAt(file, element);
    if (element.id !== DURATION || (bytes !== 4 && bytes !== 8)) continue;
    const held = await file.at(element.from, bytes);
    ticks = bytes === 4 ? held.readFloatBE(0) : held.readDoubleBE(0);
  }
  return ticks > 0 ? { seconds: (ticks * scale) / 1e9 } : {};
};

const tracksIn = async (file: MediaFile, start: number, end: number): Promise<MediaFacts> => {
  const types: number[] = [];
  for await (const track of elementsIn(file, start, end)) {
    if (track.id !== TRACK) continue;
    for await (const element of elementsIn(file, track.from, track.to))
      if (element.id === TRACK_TYPE) types.push(await numberAt(file, element));
  }
  return types.length > 0 ? { hasVideo: types.includes(VIDEO), hasSound: types.includes(AUDIO) } : {};
};

/** The most chunks of an AVI before its media (`movi`): the lists of headers and texts, and padding. Each may cost one read. */
const MAX_BEFORE_MEDIA = 8;

/** Whether the media list of an AVI ends after the end of the file. A length of zero or all ones was never filled in. */
const isMediaCut = async (file: MediaFile): Promise<boolean> => {
  let at = 12;
  for (let chunks = 0; chunks <= MAX_BEFORE_MEDIA; chunks += 1) {
    const head = await file.at(at, 12);
    if (head.length < 12) return false;
    const length = head.readUInt32LE(4);
    const isKnown = length !== 0 && length !== 0xffff_ffff;
    const end = at + 8 + length;
    if (head.toString('latin1', 0, 4) === 'LIST' && head.toString('latin1', 8, 12) === 'movi')
      return isKnown && end > file.bytes;
    // A chunk of an odd length has one byte of padding.
    at = end + (length % 2);
  }
  return false;
};

/** AVI: its first list holds the duration and the stream types. */
export const aviFacts = async (file: MediaFile): Promise<MediaFacts> => {
  const head = await file.at(0, 64);
  if (head.length < 64) return { isCut: true };
  if (head.toString('latin1', 20, 28) !== 'hdrlavih') return {};
  const [micros, frames] = [head.readUInt32LE(32), head.readUInt32LE(48)];
  const seconds = (micros * frames) / 1e6;
  const end = Math.min(20 + head.readUInt32LE(16), file.bytes);
  const list = (await file.at(20, end - 20)).toString('latin1', 0, end - 20);
  const streams = [...list.matchAll(/strh.{4}(.{4})/gs)].map(([, type]) => type);
  const isKnown = streams.length > 0 && streams.every((type) => /^(vids|iavs|auds|mids|txts)$/.test(type ?? ''));
  return defined({
    hasVideo: isKnown ? streams.some((type) => type === 'vids' || type === 'iavs') : undefined,
    hasSound: isKnown ? streams.some((type) => type === 'auds' || type === 'iavs') : undefined,
    // Each frame has an entry of at least 8 bytes; a larger number was never filled in.
    seconds: seconds > 0 && frames * 8 <= file.bytes ? seconds : undefined,
    isCut: (await isMediaCut(file)) || undefined,
  });
};
