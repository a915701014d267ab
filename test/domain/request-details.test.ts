import { describe, expect, test } from 'vitest';
import { readReason } from '../../shared/domain/errors.ts';
import { readIntake, refuseForeignMedia } from '../../shared/domain/intake.ts';
import { acceptMedia } from '../../shared/domain/media.ts';
import type { CallRequest, Options, RevalidationRequest } from '../../shared/domain/request.ts';
import { detailsOfCall, detailsOfDrop, refuseSpeech, requestDetailsOf } from '../../shared/domain/request-details.ts';

const key = 'inbox/person/ENR1/selfie.jpg';

const consent = { 'user-authorized': 'true' };

/** The name, the reason and the sentence of what is thrown. */
const refusalOf = (run: () => unknown): [string, string | undefined, string | undefined] => {
  try {
    run();
  } catch (error) {
    const { name, message } = error as Error;
    return [name, readReason(message)?.reason, readReason(message)?.detail];
  }
  throw new TypeError('it was not refused');
};

const call: CallRequest = {
  kind: 'call',
  accountId: 'person',
  enrollmentId: 'ENR1',
  userAuthorized: true,
  media: { key: 'media/selfie.jpg' },
};

const drop = (bucket: string, object: { key: string; etag: string; 'version-id'?: string }): RevalidationRequest => ({
  kind: 'drop',
  event: { source: 'aws.s3', detail: { bucket: { name: bucket }, object } },
});

const read = (request: unknown) => readIntake(request, { bucket: 'media', executionId: 'execution-1' });

/** The address of a request that may be taken. */
const addressOf = (request: unknown) => {
  const intake = read(request);
  refuseForeignMedia(intake);
  return intake.media;
};

describe('the request details of a drop', () => {
  test('come from its key and its metadata', () => {
    const metadata = {
      ...consent,
      options: '{"threshold":0.7,"resultMode":"poll"}',
      reference: 'case 7',
      color: 'blue',
    };
    expect(detailsOfDrop('inbox/person.1/ENR-1/a+b.mp4', metadata)).toEqual({
      accountId: 'person.1',
      enrollmentId: 'ENR-1',
      userAuthorized: true,
      options: { threshold: 0.7, resultMode: 'poll' },
      reference: 'case 7',
    });
  });

  test('may leave everything but the consent to Truora', () => {
    expect(detailsOfDrop(key, consent)).toEqual({
      accountId: 'person',
      enrollmentId: 'ENR1',
      userAuthorized: true,
      options: {},
      reference: undefined,
    });
  });

  test.each([undefined, '', 'false', 'TRUE', 'True', ' true', 'true ', '1', 'yes'])(
    'fail with a consent of %j',
    (said) => {
      const metadata = said === undefined ? {} : { 'user-authorized': said };
      const [name, reason, detail] = refusalOf(() => detailsOfDrop(key, metadata as Record<string, string>));
      expect([name, reason]).toEqual(['RequestInvalidError', 'consent_missing']);
      expect(detail).toMatch(/^x-amz-meta-user-authorized: must be true/);
    },
  );

  test('fail under a key that is not one of ours, and the key is not quoted', () => {
    const [name, reason, detail] = refusalOf(() => detailsOfDrop('inbox/canary', consent));
    expect([name, reason]).toEqual(['RequestInvalidError', 'unreadable_key']);
    expect(detail).toMatch(/^key: must be inbox\/\{accountId\}\/\{enrollmentId\}\/\{name\}\.\{ext\}/);
    expect(detail).not.toContain('canary');
  });

  /** Options of exactly so many bytes: spaces are JSON too. */
  const padded = (bytes: number) => '{"threshold":0.7}'.padEnd(bytes);

  test('may take 512 bytes for the options', () => {
    expect(detailsOfDrop(key, { ...consent, options: padded(512) }).options).toEqual({ threshold: 0.7 });
  });

  test.each([
    ['larger than 512 bytes', padded(513), 'x-amz-meta-options: must be at most 512 bytes'],
    [
      'larger than 512 bytes in fewer characters',
      `"${'é'.repeat(256)}"`,
      'x-amz-meta-options: must be at most 512 bytes',
    ],
    ['that are empty', '', 'x-amz-meta-options: must be JSON'],
    ['that are no JSON', '{threshold: 0.7}', 'x-amz-meta-options: must be JSON'],
    ['that are cut off', '{"threshold":0.7', 'x-amz-meta-options: must be JSON'],
    ['that are a list', '[]', 'x-amz-meta-options: must be an object'],
    ['that are nothing', 'null', 'x-amz-meta-options: must be an object'],
    ['with an unknown field', '{"treshold":0.7}', 'x-amz-meta-options: unknown field "treshold"'],
    ['with a value against the rules', '{"threshold":7}', 'x-amz-meta-options.threshold: must be 0 to 1'],
    ['that names another person', '{"accountId":"other"}', 'x-amz-meta-options: unknown field "accountId"'],
  ])('fail with options %s', (_, options, detail) => {
    const refusal = refusalOf(() => detailsOfDrop(key, { ...consent, options }));
    expect(refusal).toEqual(['RequestInvalidError', 'request_invalid', detail]);
  });

  test.each(['José', '', 'x'.repeat(129), 'a\nb'])('fail with a reference of %j', (reference) => {
    expect(refusalOf(() => detailsOfDrop(key, { ...consent, reference }))).toEqual([
      'RequestInvalidError',
      'request_invalid',
      'x-amz-meta-reference: must be 1 to 128 printable ASCII characters',
    ]);
  });

  test('fail with speech, whose phrase is only given after the media was made', () => {
    const options = '{"subvalidations":["speech_match"],"minimumPrecision":"high"}';
    const [name, reason] = refusalOf(() => detailsOfDrop(key, { ...consent, options }));
    expect([name, reason]).toEqual(['RequestInvalidError', 'speech_match_needs_live_capture']);
  });
});

