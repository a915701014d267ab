import type { View } from './api.ts';

export type Kind = View['record'];

/** Why there is no picture of a camera: refused by the person or the browser, none there, or it did not start. */
export type CameraFault = 'refused' | 'missing' | 'failed';

export class CameraError extends Error {
  readonly fault: CameraFault;

  constructor(fault: CameraFault) {
    super(fault);
    this.fault = fault;
  }
}

const faults: Record<string, CameraFault> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
};

/** How long a recording is. A phrase is read aloud in a few seconds, and the person may stop earlier. Milliseconds. */
export const recordMs: Record<'video' | 'speech', number> = { video: 3000, speech: 8000 };

/** Enough for a small face, and far below 10 MB: 8 s are about 2.5 MB. Bits per second. */
const VIDEO_BITS = 2_500_000;

/** MP4 first, which the most players read. */
const videoTypes = ['video/mp4;codecs=avc1.42E01E,mp4a.40.2', 'video/mp4', 'video/webm;codecs=vp8,opus', 'video/webm'];

/** @throws CameraError */
export const openCamera = async (kind: Kind): Promise<MediaStream> => {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('missing');
  const hasRecorder = typeof MediaRecorder !== 'undefined';
  if (kind !== 'photo' && !hasRecorder) throw new CameraError('missing');
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 960 } },
      // Sound is asked for where it is needed.
      audio: kind === 'speech',
    });
  } catch (error) {
    throw new CameraError(faults[(error as Error).name] ?? 'failed');
  }
};

export const closeCamera = (stream: MediaStream | undefined): void => {
  for (const track of stream?.getTracks() ?? []) track.stop();
};

/** The present picture as a JPEG, not mirrored. The mirror is for the person alone. */
export const takePhoto = async (video: HTMLVideoElement): Promise<Blob> => {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const photo = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92));
  if (!photo || canvas.width === 0) throw new CameraError('failed');
  return photo;
};

export type Recording = { finished: Promise<Blob>; stop: () => void };

/** The least that a recording lasts, so that it has more pictures than its first. Milliseconds. */
const SHORTEST_MS = 1500;

/** How long the first picture may take. Three seconds were seen on a busy machine. Milliseconds. */
const FIRST_PICTURE_MS = 30_000;

/**
 * Records for the longest time of its kind, or until `stop`, but not shorter than `SHORTEST_MS`. The time counts from the start of the
 * recorder: in Chromium it starts with the first picture (seen), which comes later than the first sound.
 * @returns the recording, when it has started
 * @throws CameraError when it fails or ends before, or has not started after `FIRST_PICTURE_MS`
 */
export const record = async (stream: MediaStream, kind: 'video' | 'speech'): Promise<Recording> => {
  const mimeType = videoTypes.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, {
    ...(mimeType ? { mimeType } : {}),
    videoBitsPerSecond: VIDEO_BITS,
  });
  const parts: Blob[] = [];
  const stop = () => {
    if (recorder.state === 'recording') recorder.stop();
  };
  const finished = new Promise<Blob>((resolve, reject) => {
    recorder.ondataavailable = ({ data }) => data.size > 0 && parts.push(data);
    recorder.onerror = () => reject(new CameraError('failed'));
    recorder.onstop = () => {
      // A form has the bare type: no codecs.
      const [type = ''] = recorder.mimeType.split(';');
      if (parts.length === 0) reject(new CameraError('failed'));
      else resolve(new Blob(parts, { type }));
    };
  });
  await new Promise<void>((resolve, reject) => {
    // A recorder that is stopped before it has started says that it has, too.
    recorder.onstart = () => recorder.state === 'recording' && resolve();
    finished.then(reject, reject);
    setTimeout(reject, FIRST_PICTURE_MS);
    recorder.start();
  }).catch(() => {
    throw new CameraError('failed');
  });
  const startedAt = Date.now();
  const timer = setTimeout(stop, recordMs[kind]);
  return {
    finished: finished.finally(() => clearTimeout(timer)),
    stop: () => setTimeout(stop, Math.max(0, startedAt + SHORTEST_MS - Date.now())),
  };
};
