import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as errors from '../../shared/domain/errors.ts';
import { errorReasons } from '../../shared/domain/reasons.ts';
import { anyCharacter } from '../support/any-text.ts';
import { errorNames } from '../support/thrown.ts';

const { readReason } = errors;

const source = readFileSync(join(import.meta.dirname, '../../shared/domain/errors.ts'), 'utf8');

type AnyError = new (reason: never, detail: string) => Error & { reason: string };

const classes = (Object.entries(errors) as unknown as [string, AnyError][]).filter(([name]) =>
  (errorNames as string[]).includes(name),
);

describe.each(classes)('%s', (name, NamedError) => {
  const error = new NamedError('some_reason' as never, 'field: some rule');

  test('carries a literal name, which is its own', () => {
    expect(error).toBeInstanceOf(errors.NamedError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(NamedError);
    expect(error.name).toBe(name);
    expect(name).toMatch(/^[A-Z][A-Za-z]+Error$/);
    // A name taken from the class would be the bundler's.
    expect(Object.hasOwn(error, 'name')).toBe(true);
    expect(source).toContain(`override readonly name = '${name}';`);
  });

  test('states a reason and a detail that can be parsed', () => {
    expect(error.reason).toBe('some_reason');
    expect(error.message).toBe('some_reason: field: some rule');
    expect(readReason(error.message)).toEqual({ reason: 'some_reason', detail: 'field: some rule' });
  });
});

describe('the names', () => {
  test('list every class that is exported, each once', () => {
    const declared = [...source.matchAll(/^export class (\w+)/gm)].map(([, name]) => name);
    expect(errorNames.toSorted()).toEqual(declared.toSorted());
    expect(classes).toHaveLength(declared.length);
    expect(declared.length).toBeGreaterThan(15);
  });

  test('have reasons that can be parsed, each listed under the name of its error', () => {
    expect(Object.keys(errorReasons).toSorted()).toEqual([...errorNames, 'CallRefusedError'].toSorted());
    const reasons = Object.values(errorReasons).flat();
    for (const reason of reasons) expect(readReason(`${reason}: detail`)).toEqual({ reason, detail: 'detail' });
    // The list of reasons is the only place that writes a code down.
    expect(source.match(/NamedError<'/g)).toBeNull();
  });
});

describe('a TruoraBusyError', () => {
  test('keeps the time that Truora asks to wait', () => {
    expect(new errors.TruoraBusyError('truora_rate_limited', 'later', 7).retryAfterSeconds).toBe(7);
    expect(new errors.TruoraBusyError('truora_rate_limited', 'later', 0).retryAfterSeconds).toBe(0);
    expect(new errors.TruoraBusyError('truora_unreachable', 'no connection').retryAfterSeconds).toBeUndefined();
  });
});

describe('reading a reason', () => {
  test('returns what was written, for any sentence', () => {
    const reasons = fc.stringMatching(/^[a-z0-9_]{1,64}$/);
    fc.assert(
      fc.property(reasons, fc.string({ unit: anyCharacter, maxLength: 300 }), (reason, detail) => {
        const { message } = new errors.TruoraRejectedError(reason as never, detail);
        expect(readReason(message)).toEqual({ reason, detail: detail.slice(0, 400) });
      }),
    );
  });

  test('keeps the lines of a sentence and its colons', () => {
    expect(readReason('a: b\nc: d')).toEqual({ reason: 'a', detail: 'b\nc: d' });
  });

  test('keeps 400 characters of a sentence', () => {
    expect(readReason(`a: ${'x'.repeat(401)}`)?.detail).toBe('x'.repeat(400));
  });

  test.each([
    '',
    'no colon',
    'a:without a space',
    ': no reason',
    ' a: b',
    'a b: c',
    'Capital: c',
    'kebab-case: c',
    'é: c',
    `${'a'.repeat(65)}: c`,
    'Task timed out after 15.00 seconds',
    'RequestId: 4711 Error: Runtime exited',
    '\na: b',
  ])('does not take %j for a reason', (message) => {
    expect(readReason(message)).toBeUndefined();
  });
});
