import { describe, expect, test } from 'vitest';
import { revalidationIdOf, unclaimedCaseOf } from '../../shared/domain/case-id.ts';
import { RevalidationId } from '../../shared/domain/ids.ts';
import { readIntake } from '../../shared/domain/intake.ts';

const bucket = 'media';

const key = 'inbox/person/ENR1/selfie.jpg';

const caseIdOf = (request: unknown, of: string, executionId: string, reason?: string) =>
  unclaimedCaseOf(readIntake(request, { bucket: of, executionId }), reason);

const object = { key, etag: 'e', 'version-id': 'v1' };

const drop = (overrides: object = {}) => ({
  kind: 'drop',
  event: { source: 'aws.s3', detail: { bucket: { name: bucket }, object: { ...object, ...overrides } } },
});

const call = {
  kind: 'call',
  accountId: 'person',
  enrollmentId: 'ENR1',
  userAuthorized: true,
  media: { key: 'media/a.jpg', versionId: 'v1' },
};

describe('the case of a drop', () => {
  test('takes the person from its key, and gets the id that its claim would get', () => {
    expect(caseIdOf(drop(), bucket, 'execution-1')).toEqual({
      revalidationId: revalidationIdOf({ accountId: 'person', bucket, key, version: 'v1' }),
      accountId: 'person',
      enrollmentId: 'ENR1',
    });
  });

  test('gets one id for all copies and for every execution', () => {
    const copies = ['one', 'two', 'three'].map((execution) => caseIdOf(drop(), bucket, execution));
    expect(new Set(copies.map(({ revalidationId }) => revalidationId)).size).toBe(1);
  });

  test('uses the etag where there are no versions, as its claim does', () => {
    expect(caseIdOf(drop({ 'version-id': undefined }), bucket, 'execution-1').revalidationId).toBe(
      revalidationIdOf({ accountId: 'person', bucket, key, version: 'e' }),
    );
  });

  test('gets another id for another version', () => {
    const ids = ['v1', 'v2'].map((version) => caseIdOf(drop({ 'version-id': version }), bucket, 'one').revalidationId);
    expect(new Set(ids).size).toBe(2);
  });

  test('belongs to another system when the drop is in another bucket', () => {
    const elsewhere = structuredClone(drop());
    elsewhere.event.detail.bucket.name = 'media-of-others';
    expect(caseIdOf(elsewhere, bucket, 'one').revalidationId).not.toBe(caseIdOf(drop(), bucket, 'one').revalidationId);
  });

  test('names no person under a key that cannot be read, and gets one id for all copies', () => {
    const unreadable = 'inbox/../ENR1/selfie.jpg';
    const copies = ['one', 'two'].map((execution) => caseIdOf(drop({ key: unreadable }), bucket, execution));
    expect(copies[0]).toEqual({ revalidationId: revalidationIdOf({ bucket, key: unreadable, version: 'v1' }) });
    expect(copies[1]).toEqual(copies[0]);
  });
});

describe('the case of a call', () => {
  test('takes the person from the call, and gets an id of its own', () => {
    expect(caseIdOf({ ...call, reference: 'case 7' }, bucket, 'execution-1')).toEqual({
      revalidationId: revalidationIdOf({ accountId: 'person', bucket, key: 'media/a.jpg', version: 'execution-1' }),
      accountId: 'person',
      enrollmentId: 'ENR1',
      reference: 'case 7',
    });
  });

  test('never has the id of a claim, so that it cannot get the outcome of another request', () => {
    const claimed = revalidationIdOf({ accountId: 'person', bucket, key: 'media/a.jpg', version: 'v1' });
    expect(caseIdOf(call, bucket, 'one').revalidationId).not.toBe(claimed);
    expect(caseIdOf(drop(), bucket, 'one', 'already_asked_otherwise').revalidationId).not.toBe(
      caseIdOf(drop(), bucket, 'one').revalidationId,
    );
  });

  test('gets an id for each execution when the call means the newest version', () => {
    const newest = { ...call, media: { key: 'media/a.jpg' } };
    expect(caseIdOf(newest, bucket, 'one')).toEqual(caseIdOf(newest, bucket, 'one'));
    expect(caseIdOf(newest, bucket, 'one').revalidationId).not.toBe(caseIdOf(newest, bucket, 'two').revalidationId);
    expect(caseIdOf(newest, bucket, 'one')).toMatchObject({ accountId: 'person', enrollmentId: 'ENR1' });
  });
});

describe('the case of a request that cannot be read', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'drop'],
    ['an order', { kind: 'order' }],
    ['a call without consent', { ...call, userAuthorized: false }],
    ['a call with a field too many', { ...call, also: 1 }],
    ['a drop of another service', { kind: 'drop', event: { ...drop().event, source: 'aws.ec2' } }],
    ['a drop without an event', { kind: 'drop' }],
  ])('names no person, and gets an id for each execution: %s', (_, request) => {
    const [one, again, two] = ['one', 'one', 'two'].map((execution) => caseIdOf(request, bucket, execution));
    expect(Object.keys(one ?? {})).toEqual(['revalidationId']);
    expect(RevalidationId.safeParse(one?.revalidationId).success).toBe(true);
    expect(again).toEqual(one);
    expect(two).not.toEqual(one);
  });
});
