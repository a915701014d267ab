import { describe, expect, test } from 'vitest';
import { nationalIdIn, refuseNationalIds } from '../../shared/domain/national-ids.ts';
import { errorOf } from '../support/journal.ts';

/** Numbers of examples and of the test certificates of SAT, and each with its last character changed. */
const published = {
  CPF: ['52998224725', '529.982.247-25', '111.444.777-35'],
  CNPJ: ['11222333000181', '11.222.333/0001-81', '12ABC34501DE35', '12.ABC.345/01DE-35'],
  CURP: ['BOXW310820HNERXN09', 'boxw310820hnerxn09'],
  RFC: ['GODE561231GR8', 'EKU9003173C9', 'XIA190128J61', 'CACX7605101P8', 'IAÑL750210963', 'KICR630120NX3'],
  RUT: ['12.345.678-5', '12345678-5', '7654321-6', '10.000.013-K'],
};

const all = Object.entries(published).flatMap(([kind, texts]) => texts.map((text) => [kind, text] as const));

/** The last character exchanged for the next one: no check digit holds any more. */
const changed = (text: string): string => {
  const last = text.slice(-1).toUpperCase();
  return text.slice(0, -1) + (last === 'K' ? '1' : String((Number(last) + 1) % 10));
};

describe('a national id', () => {
  test.each(all)('is found: %s %s', (kind, text) => {
    expect(nationalIdIn(text)).toBe(kind);
    expect(nationalIdIn(`${kind}-${text}`)).toBe(kind);
    expect(nationalIdIn(`transfer of ${text}, urgent`)).toBe(kind);
  });

  test.each(all)('with a wrong check digit is none: %s %s', (_, text) => {
    expect(nationalIdIn(changed(text))).toBeUndefined();
  });
});

test.each([
  '123456785',
  '00000000000',
  '11111111111111',
  'ana',
  'case 7',
  '550e8400-e29b-41d4-a716-446655440000',
  'RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978',
  'ACC0123456789',
  '2026-11-29',
  'user.name_1',
])('an id of another kind passes: %s', (text) => {
  expect(nationalIdIn(text)).toBeUndefined();
});

test.each(['customer-', 'customer', 'account-', 'cliente_'])('a word and a number is none: %s', (word) => {
  const numbers = Array.from({ length: 2000 }, (_, n) => word + (100_000 + n));
  expect(numbers.filter((text) => nationalIdIn(text))).toEqual([]);
});

describe('a request', () => {
  const forbidden = { allowNationalIds: false };

  test.each(['accountId', 'reference'] as const)(
    'with one as %s is refused by field and kind, not by value',
    async (field) => {
      const fields = { accountId: 'ana', reference: 'case 7', [field]: '52998224725' };
      const error = await errorOf((async () => refuseNationalIds(fields, forbidden))());
      expect(error).toMatchObject({
        name: 'RequestInvalidError',
        reason: 'request_invalid',
        broken: [{ path: field }],
      });
      expect(String(error)).toMatch(new RegExp(`^.*${field}: must not be a national id.* CPF`));
      expect(JSON.stringify([String(error), error])).not.toContain('52998224725');
    },
  );

  test('with one passes where the deployment allows national ids', () => {
    expect(() => refuseNationalIds({ accountId: '52998224725' }, { allowNationalIds: true })).not.toThrow();
  });

  test('without one passes', () => {
    expect(() => refuseNationalIds({ accountId: 'ana' }, forbidden)).not.toThrow();
  });
});
