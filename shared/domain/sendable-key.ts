import { TruoraUnauthorizedError } from './errors.ts';

/**
 * The key, if a header can hold it. A character that is invisible or of no key is named by its place alone.
 * @throws TruoraUnauthorizedError `truora_unauthorized`
 */
export const sendableKey = (key: string): string => {
  const at = key.search(/[^\x21-\x7e]/);
  if (key !== '' && at < 0) return key;
  const what = key === '' ? 'is empty' : `holds a character that no key has, at place ${at + 1} of ${key.length}`;
  throw new TruoraUnauthorizedError('truora_unauthorized', `the Truora key ${what}; store it again`);
};
