import { describe, expect, test } from 'vitest';
import { claimIdOf, objectOf, unclaimedCaseOf } from '../../shared/domain/case-id.ts';
import { defined } from '../../shared/domain/defined.ts';
import { readIntake } from '../../shared/domain/intake.ts';
import { outcomeOf } from '../../shared/domain/outcome.ts';

const at = { bucket: 'faces', executionId: 'execution-1' };

const key = 'inbox/person/ENR1/selfie.jpg';

const drop = (more: { reason?: string; bucket?: string } = {}) => ({
  kind: 'drop',
  event: {
    source: 'aws.s3',
    detail: defined({
      reason: more.reason,
      bucket: { name: more.bucket ?? 'faces' },
      object: { key, etag: 'e', 'version-id': 'v1' },
    }),
  },
});

const call = {
  kind: 'call',
  accountId: 'person',
  enrollmentId: 'ENR1',
  userAuthorized: true,
  media: { key: 'media/a.jpg' },
};

describe('readIntake', () => {
  test('reads the person and the version of a drop from its event', () => {
    expect(readIntake(drop(), at)).toMatchObject({
      kind: 'drop',
      media: { key, versionId: 'v1', etag: 'e' },
      person: { accountId: 'person', enrollmentId: 'ENR1' },
      unclaimedName: 'v1',
    });
  });

  test.each([
    ['PutObject', false],
    ['POST Object', false],
    ['CompleteMultipartUpload', false],
    ['CopyObject', true],
    [undefined, true],
  ])('takes a drop that S3 made by %s for a possible copy: %s', (reason, mayBeCopy) => {
    expect(readIntake(drop(defined({ reason })), at).mayBeCopy).toBe(mayBeCopy);
  });

  test('names a forced call by its idempotency key, or else by its execution', () => {
    const forced = { ...call, forceNew: { reason: 'new photo' } };
    expect(readIntake({ ...forced, idempotencyKey: 'key-1' }, at).forceKey).toBe('key-1');
    expect(readIntake(forced, at).forceKey).toBe('execution-1');
    expect(readIntake({ ...call, idempotencyKey: 'key-1' }, at).forceKey).toBeUndefined();
  });

  test('marks a request that it cannot read as unreadable, as a case of its execution', () => {
    const intake = readIntake({ kind: 'order' }, at);
    expect(intake).toMatchObject({ kind: 'unreadable', person: {}, call: undefined });
    expect(Object.keys(unclaimedCaseOf(intake))).toEqual(['revalidationId']);
    expect(objectOf(intake)).toBeUndefined();
  });
});

describe('the case of an intake', () => {
  test('gives a drop one id before and after its claim', () => {
    const intake = readIntake(drop(), at);
    expect(unclaimedCaseOf(intake).revalidationId).toBe(claimIdOf(intake, 'v1'));
  });

  test('gets another id where the id of the media belongs to another request', () => {
    const intake = readIntake(drop(), at);
    for (const reason of ['already_asked_otherwise', 'answer_too_old'])
      expect(unclaimedCaseOf(intake, reason).revalidationId).not.toBe(claimIdOf(intake, 'v1'));
  });

  test('ignores an object of another bucket', () => {
    expect(objectOf(readIntake(drop(), at))).toEqual({ key, versionId: 'v1' });
    expect(objectOf(readIntake(drop({ bucket: 'others' }), at))).toBeUndefined();
  });
});

describe('outcomeOf', () => {
  test('copies only what an outcome may name, and leaves out what is undefined', () => {
    const subject = { revalidationId: 'RVL1', accountId: 'person', reference: undefined, media: 'not for outcomes' };
    const decidedAt = '2027-01-02T03:04:05.678Z';
    expect(
      outcomeOf(subject, { status: 'failed', reason: 'unexpected', decidedBy: 'workflow', decidedAt }),
    ).toStrictEqual({
      revalidationId: 'RVL1',
      accountId: 'person',
      status: 'failed',
      reason: 'unexpected',
      decidedBy: 'workflow',
      decidedAt,
    });
  });
});
