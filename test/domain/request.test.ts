import { describe, expect, test } from 'vitest';
import {
  CallRequest,
  DropRequest,
  Options,
  Reference,
  RevalidationRequest,
  subvalidationsOf,
} from '../../shared/domain/request.ts';

type Schema = {
  safeParse(value: unknown): { success: boolean; error?: { issues: { path: PropertyKey[]; message: string }[] } };
};

/** The fields that break a rule, and the rules: `threshold: must be 0 to 1`. */
const complaintsOf = (schema: Schema, value: unknown): string[] =>
  (schema.safeParse(value).error?.issues ?? []).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);

/** A rule of ours is compared in full; of a rule of the library's (`field: `), only the field. */
const shortened = (complaints: string[], like: string) =>
  complaints.map((complaint) => (like.endsWith(': ') ? complaint.slice(0, like.length) : complaint));

const videoOptions = { subvalidations: ['passive_liveness', 'similarity'] };

describe('options', () => {
  test.each<[string, object]>([
    ['nothing', {}],
    ['the least threshold', { threshold: 0 }],
    ['the greatest threshold', { threshold: 1 }],
    ['the old way to ask for liveness', { liveness: 'passive' }],
    ['one subvalidation', { subvalidations: ['similarity'] }],
    [
      'every subvalidation',
      { subvalidations: ['speech_match', 'similarity', 'passive_liveness'], minimumPrecision: 'low' },
    ],
    ['speech with its precision', { subvalidations: ['speech_match'], minimumPrecision: 'very_high' }],
    ['a retry with passive liveness', { ...videoOptions, retryOf: 'VLD1' }],
    ['a retry with the old passive liveness', { liveness: 'passive', retryOf: 'VLD1' }],
    ['the shortest timeout', { timeoutSeconds: 1 }],
    ['the longest timeout', { timeoutSeconds: 21_600 }],
    ['a way to wait', { resultMode: 'poll' }],
  ])('accept %s', (_, options) => {
    expect(Options.safeParse(options)).toEqual({ success: true, data: options });
  });

  test.each<[string, object, string]>([
    ['a threshold below 0', { threshold: -0.01 }, 'threshold: must be 0 to 1'],
    ['a threshold above 1', { threshold: 1.01 }, 'threshold: must be 0 to 1'],
    ['a threshold that no ledger can hold', { threshold: 1e-200 }, 'threshold: must be 0, or at least 0.000001'],
    ['a threshold in words', { threshold: '0.7' }, 'threshold: '],
    ['a threshold that is no number', { threshold: Number.NaN }, 'threshold: '],
    ['liveness of another kind', { liveness: 'active' }, 'liveness: '],
    [
      'liveness both ways',
      { liveness: 'disabled', ...videoOptions },
      'liveness: must not be given together with subvalidations',
    ],
    ['no subvalidation', { subvalidations: [] }, 'subvalidations: must name at least one'],
    [
      'a subvalidation twice',
      { subvalidations: ['similarity', 'similarity'] },
      'subvalidations: must name each at most once',
    ],
    [
      'more subvalidations than there are',
      { subvalidations: ['similarity', 'passive_liveness', 'similarity', 'similarity'] },
      'subvalidations: must name each at most once',
    ],
    ['an unknown subvalidation', { subvalidations: ['similarity', 'smile'] }, 'subvalidations.1: '],
    ['a subvalidation outside a list', { subvalidations: 'similarity' }, 'subvalidations: '],
    [
      'speech without a precision',
      { subvalidations: ['speech_match'] },
      'minimumPrecision: is required with speech_match',
    ],
    ['a precision without speech', { minimumPrecision: 'high' }, 'minimumPrecision: is only for speech_match'],
    [
      'a precision of another kind',
      { subvalidations: ['speech_match'], minimumPrecision: 'highest' },
      'minimumPrecision: ',
    ],
    [
      'a retry without liveness',
      { retryOf: 'VLD1' },
      'retryOf: needs passive liveness (subvalidations: passive_liveness)',
    ],
    [
      'a retry with similarity alone',
      { retryOf: 'VLD1', subvalidations: ['similarity'] },
      'retryOf: needs passive liveness (subvalidations: passive_liveness)',
    ],
    [
      'a retry with liveness disabled',
      { retryOf: 'VLD1', liveness: 'disabled' },
      'retryOf: needs passive liveness (subvalidations: passive_liveness)',
    ],
    ['a retry of a path', { ...videoOptions, retryOf: '../VLD1' }, 'retryOf: must be 1 to 128 of A-Z a-z 0-9 _ -'],
    ['a timeout of no time', { timeoutSeconds: 0 }, 'timeoutSeconds: must be 1 to 21600'],
    ['a timeout above six hours', { timeoutSeconds: 21_601 }, 'timeoutSeconds: must be 1 to 21600'],
    ['half a second', { timeoutSeconds: 1.5 }, 'timeoutSeconds: must be whole seconds'],
    ['another way to wait', { resultMode: 'push' }, 'resultMode: '],
    ['an unknown field', { treshold: 0.7 }, ': '],
  ])('refuse %s', (_, options, complaint) => {
    expect(shortened(complaintsOf(Options, options), complaint)).toContain(complaint);
  });
});

