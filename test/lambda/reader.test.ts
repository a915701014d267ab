import { expect, test } from 'vitest';
import { languageOf } from '../../shared/lambda/reader.ts';

test.each([
  [undefined, 'es'],
  ['', 'es'],
  ['*', 'es'],
  ['de', 'es'],
  ['en', 'en'],
  ['pt-BR', 'pt'],
  ['es-MX,es;q=0.9,en;q=0.8', 'es'],
  ['en-US,en;q=0.9,pt;q=0.8', 'en'],
  ['de;q=0.9, pt;q=0.5, en;q=0.7', 'en'],
  ['en;q=0, pt;q=0.1', 'pt'],
  ['EN-gb', 'en'],
  ['es;q=0.1, *;q=0.5', 'pt'],
  [';;q=,,en;q=x', 'es'],
  ['\u0000, en', 'en'],
])('the languages %j of a person are answered in %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});
