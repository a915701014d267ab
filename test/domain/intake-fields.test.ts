import { describe, expect, test } from 'vitest';
import { readIntake, refuseForeignMedia, versionOf } from '../../shared/domain/intake.ts';

const at = { bucket: 'faces', executionId: 'execution-1' };

const drop = (object: object, bucket = 'faces', more: object = {}) => ({
  kind: 'drop',
  event: { source: 'aws.s3', detail: { ...more, bucket: { name: bucket }, object: { etag: 'e', ...object } } },
});

const call = { kind: 'call', accountId: 'person', enrollmentId: 'ENR1', userAuthorized: true } as const;

describe('an intake has every field of', () => {
  test('a drop with a version', () => {
    const key = 'inbox/person/ENR1/selfie.jpg';
    const request = drop({ key, 'version-id': 'v1' }, 'others', { reason: 'PutObject' });
    expect(readIntake(request, at)).toEqual({
      kind: 'drop',
      executionId: 'execution-1',
      mediaBucket: 'faces',
      bucket: 'others',
      media: { key, versionId: 'v1', etag: 'e' },
      person: { accountId: 'person', enrollmentId: 'ENR1' },
      call: undefined,
      forceKey: undefined,
      unclaimedName: 'v1',
      mayBeCopy: false,
      reason: 'PutObject',
    });
  });

  test('a drop without a version, under a key that names no person', () => {
    expect(readIntake(drop({ key: 'inbox/selfie.jpg' }), at)).toEqual({
      kind: 'drop',
      executionId: 'execution-1',
      mediaBucket: 'faces',
      bucket: 'faces',
      media: { key: 'inbox/selfie.jpg', versionId: undefined, etag: 'e' },
      person: {},
      call: undefined,
      forceKey: undefined,
      unclaimedName: 'e',
      mayBeCopy: true,
      reason: undefined,
    });
  });

  test('a call', () => {
    const request = { ...call, reference: 'case 7', media: { key: 'media/a.jpg', versionId: 'v1' } };
    expect(readIntake(request, at)).toEqual({
      kind: 'call',
      executionId: 'execution-1',
      mediaBucket: 'faces',
      bucket: 'faces',
      media: { key: 'media/a.jpg', versionId: 'v1', etag: undefined },
      person: { accountId: 'person', enrollmentId: 'ENR1', reference: 'case 7' },
      call: request,
      forceKey: undefined,
      unclaimedName: 'execution-1',
      mayBeCopy: false,
      reason: undefined,
    });
  });

  test('a request that cannot be read', () => {
    expect(readIntake({ kind: 'order' }, at)).toEqual({
      kind: 'unreadable',
      executionId: 'execution-1',
      mediaBucket: 'faces',
      bucket: 'faces',
      media: { key: '', versionId: undefined, etag: undefined },
      person: {},
      call: undefined,
      forceKey: undefined,
      unclaimedName: 'execution-1',
      mayBeCopy: false,
      reason: undefined,
    });
  });
});

test('the version of an address is the id of S3, or else the content, or none', () => {
  expect(versionOf({ versionId: 'v1', etag: 'e' })).toBe('v1');
  expect(versionOf({ versionId: undefined, etag: 'e' })).toBe('e');
  expect(versionOf({ versionId: undefined, etag: undefined })).toBeUndefined();
});

describe('media is taken', () => {
  const refusing = (request: unknown) => () => refuseForeignMedia(readIntake(request, at));
  const refusal = expect.objectContaining({ name: 'RequestInvalidError', reason: 'request_invalid' });

  test.each(['media/a.jpg', 'inbox/person/ENR1/a.jpg'])('from %s of a call', (key) => {
    expect(refusing({ ...call, media: { key } })).not.toThrow();
  });

  test.each(['other/a.jpg', 'other/media/', 'other/inbox/', 'media'])('from no %s of a call', (key) => {
    expect(refusing({ ...call, media: { key } })).toThrow(refusal);
  });

  test('from every key of a drop in our bucket, and from no other bucket', () => {
    expect(refusing(drop({ key: 'other/a.jpg' }))).not.toThrow();
    expect(refusing(drop({ key: 'inbox/person/ENR1/a.jpg' }, 'others'))).toThrow(refusal);
  });
});
