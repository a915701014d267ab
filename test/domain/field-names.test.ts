import { describe, expect, test } from 'vitest';
import { type FieldName, fields, formKeyOf } from '../../shared/domain/field-names.ts';
import { CallRequest, Options } from '../../shared/domain/request.ts';

const names = fields.map(({ field }) => field);

describe('the table of fields', () => {
  test('names every option', () => {
    expect(Object.keys(Options.shape).filter((field) => !(names as string[]).includes(field))).toEqual([]);
    expect(Object.keys(Options.shape).length).toBeGreaterThan(5);
  });

  test('names every other field that a caller can set', () => {
    // What, under which name and how old an answer may be are not about the person, and each entry point has its own form for them.
    const asked = Object.keys(CallRequest.shape).filter(
      (f) => !['kind', 'media', 'capture', 'options', 'idempotencyKey', 'maxAgeSeconds', 'calledBy'].includes(f),
    );
    expect(asked.filter((field) => !(names as string[]).includes(field))).toEqual([]);
  });

  test('names no unknown field', () => {
    const known = [...Object.keys(Options.shape), ...Object.keys(CallRequest.shape)];
    expect(names.filter((field) => !known.includes(field))).toEqual([]);
  });

  test('gives each field a name of its own', () => {
    for (const column of ['field', 'flag', 'form'] as const) {
      const all = fields.flatMap((row) => row[column] ?? []);
      expect(new Set(all).size, column).toBe(all.length);
    }
  });

  test('puts every option, and nothing else, into the metadata field for options', () => {
    const inOptions = fields.filter(({ metadata }) => metadata === 'options').map(({ field }) => field);
    expect(inOptions.toSorted()).toEqual(Object.keys(Options.shape).toSorted());
  });
});

describe('the form that Truora gets', () => {
  test.each<[FieldName, string]>([
    ['userAuthorized', 'user_authorized'],
    ['accountId', 'account_id'],
    ['threshold', 'threshold'],
    ['subvalidations', 'subvalidations'],
    ['retryOf', 'retry_of_id'],
    ['minimumPrecision', 'minimum_precision'],
    ['timeoutSeconds', 'timeout'],
  ])('calls %s %s, as the guide does', (field, form) => {
    expect(formKeyOf(field)).toBe(form);
  });

  test.each<[FieldName]>([
    ['liveness'],
    ['resultMode'],
    ['purpose'],
    ['consentReceiptId'],
    ['reference'],
    ['enrollmentId'],
    ['forceNew'],
  ])('never holds %s', (field) => {
    expect(() => formKeyOf(field)).toThrow(`${field} is never sent to Truora`);
  });

  test('covers every field by a decision above', () => {
    expect(fields.filter(({ form }) => form)).toHaveLength(7);
    expect(fields.filter(({ form }) => !form)).toHaveLength(7);
  });
});
