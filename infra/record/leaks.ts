import { invented, isVocabulary } from './scrub.ts';

/** A field name of Truora. A name of a person as a field name would be a leak that no check of values finds. */
const FIELD = /^[A-Za-z][A-Za-z_]{0,63}\d{0,3}$/;

const INVENTED_LINK = /^https?:\/\/[a-z0-9.-]+\/u\/x(\?([A-Za-z-]+=(abc|KEXAMPLE|1795428300)&?)+)?$/;

const INVENTED_ID = /^[A-Z]{3}0{28,38}[0-9a-f]{2,4}$/;

/** What no example may have, with its name. Searched for in every text, at any depth. */
const suspects: [string, RegExp][] = [
  ['a token', /eyJ[A-Za-z0-9_-]{6,}/],
  ["a key of AWS's", /\b(AKIA|ASIA)[A-Z0-9]{12,}/],
  ['a private key', /-----BEGIN/],
  ['an e-mail address', /[^\s@]+@[^\s@]+\.[A-Za-z]{2,}/],
  ['a long number', /\d{9,}/],
  ['a secret', /(?=[A-Za-z0-9+/=_-]*\d)(?=[A-Za-z0-9+/=_-]*[A-Za-z])[A-Za-z0-9+/=_-]{24,}/],
];

type Secrets = { key: string; accountId: string; enrollmentId: string };

const leaksInText = (name: string, value: string, { key, accountId, enrollmentId }: Secrets): string[] => {
  if (isVocabulary(name, value) || Object.values(invented).some((one) => one === value)) return [];
  if (value === key || (key.length >= 12 && value.includes(key))) return ["Truora's key"];
  if (value === accountId || value === enrollmentId) return ['the id of the person'];
  if (INVENTED_ID.test(value)) return [];
  if (/^[A-Z]{3}[0-9a-f]{32,40}$/.test(value)) return ['an id'];
  if (/:\/\//.test(value)) return INVENTED_LINK.test(value) ? [] : ['a link'];
  if (/^\d{4}-\d\d-\d\d/.test(value)) return value.startsWith(invented.day) ? [] : ['a date'];
  if (/\d{1,3}(\.\d{1,3}){3}/.test(value)) return ['an address'];
  return suspects.filter(([, pattern]) => pattern.test(value)).map(([what]) => what);
};

/**
 * Checks an example before it is written, independently of the scrubber.
 * @returns what was found and in which field, never the value
 */
export const leaksIn = (value: unknown, secrets: Secrets, name = 'body'): string[] => {
  if (typeof value === 'string') return leaksInText(name, value, secrets).map((what) => `${what} in "${name}"`);
  if (Array.isArray(value)) return value.flatMap((entry) => leaksIn(entry, secrets, name));
  if (typeof value === 'number')
    return Math.abs(value) >= 1e9 && value !== invented.unixSeconds ? [`a long number in "${name}"`] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([field, inner]) =>
    FIELD.test(field) ? leaksIn(inner, secrets, field) : [`a field within "${name}" with an unexpected name`],
  );
};
