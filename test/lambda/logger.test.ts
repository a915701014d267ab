import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type LogLine, log } from '../../shared/lambda/logger.ts';

let lines: unknown[][];

beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((...words) => {
    lines.push(words);
  });
});

/** The one line that a call writes, as text. */
const written = (line: LogLine, level: 'info' | 'warn' | 'error' = 'info'): string => {
  lines = [];
  log(level, 'done', line);
  expect(lines).toEqual([[expect.any(String)]]);
  return String(lines[0]?.[0]);
};

test('writes level, message and the fields of the line', () => {
  expect(JSON.parse(written({ step: 'MoveMedia', error: 'X', milliseconds: 7, events: 2 }, 'warn'))).toEqual({
    level: 'warn',
    message: 'done',
    step: 'MoveMedia',
    error: 'X',
    milliseconds: 7,
    events: 2,
  });
});

test('leaves out what is undefined', () => {
  expect(JSON.parse(written({ step: 'MoveMedia', revalidationId: undefined }))).not.toHaveProperty('revalidationId');
});

test('cuts a text that is too long for a reason or a name', () => {
  const { reason, step } = JSON.parse(written({ step: 'S', reason: 'x'.repeat(1000) }));
  expect({ reason, step }).toEqual({ reason: 'x'.repeat(200), step: 'S' });
  expect(JSON.parse(written({ step: 'x'.repeat(200) })).step).toHaveLength(200);
});

describe('a value', () => {
  test.each([
    ['a line break', 'a\nb\r\nc'],
    ['a line of its own', '"}\n{"level":"error","message":"forged"}'],
    ['a terminal sequence', '\u001b[31mred\u0007\u0000'],
  ])('with %s stays inside its line', (_, value) => {
    const line = written({ step: value });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    expect(line).not.toMatch(/[\u0000-\u001f]/);
    expect(JSON.parse(line).step).toBe(value);
  });

  test.each([
    ['DEL', '\u007f'],
    ['NEL, a line break to some', '\u0085'],
    ['CSI, an escape to 8-bit terminals', '\u009b31m'],
    ['the line separator', '\u2028'],
    ['the paragraph separator', '\u2029'],
  ])('with %s stays inside its line', (_, value) => {
    const line = written({ step: value });
    expect(line).not.toMatch(/[\u007f-\u009f\u2028\u2029]/);
    expect(JSON.parse(line).step).toBe(value);
  });
});

test('writes exactly one line that parses, for any input', () => {
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  const line = fc.record(
    { step: text, revalidationId: text, error: text, reason: text, milliseconds: fc.double(), events: fc.integer() },
    { requiredKeys: ['step'] },
  );
  fc.assert(
    fc.property(line, (given) => {
      const one = written(given);
      expect(one.split(/[\r\n]/)).toHaveLength(1);
      const parsed = JSON.parse(one);
      expect(parsed).toMatchObject({ level: 'info', message: 'done', step: given.step.slice(0, 200) });
      expect(one.length).toBeLessThan(4 * 200 * 12 + 300);
    }),
    { numRuns: 150 },
  );
});
