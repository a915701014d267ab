import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { AccountId, RevalidationId, TruoraId } from '../../shared/domain/ids.ts';

const accepts = (schema: typeof AccountId | typeof TruoraId, id: unknown) => schema.safeParse(id).success;

describe('an account id', () => {
  test.each(['a', 'person-1', 'a.b', '.a', 'a.', '...a', '_', '-', 'A_9.-z', 'a'.repeat(128)])('accepts %s', (id) => {
    expect(accepts(AccountId, id)).toBe(true);
  });

  test.each([
    '',
    '.',
    '..',
    '...',
    '.'.repeat(128),
    'a'.repeat(129),
    'a/b',
    '../a',
    'a\\b',
    'a b',
    'a\n',
    '\na',
    'a%2e',
    'ñ',
    'a?b',
    'a#b',
    'a\u0000',
    undefined,
    null,
    7,
    ['a'],
  ])('refuses %j', (id) => {
    expect(accepts(AccountId, id)).toBe(false);
  });

  test('never changes the path of a URL that contains it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}$/), (id) => {
        fc.pre(accepts(AccountId, id));
        const { pathname } = new URL(`/v1/accounts/${id}/validations`, 'https://truora.invalid');
        expect(pathname).toBe(`/v1/accounts/${id}/validations`);
      }),
    );
  });
});

describe("an id of Truora's", () => {
  test.each(['ENR0123456789abcdef0123456789abcdef', 'VLD1', 'x', '-_', 'a'.repeat(128)])('accepts %s', (id) => {
    expect(accepts(TruoraId, id)).toBe(true);
  });

  test.each(['', '.', '..', 'ENR.1', 'ENR/1', 'ENR 1', 'ENR1\n', 'a'.repeat(129), undefined, 1])('refuses %j', (id) => {
    expect(accepts(TruoraId, id)).toBe(false);
  });
});

describe('the id of a re-validation', () => {
  const parts = { accountId: 'person', bucket: 'media', key: 'inbox/person/ENR1/a.jpg', version: 'v1' };

  test('does not change for the first records ever written', () => {
    expect(revalidationIdOf(parts)).toBe('RVLa4f362bee47760e2703e08b94c8f3b23');
    const { accountId: _, ...withoutAccount } = parts;
    expect(revalidationIdOf(withoutAccount)).toBe('RVL4feb43d8454396ed8e49eddf6ed3f60a');
  });

  test('starts with a prefix of its own', () => {
    expect(RevalidationId.safeParse(revalidationIdOf(parts)).success).toBe(true);
    expect(TruoraId.safeParse(revalidationIdOf(parts)).success).toBe(true);
    for (const id of [
      'RVL',
      `RVL${'0'.repeat(31)}`,
      `RVL${'0'.repeat(33)}`,
      `RVL${'A'.repeat(32)}`,
      `VLD${'0'.repeat(32)}`,
    ]) {
      expect(RevalidationId.safeParse(id).success, id).toBe(false);
    }
  });

  test.each<[keyof typeof parts]>([['accountId'], ['bucket'], ['key'], ['version']])(
    'differs for another %s',
    (part) => {
      expect(revalidationIdOf({ ...parts, [part]: `${parts[part]}x` })).not.toBe(revalidationIdOf(parts));
      expect(revalidationIdOf({ ...parts, [part]: '' })).not.toBe(revalidationIdOf(parts));
    },
  );

  test('differs for no account, an account called null and an empty account', () => {
    const { accountId: _, ...withoutAccount } = parts;
    const ids = [withoutAccount, { ...parts, accountId: 'null' }, { ...parts, accountId: '' }].map(revalidationIdOf);
    expect(new Set(ids).size).toBe(3);
  });

  test('keeps the parts apart', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', '/', '[', ']', '\n'), maxLength: 4 });
    const four = fc.record({ accountId: text, bucket: text, key: text, version: text });
    fc.assert(
      fc.property(four, four, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(revalidationIdOf(one) === revalidationIdOf(other)).toBe(same);
      }),
      { numRuns: 1000 },
    );
    expect(revalidationIdOf({ accountId: 'ab', bucket: 'c', key: 'd', version: 'e' })).not.toBe(
      revalidationIdOf({ accountId: 'a', bucket: 'bc', key: 'd', version: 'e' }),
    );
    expect(revalidationIdOf({ accountId: 'a","b', bucket: 'c', key: 'd', version: 'e' })).not.toBe(
      revalidationIdOf({ accountId: 'a', bucket: 'b","c', key: 'd', version: 'e' }),
    );
  });
});