describe('the subvalidations that are sent', () => {
  test.each<[Options, Options['subvalidations']]>([
    [{}, undefined],
    [{ liveness: 'passive' }, ['passive_liveness', 'similarity']],
    [{ liveness: 'disabled' }, ['similarity']],
    [{ subvalidations: ['similarity'] }, ['similarity']],
    [{ subvalidations: ['passive_liveness'] }, ['passive_liveness']],
  ])('for %j are %j', (options, sent) => {
    expect(subvalidationsOf(options)).toEqual(sent);
  });
});

describe('a reference', () => {
  test.each(['a', 'case 7', '~!"#%', 'x'.repeat(128)])('accepts %j', (reference) => {
    expect(Reference.safeParse(reference).success).toBe(true);
  });

  test.each(['', 'x'.repeat(129), 'José', 'a\nb', 'a\tb', '\u007f', 7])('refuses %j', (reference) => {
    expect(Reference.safeParse(reference).success).toBe(false);
  });
});

const call = {
  kind: 'call',
  accountId: 'person',
  enrollmentId: 'ENR1',
  userAuthorized: true,
  media: { key: 'media/selfie.jpg' },
};

describe('a call', () => {
  test.each<[string, object]>([
    ['as little as it can', call],
    [
      'everything',
      {
        ...call,
        media: { key: 'inbox/person/ENR1/a.jpg', versionId: 'v1' },
        options: { threshold: 0.5, resultMode: 'callback' },
        reference: 'case-7',
        idempotencyKey: 'order:4711/e',
      },
    ],
    ['a key of 1,024 bytes', { ...call, media: { key: 'm'.repeat(1024) } }],
    ['an idempotency key of 128 characters', { ...call, idempotencyKey: '!'.repeat(128) }],
  ])('accepts %s', (_, request) => {
    expect(RevalidationRequest.safeParse(request)).toEqual({ success: true, data: request });
  });

  test.each<[string, object, string]>([
    [
      'without consent',
      { ...call, userAuthorized: undefined },
      'userAuthorized: is missing: it must be true, the person must have agreed',
    ],
    [
      'with consent refused',
      { ...call, userAuthorized: false },
      'userAuthorized: must be true: the person must have agreed',
    ],
    [
      'with consent in words',
      { ...call, userAuthorized: 'true' },
      'userAuthorized: must be true: the person must have agreed',
    ],
    ['without a person', { ...call, accountId: '' }, 'accountId: must be 1 to 128 of A-Z a-z 0-9 _ . -'],
    ['about a path', { ...call, accountId: '..' }, 'accountId: must not be only dots'],
    ['without an enrollment', { ...call, enrollmentId: undefined }, 'enrollmentId: '],
    ['without media', { ...call, media: undefined }, 'media: '],
    ['with a bucket of its own', { ...call, media: { key: 'k', bucket: 'b' } }, 'media: '],
    ['with media of no name', { ...call, media: { key: '' } }, 'media.key: '],
    ['with options that break a rule', { ...call, options: { threshold: 2 } }, 'options.threshold: must be 0 to 1'],
    [
      'with a reference of another script',
      { ...call, reference: 'José' },
      'reference: must be 1 to 128 printable ASCII characters',
    ],
    [
      'with a space in its idempotency key',
      { ...call, idempotencyKey: 'a b' },
      'idempotencyKey: must be 1 to 128 visible ASCII characters',
    ],
    [
      'with an idempotency key of 129 characters',
      { ...call, idempotencyKey: 'a'.repeat(129) },
      'idempotencyKey: must be 1 to 128 visible ASCII characters',
    ],
    ['with an unknown field', { ...call, thresold: 0.7 }, ': '],
    ['with the prototype as a field', JSON.parse('{"kind":"call","__proto__":{"x":1}}'), ': '],
  ])('fails %s', (_, request, complaint) => {
    expect(shortened(complaintsOf(RevalidationRequest, request), complaint)).toContain(complaint);
    expect(shortened(complaintsOf(CallRequest, request), complaint)).toContain(complaint);
  });

  test('names every field that breaks a rule, not only the first', () => {
    const request = { ...call, accountId: '', userAuthorized: false, options: { threshold: 2 } };
    expect(complaintsOf(CallRequest, request).map((complaint) => complaint.split(':')[0])).toEqual([
      'accountId',
      'userAuthorized',
      'options.threshold',
    ]);
  });
});

