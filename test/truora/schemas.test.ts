import { describe, expect, test } from 'vitest';
import {
  CreateAnswer,
  EnrollmentAnswer,
  EnrollmentList,
  ErrorEnvelope,
  ListAnswer,
  ValidationAnswer,
  WebhookEvent,
} from '../../shared/truora/schemas.ts';

type Schema = { safeParse: (said: unknown) => { success: boolean; data?: unknown } };

const isRead = (schema: Schema, said: unknown) => schema.safeParse(said).success;

/** What is read of one field, beside fields that are as they should be. */
const fieldOf = (schema: Schema, base: object, name: string) => (said: unknown) =>
  (schema.safeParse({ ...base, [name]: said }).data as Record<string, unknown> | undefined)?.[name];

describe('an enrollment', () => {
  const base = { enrollment_id: 'ENR1', account_id: 'ana', status: 'success' };

  test('parses with its status in any capitals, and without a reason', () => {
    expect(EnrollmentAnswer.parse({ ...base, status: ' SUCCESS ', reason: 7 })).toEqual(base);
    expect(EnrollmentAnswer.parse({ ...base, reason: 'waiting_face_validation' })).toEqual({
      ...base,
      reason: 'waiting_face_validation',
    });
  });

  test.each([
    { enrollment_id: 'a/b' },
    { enrollment_id: undefined },
    { account_id: 7.5 },
    { account_id: 2 ** 53 },
    { account_id: ['ana'] },
    { status: 7 },
    { status: undefined },
  ])('does not parse with %j', (odd) => expect(isRead(EnrollmentAnswer, { ...base, ...odd })).toBe(false));
});

test('an account that is an exact number equals the account as a text', () => {
  const base = { enrollment_id: 'ENR1', validation_id: 'VLD1', status: 'success', validation_status: 'pending' };
  for (const schema of [EnrollmentAnswer, CreateAnswer, ValidationAnswer]) {
    expect(fieldOf(schema, base, 'account_id')(1_032_456_789)).toBe('1032456789');
  }
  expect([CreateAnswer, ValidationAnswer].map((schema) => isRead(schema, base))).toEqual([true, true]);
  expect(isRead(EnrollmentAnswer, base)).toBe(false);
});

test('a list is read up to a thousand rows', () => {
  const rows = (count: number) => Array.from({ length: count }, () => 7);
  expect(isRead(EnrollmentList, { enrollments: rows(1000) })).toBe(true);
  expect(isRead(EnrollmentList, { enrollments: rows(1001) })).toBe(false);
  expect(ListAnswer.parse({ validations: rows(1000), next: 'x' })).toEqual({ validations: rows(1000), next: 'x' });
  expect(isRead(ListAnswer, { validations: rows(1001) })).toBe(false);
  expect([isRead(EnrollmentList, {}), isRead(ListAnswer, {})]).toEqual([false, false]);
});

describe('the answer to a creation', () => {
  const base = { validation_id: 'VLD1', account_id: 'ana' };

  const longest = 'x'.repeat(8192);

  test.each([{ validation_id: 'a/b' }, { validation_id: undefined }, { account_id: 7.5 }])(
    'does not parse with %j',
    (odd) => expect(isRead(CreateAnswer, { ...base, ...odd })).toBe(false),
  );

  test.each<[unknown, unknown]>([
    [0.7, 0.7],
    [0, 0],
    [1, 1],
    [1e-200, 0],
    [1.01, undefined],
    [-0.01, undefined],
    ['0.7', undefined],
    [Number.NaN, undefined],
  ])('holds of the threshold %j: %j', (said, read) => {
    expect(fieldOf(CreateAnswer, base, 'threshold')(said)).toBe(read);
  });

  test('holds its link in two places, and none that is too long or no text', () => {
    for (const schema of [CreateAnswer, ValidationAnswer]) {
      const told = { ...base, validation_status: 'pending' };
      const [top, inner] = [fieldOf(schema, told, 'file_upload_link'), fieldOf(schema, told, 'instructions')];
      expect([top(longest), top(`${longest}x`), top(7)]).toEqual([longest, undefined, undefined]);
      expect(inner({ file_upload_link: longest })).toEqual({ file_upload_link: longest });
      expect(inner({ file_upload_link: `${longest}x` })).toEqual({ file_upload_link: undefined });
      expect([inner({}), inner(7)]).toEqual([{}, undefined]);
    }
  });
});

