import { expect, test } from 'vitest';
import { sendableKey } from '../../shared/domain/sendable-key.ts';

test.each(['a', 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln', '~!'])('sends the key %s as it is', (key) => {
  expect(sendableKey(key)).toBe(key);
});

test.each([
  ['', 'is empty'],
  ['abc\u200bdef', 'holds a character that no key has, at place 4 of 7'],
  ['abc def', 'holds a character that no key has, at place 4 of 7'],
  ['abc\ndef', 'holds a character that no key has, at place 4 of 7'],
  ['\u00e9bc', 'holds a character that no key has, at place 1 of 3'],
  ['abc\u00ad', 'holds a character that no key has, at place 4 of 4'],
])('names what is wrong with the key %j, and quotes nothing of it', (key, what) => {
  expect(() => sendableKey(key)).toThrow(
    expect.objectContaining({
      name: 'TruoraUnauthorizedError',
      message: `truora_unauthorized: the Truora key ${what}; store it again`,
    }),
  );
});