describe('a drop', () => {
  const object = { key: 'inbox/person/ENR1/a.jpg', etag: 'e', 'version-id': 'v1' };
  const eventWith = (detail: object) => ({
    source: 'aws.s3',
    detail: { bucket: { name: 'media' }, object, ...detail },
  });

  test('keeps of the event of S3 only what is used', () => {
    const event = { ...eventWith({ reason: 'PutObject', object: { ...object, size: 4, sequencer: '00' } }), id: '1' };
    const kept = { kind: 'drop', event: eventWith({ reason: 'PutObject' }) };
    expect(DropRequest.parse({ kind: 'drop', event })).toEqual(kept);
  });

  test('may come from a bucket that keeps no versions', () => {
    const { 'version-id': _, ...unversioned } = object;
    expect(DropRequest.safeParse({ kind: 'drop', event: eventWith({ object: unversioned }) }).success).toBe(true);
  });

  test.each<[string, unknown]>([
    ['without an event', { kind: 'drop' }],
    ['of another service', { kind: 'drop', event: { ...eventWith({}), source: 'aws.ec2' } }],
    ['without a key', { kind: 'drop', event: eventWith({ object: { ...object, key: '' } }) }],
    [
      'with a key that S3 does not allow',
      { kind: 'drop', event: eventWith({ object: { ...object, key: 'k'.repeat(1025) } }) },
    ],
    ['without an etag', { kind: 'drop', event: eventWith({ object: { ...object, etag: undefined } }) }],
    ['without a bucket', { kind: 'drop', event: eventWith({ bucket: {} }) }],
    ['with a field of a call', { kind: 'drop', event: eventWith({}), accountId: 'person' }],
  ])('fails %s', (_, request) => {
    expect(RevalidationRequest.safeParse(request).success).toBe(false);
  });
});

describe('a request', () => {
  test.each([undefined, null, 'call', [], {}, { kind: 'order' }, { kind: null }, { ...call, kind: 'drop' }])(
    'fails when it is %j',
    (request) => {
      expect(RevalidationRequest.safeParse(request).success).toBe(false);
    },
  );
});
