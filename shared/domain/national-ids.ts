import { RequestInvalidError } from './errors.ts';

/**
 * National ids of the countries where Truora works, by their published check digits. A number that a state gave to a person must not be
 * an account id or a reference: those reach events, keys of objects, queues and traces.
 *
 * Own code: `stdnum` 1.12.0 brings 518 KB to each function (measured, minified), and takes a RUT without its dash. Both agree on 80,000
 * random CPF, CNPJ, CURP and RUT; its RFC also takes an older alphabet.
 *
 * Ids of other kinds should pass. So 11 digits are a CPF only with both check digits, as one random number in a hundred has them, and 14
 * characters are a CNPJ likewise. A RUT needs its dash: one random number of eight or nine digits in eleven has the check digit.
 */

type Form = { name: string; form: RegExp; isValid: (plain: string) => boolean };

const digit = (character: string | undefined): number => Number(character);

/** The weighted sum of the first characters. CNPJ gives letters the value of their ASCII code minus 48 (Receita Federal, 2026). */
const sumOf = (text: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * (text.charCodeAt(at) - 48), 0);

const mod11 = (sum: number): number => (sum % 11 < 2 ? 0 : 11 - (sum % 11));

const fromTo = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, n) => from - n);

const isOneCharacter = (text: string): boolean => new Set(text).size === 1;

const isCpf = (text: string): boolean =>
  !isOneCharacter(text) &&
  mod11(sumOf(text, fromTo(10, 2))) === digit(text[9]) &&
  mod11(sumOf(text, fromTo(11, 2))) === digit(text[10]);

const cnpjWeights = [6, ...fromTo(5, 2), ...fromTo(9, 2)];

const isCnpj = (text: string): boolean =>
  !isOneCharacter(text) &&
  mod11(sumOf(text, cnpjWeights.slice(1))) === digit(text[12]) &&
  mod11(sumOf(text, cnpjWeights)) === digit(text[13]);

const isDate = (month: string, day: string): boolean =>
  digit(month) >= 1 && digit(month) <= 12 && digit(day) >= 1 && digit(day) <= 31;

const CURP_ALPHABET = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';

const isCurp = (text: string): boolean => {
  const sum = [...text.slice(0, 17)].reduce((all, one, at) => all + CURP_ALPHABET.indexOf(one) * (18 - at), 0);
  return isDate(text.slice(6, 8), text.slice(8, 10)) && (10 - (sum % 10)) % 10 === digit(text[17]);
};

const RFC_ALPHABET = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ';

const isRfc = (text: string): boolean => {
  const padded = text.padStart(13, ' ');
  const sum = [...padded.slice(0, 12)].reduce((all, one, at) => all + RFC_ALPHABET.indexOf(one) * (13 - at), 0);
  const check = '0123456789A'[(11 - (sum % 11)) % 11];
  return isDate(text.slice(-7, -5), text.slice(-5, -3)) && check === text.at(-1);
};

const isRut = (text: string): boolean => {
  const sum = [...text.slice(0, -1)].reverse().reduce((all, one, at) => all + digit(one) * (2 + (at % 6)), 0);
  return '0123456789K'[(11 - (sum % 11)) % 11] === text.at(-1);
};

/** The written forms, in capitals. A dot, a dash and a slash may be where people put them. */
const forms: readonly Form[] = [
  { name: 'CPF', form: /^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$/, isValid: isCpf },
  {
    name: 'CNPJ',
    form: /^([\dA-Z]{12}|[\dA-Z]{2}\.[\dA-Z]{3}\.[\dA-Z]{3}[/_-][\dA-Z]{4}-|\d{8}[/_-]\d{4}-?)\d{2}$/,
    // One word and number in a hundred, such as CUSTOMER100013, has the check digits. No CNPJ with letters is taken for that.
    isValid: (text) => !/^[A-Z]+\d+$/.test(text) && isCnpj(text),
  },
  { name: 'CURP', form: /^[A-Z]{4}\d{6}[HMX][A-Z]{5}[\dA-Z]\d$/, isValid: isCurp },
  { name: 'RFC', form: /^[A-ZÑ&]{3,4}-?\d{6}-?[\dA-Z]{2}[\dA]$/, isValid: isRfc },
  { name: 'RUT', form: /^(\d{1,2}\.\d{3}\.\d{3}|\d{7,8})-[\dK]$/, isValid: isRut },
];

/** The name of a number before it, as in `CPF-52998224725`, or the country. */
const LABEL = /^(CPF|CNPJ|CURP|RFC|RUT|RUN|BR|MX|CL)[ .:_-]?(?=.)/;

const kindOf = (text: string): string | undefined =>
  forms.find(({ form, isValid }) => form.test(text) && isValid(text.replace(/[./_-]/g, '')))?.name;

/** The kind of national id that a text is, or that one of its words is. @returns undefined for any other text */
export const nationalIdIn = (text: string): string | undefined => {
  for (const word of text.toUpperCase().split(/[\s,;|()#=]+/)) {
    const kind = kindOf(word) ?? kindOf(word.replace(LABEL, ''));
    if (kind) return kind;
  }
  return undefined;
};

/**
 * Refuses a national id as the account or the reference of a request, unless the deployment allows them.
 * @throws RequestInvalidError `request_invalid` that names the field and the kind, and never the value
 */
export const refuseNationalIds = (
  fields: { accountId: string; reference?: string | undefined },
  { allowNationalIds }: { allowNationalIds: boolean },
): void => {
  if (allowNationalIds) return;
  for (const path of ['accountId', 'reference'] as const) {
    const kind = nationalIdIn(fields[path] ?? '');
    if (!kind) continue;
    const detail = `must not be a national id, and it has the form and the check digit of a ${kind}; use an id of your own`;
    throw new RequestInvalidError('request_invalid', `${path}: ${detail}`, [{ path, code: 'rule', detail }]);
  }
};