describe('the request details of a call', () => {
  test('come from its fields', () => {
    expect(detailsOfCall({ ...call, options: { threshold: 0.5 }, reference: 'case 7' })).toEqual({
      accountId: 'person',
      enrollmentId: 'ENR1',
      userAuthorized: true,
      options: { threshold: 0.5 },
      reference: 'case 7',
    });
    expect(detailsOfCall(call)).toMatchObject({ options: {}, reference: undefined });
  });

  test('fail with speech', () => {
    const options: Options = { subvalidations: ['similarity', 'speech_match'], minimumPrecision: 'low' };
    expect(refusalOf(() => detailsOfCall({ ...call, options }))[1]).toBe('speech_match_needs_live_capture');
  });

  test('ignore metadata, and those of a drop ignore its request', () => {
    expect(requestDetailsOf(read({ ...call, reference: 'said' }), { reference: 'metadata' }).reference).toBe('said');
    expect(
      requestDetailsOf(read(drop('media', { key, etag: 'e' })), { ...consent, reference: 'metadata' }).reference,
    ).toBe('metadata');
    expect(refusalOf(() => requestDetailsOf(read(drop('media', { key, etag: 'e' })), {}))[1]).toBe('consent_missing');
  });
});

describe('speech', () => {
  test('fails by name, as the only subvalidation', () => {
    expect(refusalOf(() => refuseSpeech({ subvalidations: ['speech_match'] }))).toEqual([
      'RequestInvalidError',
      'speech_match_needs_live_capture',
      'subvalidations: speech_match needs capture "live" in a call: its phrase is known only once the validation exists',
    ]);
    expect(() => refuseSpeech({ subvalidations: ['similarity', 'passive_liveness'] })).not.toThrow();
    expect(() => refuseSpeech({})).not.toThrow();
  });
});

describe('the address of the media', () => {
  test('of a drop is the version that its event names', () => {
    const request = drop('media', { key, etag: 'e', 'version-id': 'v1' });
    expect(addressOf(request)).toEqual({ key, versionId: 'v1', etag: 'e' });
    expect(addressOf(drop('media', { key, etag: 'e' }))).toEqual({ key, versionId: undefined, etag: 'e' });
  });

  test('of a call is what it names, or the newest version of it', () => {
    expect(addressOf({ ...call, media: { key: 'media/a', versionId: 'v1' } })).toEqual({
      key: 'media/a',
      versionId: 'v1',
      etag: undefined,
    });
    expect(addressOf({ ...call, media: { key } })).toEqual({ key, versionId: undefined, etag: undefined });
  });

  test('must lie in our bucket', () => {
    expect(refusalOf(() => addressOf(drop('media-of-others', { key, etag: 'e' })))).toEqual([
      'RequestInvalidError',
      'request_invalid',
      'event.detail.bucket.name: must be the media bucket',
    ]);
  });

  test.each(['other/a.jpg', 'media', 'mediax/a', '/media/a', 'Media/a', '../media/a', 'a/inbox/b', 'm'])(
    'fails for a call at %s',
    (elsewhere) => {
      expect(refusalOf(() => addressOf({ ...call, media: { key: elsewhere } }))).toEqual([
        'RequestInvalidError',
        'request_invalid',
        'media.key: must begin with media/ or inbox/',
      ]);
    },
  );
});

describe('the media', () => {
  const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);
  const mp4 = new Uint8Array(Buffer.from('\0\0\0\x20ftypisom'));

  test.each([1, 9_999_999, 10_000_000])('may have %i bytes', (bytes) => {
    expect(acceptMedia({ bytes, head: jpeg }, {})).toBe('image/jpeg');
  });

  test.each([
    ['no byte', 0, 'media_empty', 'media: must hold at least 1 byte'],
    ['10,000,001 bytes', 10_000_001, 'media_too_large', 'media: must be at most 10000000 bytes'],
  ])('may not have %s', (_, bytes, reason, detail) => {
    expect(refusalOf(() => acceptMedia({ bytes, head: jpeg }, {}))).toEqual(['MediaUnacceptableError', reason, detail]);
  });

  test('may not have a type that Truora does not take', () => {
    expect(refusalOf(() => acceptMedia({ bytes: 4, head: new Uint8Array(Buffer.from('%PDF')) }, {}))).toEqual([
      'MediaUnacceptableError',
      'media_type_not_supported',
      'media: must be jpeg, png, webp, webm, mp4, avi or mov; this is PDF (file names are ignored)',
    ]);
  });

  test.each<[Options]>([[{ subvalidations: ['passive_liveness', 'similarity'] }], [{ liveness: 'passive' }]])(
    'may not be a photo with %j',
    (options) => {
      expect(refusalOf(() => acceptMedia({ bytes: 4, head: jpeg }, options)).slice(0, 2)).toEqual([
        'MediaUnacceptableError',
        'photo_cannot_prove_liveness',
      ]);
      expect(acceptMedia({ bytes: 12, head: mp4 }, options)).toBe('video/mp4');
    },
  );

  test.each<[Options]>([[{}], [{ liveness: 'disabled' }], [{ subvalidations: ['similarity'] }]])(
    'may be a photo with %j',
    (options) => {
      expect(acceptMedia({ bytes: 4, head: jpeg }, options)).toBe('image/jpeg');
    },
  );
});
