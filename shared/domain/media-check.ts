import { MediaUnacceptableError } from './errors.ts';
import type { MediaType } from './media.ts';
import { type MediaFacts, type MediaFile, TooScatteredError } from './media-file.ts';
import { jpegFacts, pngFacts, webpFacts } from './photo.ts';
import { aviFacts, mp4Facts, webmFacts } from './video.ts';

/** The media limits of a deployment: least pixels of a photo's shorter side, most seconds of a video. */
export type MediaLimits = { minPixels: number; maxSeconds: number };

/**
 * Own code, because no library keeps the promise that a valid file is never refused: `image-size` (12 KB) gives the same
 * error for a truncated JPEG and for a header behind the bytes that were read, and accepts a JPEG without its end;
 * `mediabunny` reads by ranges, but adds 187 KB to the cold start of ClaimRequest and cannot read AVI.
 */
const factsOf: Record<MediaType, (file: MediaFile) => Promise<MediaFacts>> = {
  'image/jpeg': jpegFacts,
  'image/png': pngFacts,
  'image/webp': webpFacts,
  'video/mp4': mp4Facts,
  'video/quicktime': mp4Facts,
  'video/webm': webmFacts,
  'video/x-msvideo': aviFacts,
};

/**
 * Refuses media that would certainly be charged without a result. Truora decides about everything that a file does not state,
 * or states in an unknown form.
 * @throws MediaUnacceptableError
 */
export const checkMedia = async (
  type: MediaType,
  file: MediaFile,
  limits: MediaLimits,
  { needsSound }: { needsSound: boolean } = { needsSound: false },
): Promise<void> => {
  const { isCut, width, height, hasVideo, hasSound, seconds } = await factsOf[type](file).catch((error): MediaFacts => {
    if (error instanceof TooScatteredError) return {};
    throw error;
  });
  if (isCut) throw refusal('media_incomplete', 'media: its end is missing; upload the whole file');
  if (width && height && Math.min(width, height) < limits.minPixels)
    throw refusal('media_too_small', `media: must be at least ${limits.minPixels} pixels wide and high`);
  if (hasVideo === false) throw refusal('media_without_video', 'media: has no picture, only sound; a video is needed');
  if (needsSound && hasSound === false)
    throw refusal('media_without_sound', 'media: has no sound; a spoken phrase is needed');
  if (seconds && seconds > limits.maxSeconds)
    throw refusal('media_too_long', `media: must last at most ${limits.maxSeconds} seconds`);
};

const refusal = (...of: ConstructorParameters<typeof MediaUnacceptableError>) => new MediaUnacceptableError(...of);
