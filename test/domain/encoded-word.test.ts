import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeWords } from '../../shared/domain/encoded-word.ts';

test.each([
  ['=?UTF-8?B?RXhwZWRpZW50ZSBuwrogNw==?=', 'Expediente nº 7'],
  ['=?UTF-8?Q?Expediente_n=C2=BA_7?=', 'Expediente nº 7'],
  ['=?utf-8?b?w4E=?=', 'Á'],
  // One sign in two words, and a blank between words that is none of the text.
  ['=?UTF-8?B?8J+Y?= =?UTF-8?B?gA==?=', '\u{1f600}'],
  ['=?UTF-8?Q?a?= b', 'a b'],
  ['case 7', 'case 7'],
  ['{"threshold":0.8}', '{"threshold":0.8}'],
  ['=?ISO-8859-1?Q?=E1?=', '=?ISO-8859-1?Q?=E1?='],
  ['a =?UTF-8?B?', 'a =?UTF-8?B?'],
])('decodes %s, which was put as %s', (word, text) => {
  expect(decodeWords(word)).toBe(text);
});

test('decodes any text that was encoded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      expect(decodeWords(`=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`)).toBe(Buffer.from(text).toString());
    }),
  );
});
