import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { signWebhook } from '../../../shared/truora/webhook.ts';
import { validationAnswer } from './answers.ts';
import { created, final, type Sending } from './behaviour.ts';
import { type LocalSystem, later, mintId, type Validation } from './state.ts';

/** A receiver that is slower than this has lost the webhook. Truora publishes no number (assumed). Milliseconds. */
const PATIENCE_MS = 5000;

export const sendingsOf = ({ scenario }: Validation): readonly Sending[] =>
  scenario.behaves?.webhooks ?? [created, final];

/** Sends what the story has for this moment, one after the other. Nobody hears whether it arrived. */
export const announce = async (world: LocalSystem, validation: Validation, moment: Sending['when']): Promise<void> => {
  for (const sending of sendingsOf(validation)) {
    if (sending.when === moment) await deliver(world, sending, validation);
  }
};

const deliver = async (world: LocalSystem, { event, dress }: Sending, validation: Validation): Promise<void> => {
  if (!world.webhook) return;
  // Ids are those of the validation, whatever its verdict pretends.
  const object = { ...validationAnswer(world, validation), validation_id: validation.id };
  // Truora has no action for an expired face validation (documented).
  if (event === 'final' && object.failure_status === 'expired') return;
  const success = object.validation_status === 'success' && object.failure_status === undefined;
  const action = event === 'created' ? 'created' : success ? 'succeeded' : 'failed';
  if (world.webhook.actions?.includes(action) === false) return;
  const payload = {
    iss: 'Truora',
    iat: Math.floor(Date.now() / 1000),
    events: [
      ...(dress === 'in a batch' ? [hook('check', 'succeeded', { check_id: 'CHK0001' })] : []),
      hook('face_recognition', action, object),
    ],
  };
  await send(world, world.webhook.url, await seal(payload, world.webhook.key, dress));
};

const hook = (event_type: string, event_action: string, object: object) => ({
  id: mintId('HKE', 40),
  event_type,
  event_action,
  timestamp: new Date().toISOString().replace(/\.\d+/, ''),
  version: '1.0',
  object,
});

/** The body: the compact token itself (documented), unless the story dresses it otherwise. */
const seal = async (payload: object, key: string, dress: Sending['dress']): Promise<string> => {
  if (dress === 'unsigned') {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.`;
  }
  const token = await signWebhook(payload, dress === 'wrong key' ? `not ${key}` : key);
  return dress === 'in a wrapper' ? JSON.stringify({ token }) : token;
};

/** One try on a connection of its own. Ends with its answer, its failure, or our patience. */
const send = (world: LocalSystem, url: string, body: string): Promise<void> =>
  new Promise((done) => {
    if (world.closed) return done();
    const call = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/jwt', 'content-length': Buffer.byteLength(body) },
    });
    world.calls.add(call);
    world.counts.webhooks += 1;
    const enough = later(world, PATIENCE_MS, () => call.destroy());
    call.on('response', (response) => response.resume());
    call.on('error', () => {});
    call.on('close', () => {
      enough();
      world.calls.delete(call);
      done();
    });
    call.end(body);
  });
