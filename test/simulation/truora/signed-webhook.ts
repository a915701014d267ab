import { createHmac } from 'node:crypto';
import type { Sending } from './story.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs at once, since a system's own doings must not wait for another thread. */
const signed = (payload: object, key: string, alg = 'HS256'): string => {
  const text = `${part({ alg, typ: 'JWT' })}.${part(payload)}`;
  return `${text}.${alg === 'none' ? '' : createHmac('sha256', key).update(text).digest('base64url')}`;
};

const hook = (event_type: string, event_action: string, object: object) => ({
  id: 'HKE0001',
  event_type,
  event_action,
  version: '1.0',
  object,
});

/** A webhook as Truora sends it, or as another caller does. */
export const sealed = (
  { event, dress }: Sending,
  answer: Record<string, unknown>,
  key: string,
  now: number,
): { body: string; isBase64: boolean } => {
  const object = dress === 'unknown validation' ? { ...answer, validation_id: `VLD${'f'.repeat(32)}` } : answer;
  const success = object.validation_status === 'success' && object.failure_status === undefined;
  const payload = {
    iss: 'Truora',
    iat: Math.floor(now / 1000),
    events: [
      ...(dress === 'batch' ? [hook('check', 'succeeded', { check_id: 'CHK0001' })] : []),
      hook('face_recognition', event === 'created' ? 'created' : success ? 'succeeded' : 'failed', object),
    ],
  };
  if (dress === 'unsigned') return { body: signed(payload, '', 'none'), isBase64: false };
  const token = signed(payload, dress === 'wrong key' ? 'not the key' : key);
  if (dress === 'wrapper') return { body: JSON.stringify({ token }), isBase64: false };
  return dress === 'base64'
    ? { body: Buffer.from(token).toString('base64'), isBase64: true }
    : { body: token, isBase64: false };
};
