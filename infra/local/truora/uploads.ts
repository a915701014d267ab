import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { MAX_MEDIA_BYTES } from '../../../shared/domain/media.ts';
import { signatureOf } from './answers.ts';
import { faultAt, withFault } from './behaviour.ts';
import { nothing, type Reply, type Silence, storeError } from './replies.ts';
import { later, type SandboxState, type Upload, type Validation } from './state.ts';
import { announce, sendingsOf } from './webhooks.ts';

/** `PUT` to an upload link: it works once, until it expires (seen). The bytes are counted and hashed, not kept. */
export const takeUpload = async (
  state: SandboxState,
  request: IncomingMessage,
  url: URL,
  id: string,
): Promise<Reply | Silence> => {
  const validation = state.validations.get(id);
  if (validation) validation.puts += 1;
  const fault = validation && faultAt(validation.scenario.behaves, 'upload', validation.puts);
  if (fault?.answer === 'reset' && !fault.executed) {
    await someBytes(request);
    return 'reset';
  }
  // Reads the whole upload before any answer: a client that is still sending could lose an early answer.
  const upload = await digest(request);
  return withFault(fault, async () => {
    const refusal = refusalOf(state, validation, url);
    if (refusal || !validation) return refusal ?? denied('Access Denied');
    if (upload.bytes > MAX_MEDIA_BYTES) {
      return storeError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
    }
    await begin(state, validation, upload);
    return nothing(200);
  });
};

const denied = (message: string) => storeError(403, 'AccessDenied', message);

const refusalOf = (state: SandboxState, validation: Validation | undefined, url: URL): Reply | undefined => {
  const expires = url.searchParams.get('Expires') ?? '';
  if (url.searchParams.get('Signature') !== signatureOf(state, url.pathname, expires)) {
    return storeError(403, 'SignatureDoesNotMatch', 'The signature does not match the request');
  }
  if (Date.now() >= Number(expires) * 1000) return denied('Request has expired');
  return validation && !validation.upload ? undefined : denied('Access Denied');
};

/** The media has arrived: decides after the scenario's time. */
const begin = async (state: SandboxState, validation: Validation, upload: Upload): Promise<void> => {
  const { settings } = state;
  const pace = validation.scenario.behaves?.pace;
  validation.upload = { ...upload, at: Date.now() };
  state.counts.uploads += 1;
  if (pace === 'never') return;
  if (sendingsOf(validation).some(({ when }) => when === 'uploading')) {
    validation.decidedAt = Date.now();
    await announce(state, validation, 'uploading');
    return;
  }
  later(state, pace === 'slow' ? settings.slowMs : settings.decisionMs, async () => {
    validation.decidedAt = Date.now();
    await announce(state, validation, 'decided');
    later(state, settings.webhookLateMs, () => announce(state, validation, 'late'));
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
