import { describe, expect, test } from 'vitest';
import { keysOf } from '../../shared/truora/webhook.ts';

describe('the signature keys in a secret', () => {
  test.each([
    ['["one"]', ['one']],
    ['["new","old"]', ['new', 'old']],
    [' [ "one" ]\n', ['one']],
    ['[]', []],
  ])('of %j are %j', (secret, keys) => {
    expect(keysOf(secret)).toEqual(keys);
  });

  test.each([
    '',
    'one',
    '"one"',
    '{"key":"one"}',
    '["one",',
    '[1]',
    '["one",null]',
    '[["one"]]',
    'null',
    // What Secrets Manager makes up when the stack is created, until a person fills the secret in.
    'k2V!d{8aQ"x',
  ])('do not exist in %j', (secret) => {
    expect(keysOf(secret)).toEqual([]);
  });
});
