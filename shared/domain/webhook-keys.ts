import * as z from 'zod/mini';

const Keys = z.array(z.string());

/**
 * The signature keys as the secret holds them: a JSON list, one a rule of Truora's, two while one is rotated. Anything
 * else is no key at all, so that a half-written secret opens no door.
 */
export const keysOf = (secret: string): string[] => {
  try {
    return Keys.parse(JSON.parse(secret));
  } catch {
    return [];
  }
};
