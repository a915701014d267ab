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

  test('a live capture, which has no media yet', () => {
    const options = { subvalidations: ['passive_liveness', 'speech_match'], minimumPrecision: 'high' };
    const intake = readIntake({ ...call, purpose: 'transfer', capture: 'live', options }, at);
    expect(intake).toMatchObject({
      kind: 'call',
      bucket: 'faces',
      person: { accountId: 'person', enrollmentId: 'ENR1', purpose: 'transfer' },
      unclaimedName: 'execution-1',
    });
    expect(intake.media).toEqual({ key: '', versionId: undefined, etag: undefined });
    expect(() => refuseForeignMedia(intake)).not.toThrow();
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
  const refusing =
    (request: unknown, ...settings: { campaigns?: boolean }[]) =>
    () =>
      refuseForeignMedia(readIntake(request, at), ...settings);
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

  test('from no request that cannot be read', () => {
    expect(refusing({ kind: 'order' })).toThrow(refusal);
  });

  test.each(['a', 'Payroll_2026-11', 'a'.repeat(64)])('from the media of the campaign %s where there are any', (id) => {
    const request = { ...call, media: { key: `campaigns/${id}/media/a.jpg` } };
    expect(refusing(request, { campaigns: true })).not.toThrow();
    for (const settings of [[], [{}], [{ campaigns: false }]]) expect(refusing(request, ...settings)).toThrow(refusal);
  });

  test.each([
    'campaigns/media/a.jpg',
    'campaigns//media/a.jpg',
    'campaigns/a.b/media/a.jpg',
    'campaigns/a/b/media/a.jpg',
    `campaigns/${'a'.repeat(65)}/media/a.jpg`,
    'campaigns/a/manifest.csv',
    'campaigns/a/mediation/a.jpg',
    'other/campaigns/a/media/a.jpg',
  ])('from no %s, also where there are campaigns', (key) => {
    expect(refusing({ ...call, media: { key } }, { campaigns: true })).toThrow(refusal);
  });
});
