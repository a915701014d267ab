import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { MAX_MEDIA_BYTES } from '../../../shared/domain/media.ts';
import { signatureOf } from './answers.ts';
import { faultAt, withFault } from './behaviour.ts';
import { nothing, type Reply, type Silence, storeError } from './replies.ts';
import { type LocalSystem, later, type Upload, type Validation } from './state.ts';
import { announce, sendingsOf } from './webhooks.ts';

/** `PUT` to an upload link: it works once, until it expires (seen). The bytes are counted, hashed and forgotten. */
export const takeUpload = async (
  world: LocalSystem,
  request: IncomingMessage,
  url: URL,
  id: string,
): Promise<Reply | Silence> => {
  const validation = world.validations.get(id);
  if (validation) validation.puts += 1;
  const fault = validation && faultAt(validation.scenario.behaves, 'upload', validation.puts);
  if (fault?.answer === 'reset' && !fault.executed) {
    await someBytes(request);
    return 'reset';
  }
  // Taken in whole before any answer: a client that is still sending could lose an early one to the broken pipe.
  const upload = await digest(request);
  return withFault(fault, async () => {
    const refusal = refusalOf(world, validation, url);
    if (refusal || !validation) return refusal ?? denied('Access Denied');
    if (upload.bytes > MAX_MEDIA_BYTES) {
      return storeError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
    }
    await begin(world, validation, upload);
    return nothing(200);
  });
};

const denied = (message: string) => storeError(403, 'AccessDenied', message);

const refusalOf = (world: LocalSystem, validation: Validation | undefined, url: URL): Reply | undefined => {
  const expires = url.searchParams.get('Expires') ?? '';
  if (url.searchParams.get('Signature') !== signatureOf(world, url.pathname, expires)) {
    return storeError(403, 'SignatureDoesNotMatch', 'The signature does not match the request');
  }
  if (Date.now() >= Number(expires) * 1000) return denied('Request has expired');
  return validation && !validation.upload ? undefined : denied('Access Denied');
};

/** The media is there: Truora starts to decide, at the story's own pace. */
const begin = async (world: LocalSystem, validation: Validation, upload: Upload): Promise<void> => {
  const { settings } = world;
  const pace = validation.scenario.behaves?.pace;
  validation.upload = { ...upload, at: Date.now() };
  world.counts.uploads += 1;
  if (pace === 'never') return;
  if (sendingsOf(validation).some(({ when }) => when === 'uploading')) {
    validation.decidedAt = Date.now();
    await announce(world, validation, 'uploading');
    return;
  }
  later(world, pace === 'slow' ? settings.slowMs : settings.decisionMs, async () => {
    validation.decidedAt = Date.now();
    await announce(world, validation, 'decided');
    later(world, settings.webhookLateMs, () => announce(world, validation, 'late'));
  });
};

const digest = async (request: IncomingMessage): Promise<Upload> => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, sha256: hash.digest('hex'), contentType: request.headers['content-type'] ?? '' };
};

const someBytes = (request: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    request.once('data', () => resolve());
    request.once('close', () => resolve());
  });