describe('a validation', () => {
  const base = { validation_id: 'VLD1', account_id: 'ana', validation_status: 'pending' };

  const read = (name: string) => fieldOf(ValidationAnswer, base, name);

  test.each([
    { validation_id: 'a/b' },
    { validation_id: undefined },
    { account_id: 7.5 },
    { account_id: 2 ** 53 },
    { account_id: ['ana'] },
    { validation_status: 7 },
    { validation_status: ' ', failure_status: 7 },
    { validation_status: undefined },
  ])('does not parse with %j', (odd) => {
    expect(isRead(ValidationAnswer, { ...base, ...odd })).toBe(false);
  });

  test('keeps one of the two statuses', () => {
    expect(isRead(ValidationAnswer, { ...base, validation_status: 7, failure_status: 'declined' })).toBe(true);
    expect(isRead(ValidationAnswer, { ...base, failure_status: undefined })).toBe(true);
    const { error } = ValidationAnswer.safeParse({ ...base, validation_status: '' });
    expect(error?.issues[0]?.message).toMatch(/validation_status or failure_status/);
  });

  test.each(['type', 'typ'])('gives its %s without capitals, and an empty one when it is no text', (name) => {
    const types = [' Face-Recognition ', 7, ['document-validation'], undefined];
    expect(types.map(read(name))).toEqual(['face-recognition', '', '', undefined]);
  });

  test.each(['creation_date', 'processing_finish_date'])('gives its %s unchanged, or none', (name) => {
    expect([read(name)('2026-11-23T10:00:00Z'), read(name)(7)]).toEqual(['2026-11-23T10:00:00Z', undefined]);
  });

  test.each(['failure_status', 'declined_reason', 'expired_reason'])(
    'gives its %s without capitals, nothing when it is absent, and the empty word when it cannot be read',
    (name) => {
      expect([read(name)(' Declined '), read(name)(7), read(name)(undefined)]).toEqual(['declined', '', undefined]);
    },
  );

  test('gives its threshold unchanged, nothing when it is absent, and no number when it cannot be read', () => {
    const threshold = read('threshold');
    expect([threshold(65), threshold('0.7'), threshold(undefined)]).toEqual([65, Number.NaN, undefined]);
  });

  test('gives the result of the faces, or nothing', () => {
    const details = (said: unknown) => read('details')({ face_recognition_validations: said });
    const face = {
      enrollment_id: 'ENR1',
      similarity_status: 'success',
      confidence_score: 1,
      passive_liveness_status: 'success',
      face_search: { status: 'found', confidence_score: 0.9 },
    };
    expect(details(face)).toEqual({ face_recognition_validations: face });
    expect(
      details({
        enrollment_id: 7,
        similarity_status: 7,
        confidence_score: '1',
        passive_liveness_status: [],
        face_search: 7,
      }),
    ).toEqual({
      face_recognition_validations: {
        enrollment_id: '',
        similarity_status: '',
        confidence_score: Number.NaN,
        passive_liveness_status: '',
        face_search: undefined,
      },
    });
    expect(details({ enrollment_id: undefined, confidence_score: undefined })).toEqual({
      face_recognition_validations: {},
    });
    expect(details(7)).toEqual({ face_recognition_validations: undefined });
    expect([read('details')({}), read('details')(7)]).toEqual([{}, undefined]);
  });
});

describe('an event of a webhook', () => {
  const base = { event_action: 'x'.repeat(64), object: { validation_id: 'VLD1' } };

  test('gives its action and its validation', () => {
    expect(WebhookEvent.parse({ ...base, event_type: 'validation' })).toEqual(base);
  });

  test.each([
    { event_action: 'x'.repeat(65) },
    { event_action: 7 },
    { object: {} },
    { object: { validation_id: 'a/b' } },
    { object: undefined },
  ])('does not parse with %j', (odd) => expect(isRead(WebhookEvent, { ...base, ...odd })).toBe(false));
});

test('an error of the older API has a code, a status and a message', () => {
  const error = { code: 10_404, http_code: 404, message: 'not found' };
  expect(ErrorEnvelope.parse(error)).toEqual(error);
  for (const name of Object.keys(error)) expect(isRead(ErrorEnvelope, { ...error, [name]: undefined })).toBe(false);
});
