import { TruoraUnauthorizedError } from './errors.ts';

/**
 * Checks that a header can hold the key. The error names the position of an invalid character, never the key.
 * @throws TruoraUnauthorizedError `truora_unauthorized`
 */
export const sendableKey = (key: string): string => {
  const at = key.search(/[^\x21-\x7e]/);
  if (key !== '' && at < 0) return key;
  const what = key === '' ? 'is empty' : `holds an invalid character at position ${at + 1} of ${key.length}`;
  throw new TruoraUnauthorizedError('truora_unauthorized', `the Truora key ${what}; store it again`);
};
