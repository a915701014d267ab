import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { signWebhook } from '../../../shared/truora/webhook.ts';
import { validationAnswer } from './answers.ts';
import { created, final, type Sending } from './behaviour.ts';
import { later, mintId, type SandboxState, type Validation } from './state.ts';

/** How long a receiver may take; then the webhook is lost. Truora publishes no number (assumed). Milliseconds. */
const RECEIVER_TIMEOUT_MS = 5000;

export const sendingsOf = ({ scenario }: Validation): readonly Sending[] =>
  scenario.behaves?.webhooks ?? [created, final];

/** Sends the scenario's webhooks of this moment one after the other. Their delivery is not checked. */
export const announce = async (state: SandboxState, validation: Validation, moment: Sending['when']): Promise<void> => {
  for (const sending of sendingsOf(validation)) {
    if (sending.when === moment) await deliver(state, sending, validation);
  }
};

const deliver = async (state: SandboxState, { event, form }: Sending, validation: Validation): Promise<void> => {
  if (!state.webhook) return;
  // The id is that of the validation, also if the scenario's verdict has another one.
  const object = { ...validationAnswer(state, validation), validation_id: validation.id };
  // Truora has no action for an expired face validation (documented).
  if (event === 'final' && object.failure_status === 'expired') return;
  const success = object.validation_status === 'success' && object.failure_status === undefined;
  const action = event === 'created' ? 'created' : success ? 'succeeded' : 'failed';
  if (state.webhook.actions?.includes(action) === false) return;
  const payload = {
    iss: 'Truora',
    iat: Math.floor(Date.now() / 1000),
    events: [
      ...(form === 'in a batch' ? [hook('check', 'succeeded', { check_id: 'CHK0001' })] : []),
      hook('face_recognition', action, object),
    ],
  };
  await send(state, state.webhook.url, await seal(payload, state.webhook.key, form));
};

const hook = (event_type: string, event_action: string, object: object) => ({
  id: mintId('HKE', 40),
  event_type,
  event_action,
  timestamp: new Date().toISOString().replace(/\.\d+/, ''),
  version: '1.0',
  object,
});

/** The body: the compact token (documented), unless the scenario gives another form. */
const seal = async (payload: object, key: string, form: Sending['form']): Promise<string> => {
  if (form === 'unsigned') {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.`;
  }
  const token = await signWebhook(payload, form === 'wrong key' ? `not ${key}` : key);
  return form === 'in a wrapper' ? JSON.stringify({ token }) : token;
};

/** Sends one request on its own connection. Resolves after its answer, its failure or the timeout. */
const send = (state: SandboxState, url: string, body: string): Promise<void> =>
  new Promise((done) => {
    if (state.closed) return done();
    const call = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/jwt', 'content-length': Buffer.byteLength(body) },
    });
    state.calls.add(call);
    state.counts.webhooks += 1;
    const cancelTimeout = later(state, RECEIVER_TIMEOUT_MS, () => call.destroy());
    call.on('response', (response) => response.resume());
    call.on('error', () => {});
    call.on('close', () => {
      cancelTimeout();
      state.calls.delete(call);
      done();
    });
    call.end(body);
  });
