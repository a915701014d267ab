import type { Kind } from './camera.ts';

/** The types that the form of a case takes. */
const photoTypes = ['image/jpeg', 'image/png', 'image/webp'];

const videoTypes = ['video/mp4', 'video/webm', 'video/quicktime', 'video/x-msvideo'];

/** The largest media that a form takes. Bytes. */
const MAX_BYTES = 10_000_000;

/** Where liveness is not asked for, a video proves as much as a photo, but a photo is what the step asks for. */
export const typesFor = (kind: Kind): readonly string[] => (kind === 'photo' ? photoTypes : videoTypes);

/** @returns what is wrong with a chosen file */
export const faultOf = (file: Blob, kind: Kind): 'fileType' | 'fileSize' | undefined => {
  if (!typesFor(kind).includes(file.type)) return 'fileType';
  return file.size === 0 || file.size > MAX_BYTES ? 'fileSize' : undefined;
};
