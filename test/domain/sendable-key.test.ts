import { expect, test } from 'vitest';
import { sendableKey } from '../../shared/domain/sendable-key.ts';

test.each(['a', 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln', '~!'])('accepts the key %s unchanged', (key) => {
  expect(sendableKey(key)).toBe(key);
});

test.each([
  ['', 'is empty'],
  ['abc\u200bdef', 'holds an invalid character at position 4 of 7'],
  ['abc def', 'holds an invalid character at position 4 of 7'],
  ['abc\ndef', 'holds an invalid character at position 4 of 7'],
  ['\u00e9bc', 'holds an invalid character at position 1 of 3'],
  ['abc\u00ad', 'holds an invalid character at position 4 of 4'],
])('states what is wrong with the key %j, and quotes nothing of it', (key, what) => {
  expect(() => sendableKey(key)).toThrow(
    expect.objectContaining({
      name: 'TruoraUnauthorizedError',
      message: `truora_unauthorized: the Truora key ${what}; store it again`,
    }),
  );
});
