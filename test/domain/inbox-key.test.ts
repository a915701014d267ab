import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INBOX, type InboxKey, readInboxKey, writeInboxKey } from '../../shared/domain/drop.ts';
import { anyCharacter } from '../support/any-text.ts';

const at = { accountId: 'person-1', enrollmentId: 'ENR0123456789abcdef0123456789abcdef' };

const keyOf = (name: string) => `inbox/${at.accountId}/${at.enrollmentId}/${name}`;

/** Exactly as many bytes as S3 allows a key, with a name of letters that take two each. */
const longest = () => {
  const room = 1024 - Buffer.byteLength(keyOf('.mp4'));
  return `${'é'.repeat(Math.floor(room / 2))}${'e'.repeat(room % 2)}.mp4`;
};

describe('a key of the inbox', () => {
  test.each([
    'selfie.jpg',
    'José Núñez (1).mp4',
    'a+b%2B.jpg',
    'a"b.jpg',
    'a\\b.jpg',
    '","kind":"call.jpg',
    '😀.mp4',
    '😀.😀',
    '.hidden.jpg',
    'archive.tar.gz',
    ' .jpg',
    '\n.jpg',
    '$&.jpg',
    '%2e%2e%2fx.jpg',
    longest(),
  ])('keeps the name %j unchanged when it is read', (name) => {
    expect(readInboxKey(keyOf(name))).toEqual({ ...at, name });
  });

  test('may use all of the 1,024 bytes', () => {
    expect(Buffer.byteLength(keyOf(longest()))).toBe(1024);
  });

  test.each([
    ['nothing', ''],
    ['the prefix alone', 'inbox/'],
    ['a person alone', 'inbox/person-1'],
    ['no name', `inbox/person-1/${at.enrollmentId}`],
    ['an empty name', keyOf('')],
    ['no person', `inbox//${at.enrollmentId}/a.jpg`],
    ['no enrollment', 'inbox/person-1//a.jpg'],
    ['an enrollment that is left out', 'inbox/person-1/a.jpg'],
    ['a part too many', keyOf('folder/a.jpg')],
    ['a slash at the end', keyOf('a.jpg/')],
    ['a slash at the beginning', `/${keyOf('a.jpg')}`],
    ['another prefix', keyOf('a.jpg').replace('inbox', 'media')],
    ['the prefix in capitals', keyOf('a.jpg').replace('inbox', 'Inbox')],
    ['a name without an extension', keyOf('selfie')],
    ['a name that ends in a dot', keyOf('selfie.')],
    ['an extension alone', keyOf('.jpg')],
    ['only dots', keyOf('..')],
    ['a JSON breakout without an extension', keyOf('","kind":"call')],
    ['a person of dots', `inbox/../${at.enrollmentId}/a.jpg`],
    ['one dot for a person', `inbox/./${at.enrollmentId}/a.jpg`],
    ['a person with a space', `inbox/person 1/${at.enrollmentId}/a.jpg`],
    ['a person with an accent', `inbox/josé/${at.enrollmentId}/a.jpg`],
    ['a person that would have to be decoded', `inbox/person%2D1/${at.enrollmentId}/a.jpg`],
    ['a plus that would have to be decoded', `inbox/person+1/${at.enrollmentId}/a.jpg`],
    ['a person of 129 characters', `inbox/${'a'.repeat(129)}/${at.enrollmentId}/a.jpg`],
    ['an enrollment with a dot', 'inbox/person-1/ENR.1/a.jpg'],
    ['an encoded slash in place of one', `inbox/person-1%2F${at.enrollmentId}/a.jpg`],
  ])('gives no person with %s', (_, key) => {
    expect(readInboxKey(key)).toBeUndefined();
  });

  test('keeps an encoded character encoded', () => {
    expect(readInboxKey(keyOf('a+b%2B%20%.jpg'))?.name).toBe('a+b%2B%20%.jpg');
  });
});

describe('writing and reading', () => {
  const accountIds = fc.stringMatching(/^[A-Za-z0-9_.-]{1,128}$/).filter((id) => !/^\.+$/.test(id));
  const enrollmentIds = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);
  const part = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 40 }).filter((text) => !/[/.]/.test(text));
  const names = fc
    .tuple(
      fc.string({ unit: anyCharacter }).map((text) => text.replaceAll('/', '')),
      part,
      part,
    )
    .map(([a, b, c]) => `${a}${b}.${c}`);
  const keys: fc.Arbitrary<InboxKey> = fc.record({ accountId: accountIds, enrollmentId: enrollmentIds, name: names });

  test('a key that was written is read with the same parts', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(readInboxKey(writeInboxKey(key))).toEqual(key);
      }),
    );
  });

  test('a key that can be read is written unchanged', () => {
    const anything = fc.oneof(
      fc.string({ unit: anyCharacter }),
      keys.map(writeInboxKey),
      fc
        .array(fc.constantFrom('inbox', '/', '.', '..', 'a', 'a.jpg', '%2F', '"', ' '), { maxLength: 9 })
        .map((all) => all.join('')),
    );
    let read = 0;
    fc.assert(
      fc.property(anything, (key) => {
        const parts = readInboxKey(key);
        if (!parts) return;
        read += 1;
        expect(writeInboxKey(parts)).toBe(key);
        expect(key.startsWith(INBOX)).toBe(true);
        expect(key.split('/')).toEqual(['inbox', parts.accountId, parts.enrollmentId, parts.name]);
      }),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(50);
  });
});
