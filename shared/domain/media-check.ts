import { MediaUnacceptableError } from './errors.ts';
import type { MediaType } from './media.ts';
import { type MediaFacts, type MediaFile, TooScatteredError } from './media-file.ts';
import { jpegFacts, pngFacts, webpFacts } from './photo.ts';
import { aviFacts, mp4Facts, webmFacts } from './video.ts';

/** What a deployment sends to Truora at all: the shorter side of a photo at least, and a video's length at most. */
export type MediaLimits = { minPixels: number; maxSeconds: number };

/**
 * Own code, since no library keeps the one promise that matters here, that a valid file is never refused: `image-size`
 * (12 KB) says the same of a JPEG that is cut off as of one whose header lies behind what was read, and takes one without its
 * end; `mediabunny` reads by ranges, but is 187 KB of ClaimRequest's cold start, and knows no AVI.
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
 * Refuses what is certain to be paid for in vain. Whatever a file does not say, or says in a way that is not understood, is
 * for Truora to decide.
 * @throws MediaUnacceptableError
 */
export const checkMedia = async (type: MediaType, file: MediaFile, limits: MediaLimits): Promise<void> => {
  const { isCut, width, height, hasVideo, seconds } = await factsOf[type](file).catch((error): MediaFacts => {
    if (error instanceof TooScatteredError) return {};
    throw error;
  });
  if (isCut) throw refusal('media_incomplete', 'media: its end is missing; put the whole file');
  if (width && height && Math.min(width, height) < limits.minPixels)
    throw refusal('media_too_small', `media: must be at least ${limits.minPixels} pixels wide and high`);
  if (hasVideo === false) throw refusal('media_without_video', 'media: holds sound alone; a video is needed');
  if (seconds && seconds > limits.maxSeconds)
    throw refusal('media_too_long', `media: must last at most ${limits.maxSeconds} seconds`);
};

const refusal = (...said: ConstructorParameters<typeof MediaUnacceptableError>) => new MediaUnacceptableError(...said);
