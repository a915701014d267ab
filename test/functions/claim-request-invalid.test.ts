import { describe, expect } from 'vitest';
import { MAX_MEDIA_BYTES } from '../../shared/domain/media.ts';
import { CONSENT, call, claiming, drop, drops, JPEG, THEIRS, test } from '../support/claim-request.ts';
import { callOf, dropOf, errorOf, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';

describe('a request that is not valid', () => {
  const refusals: [string, string, string, (aws: LocalAws) => Promise<unknown>][] = [
    ['of no kind', 'RequestInvalidError', 'request_invalid', async () => ({ kind: 'unknown' })],
    ['that is nothing', 'RequestInvalidError', 'request_invalid', async () => null],
    ['with an unknown field', 'RequestInvalidError', 'request_invalid', async () => ({ ...callOf(), admin: true })],
    ['for only dots', 'RequestInvalidError', 'request_invalid', async () => callOf({ accountId: '..' })],
    [
      'for a drop elsewhere',
      'RequestInvalidError',
      'request_invalid',
      async (aws) => dropOf(await drop(aws), 'another-bucket'),
    ],
    [
      'for media outside of inbox/ and media/',
      'RequestInvalidError',
      'request_invalid',
      async () => callOf({ media: { key: 'private/selfie.jpg' } }),
    ],
    [
      'for options that are no JSON',
      'RequestInvalidError',
      'request_invalid',
      async (aws) => (await drop(aws, { ...CONSENT, options: '{' })).request,
    ],
    [
      'for more options than 512 bytes',
      'RequestInvalidError',
      'request_invalid',
      async (aws) => (await drop(aws, { ...CONSENT, options: `{"threshold":0.5${' '.repeat(500)}}` })).request,
    ],
    [
      'for an unknown option',
      'RequestInvalidError',
      'request_invalid',
      async (aws) => (await drop(aws, { ...CONSENT, options: '{"free":true}' })).request,
    ],
    [
      'for a reference that is too long',
      'RequestInvalidError',
      'request_invalid',
      async (aws) => (await drop(aws, { ...CONSENT, reference: 'r'.repeat(129) })).request,
    ],
    [
      'for a key that is none of ours',
      'RequestInvalidError',
      'unreadable_key',
      async (aws) => dropOf(await aws.put('inbox/selfie.jpg', JPEG, CONSENT)),
    ],
    [
      'without consent in the drop',
      'RequestInvalidError',
      'consent_missing',
      async (aws) => (await drop(aws, {})).request,
    ],
    [
      'with a consent that is not exactly that',
      'RequestInvalidError',
      'consent_missing',
      async (aws) => (await drop(aws, { 'user-authorized': 'TRUE' })).request,
    ],
    [
      'without consent in the call',
      'RequestInvalidError',
      'consent_missing',
      async () => ({ ...callOf(), userAuthorized: false }),
    ],
    [
      'for speech that was never asked for',
      'RequestInvalidError',
      'speech_match_needs_live_capture',
      async (aws) =>
        (await call(aws, { options: { subvalidations: ['speech_match'], minimumPrecision: 'high' } })).request,
    ],
    [
      'for media without a byte',
      'MediaUnacceptableError',
      'media_empty',
      async (aws) => (await drop(aws, CONSENT, { bytes: Buffer.alloc(0) })).request,
    ],
    [
      'for media of a byte too many',
      'MediaUnacceptableError',
      'media_too_large',
      async (aws) =>
        (await drop(aws, CONSENT, { bytes: Buffer.concat([JPEG, Buffer.alloc(MAX_MEDIA_BYTES)]) })).request,
    ],
    [
      'for media that only its name calls a photo',
      'MediaUnacceptableError',
      'media_type_not_supported',
      async (aws) => (await drop(aws, CONSENT, { bytes: Buffer.from('GIF89a') })).request,
    ],
    [
      'for a photo that is to prove liveness',
      'MediaUnacceptableError',
      'photo_cannot_prove_liveness',
      async (aws) => (await drop(aws, { ...CONSENT, options: '{"liveness":"passive"}' })).request,
    ],
    [
      'for media that is not there',
      'MediaGoneError',
      'media_gone',
      async () => callOf({ media: { key: 'media/absent' } }),
    ],
    [
      'for a drop whose version was deleted',
      'MediaGoneError',
      'media_gone',
      async (aws) => {
        const { request, key, versionId } = await drop(aws);
        await aws.remove(key, versionId);
        return request;
      },
    ],
    [
      'for a drop that is not what its event says',
      'MediaGoneError',
      'media_changed',
      async (aws) => dropOf({ ...(await drop(aws)), etag: '0'.repeat(32) }),
    ],
  ];

  test.for(refusals)('fails by name, and writes nothing: %s', async ([_, name, reason, make], { aws }) => {
    const request = await make(aws);
    expect(await thrownBy(claiming(request))).toEqual({ name, reason });
    // Media that is gone may have been decided before; nothing else is worth a look.
    expect(aws.writes()).toEqual([]);
    expect(aws.calls.length).toBe(name === 'MediaGoneError' && Object(request).kind === 'drop' ? 1 : 0);
  });

  test('fails under an idempotency key of another request', async ({ aws }) => {
    const { request } = await call(aws, { idempotencyKey: `key-${drops}` });
    await claiming(request);
    const writes = aws.writes().length;
    const other = { ...request, options: { threshold: 0.7 } };
    expect(await thrownBy(claiming(other, THEIRS))).toEqual({
      name: 'RequestInvalidError',
      reason: 'idempotency_key_reused',
    });
    expect(aws.writes().length).toBe(writes);
  });

  test('fails without any of its values in the message', async ({ aws }) => {
    const canary = 'canary7f3a';
    for (const request of [
      { ...callOf(), accountId: `${canary}/..`, reference: `${canary}\n` },
      { ...callOf(), options: { threshold: canary } },
      dropOf(await aws.put(`inbox/${canary}/x`, JPEG, CONSENT)),
      (await drop(aws, { ...CONSENT, options: `{"${canary} is a name":1}` })).request,
      (await drop(aws, { ...CONSENT, options: `not JSON ${canary}` })).request,
    ]) {
      const { message, stack } = await errorOf(claiming(request));
      expect(`${message} ${stack}`).not.toContain(canary);
    }
    expect(aws.lines.join('\n')).not.toContain(canary);
  });
});
