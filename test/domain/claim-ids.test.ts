import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { claimIdOf, idOfDropped, objectOf, revalidationIdOf, unclaimedCaseOf } from '../../shared/domain/case-id.ts';
import { readIntake } from '../../shared/domain/intake.ts';

const at = { bucket: 'faces', executionId: 'execution-1' };

const key = 'inbox/person/ENR1/selfie.jpg';

const dropOf = (object: object = {}, bucket = 'faces') =>
  readIntake(
    {
      kind: 'drop',
      event: {
        source: 'aws.s3',
        detail: { bucket: { name: bucket }, object: { key, etag: 'e', 'version-id': 'v1', ...object } },
      },
    },
    at,
  );

const callOf = (more: object = {}) =>
  readIntake(
    {
      kind: 'call',
      accountId: 'person',
      enrollmentId: 'ENR1',
      userAuthorized: true,
      media: { key, versionId: 'v1' },
      ...more,
    },
    at,
  );

const hashOf = (...parts: unknown[]) =>
  `RVL${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;

describe('the id of a re-validation', () => {
  const of = { bucket: 'faces', key, version: 'v1' };

  test('stays the same for ever: a hash of the person, the object, its version and the force key', () => {
    expect(revalidationIdOf({ ...of, accountId: 'person' })).toBe(hashOf('person', 'faces', key, 'v1'));
    expect(revalidationIdOf({ ...of, accountId: 'person', forceKey: 'k' })).toBe(
      hashOf('person', 'faces', key, 'v1', 'k'),
    );
    expect(revalidationIdOf(of)).toBe(hashOf(null, 'faces', key, 'v1'));
  });

  test('of a claim has the version that was claimed, and the force key of the call', () => {
    expect(claimIdOf(dropOf(), 'v2')).toBe(hashOf('person', 'faces', key, 'v2'));
    expect(claimIdOf(callOf({ forceNew: { reason: 'new photo' } }), 'v1')).toBe(
      hashOf('person', 'faces', key, 'v1', 'execution-1'),
    );
  });

  test('of a swept drop is that of its claim', () => {
    const dropped = { key, versionId: 'v1', etag: 'e', putAt: new Date(0) };
    expect(idOfDropped('faces', dropped)).toBe(claimIdOf(dropOf(), 'v1'));
  });
});

describe('the case of a request without a claim', () => {
  const ID = { accountId: 'person', enrollmentId: 'ENR1' };

  test('covers all versions of a key with too many uploads, and a drop alone', () => {
    const ofKey = { revalidationId: hashOf('person', 'faces', key, 'too_many_uploads'), ...ID };
    expect(unclaimedCaseOf(dropOf(), 'too_many_uploads')).toEqual(ofKey);
    expect(unclaimedCaseOf(dropOf({ 'version-id': 'v2' }), 'too_many_uploads')).toEqual(ofKey);
    const ofCall = { revalidationId: hashOf('person', 'faces', key, 'execution-1'), ...ID };
    expect(unclaimedCaseOf(callOf(), 'too_many_uploads')).toEqual(ofCall);
  });

  test.each(['already_asked_otherwise', 'answer_too_old'])('belongs to the execution after %s', (reason) => {
    const ofExecution = { revalidationId: hashOf('person', 'faces', key, 'execution-1'), ...ID };
    expect(unclaimedCaseOf(dropOf(), reason)).toEqual(ofExecution);
  });

  test.each([undefined, '', 'media_gone'])('belongs to its version after the reason %j', (reason) => {
    expect(unclaimedCaseOf(dropOf(), reason)).toEqual({ revalidationId: hashOf('person', 'faces', key, 'v1'), ...ID });
  });
});

describe('the object of a request', () => {
  test('names the version that was dropped in our inbox', () => {
    expect(objectOf(dropOf())).toEqual({ key, versionId: 'v1' });
  });

  test.each([
    ['a call', callOf()],
    ['a drop in another bucket', dropOf({}, 'others')],
    ['a drop without a version', dropOf({ 'version-id': undefined })],
    ['a drop under another key', dropOf({ key: 'media/person/ENR1/selfie.jpg' })],
  ])('names none for %s', (_, intake) => {
    expect(objectOf(intake)).toBeUndefined();
  });
});
