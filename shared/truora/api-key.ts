import * as z from 'zod/mini';

/** The longest text that is parsed as a key. A key has about a thousand characters (seen). */
const MAX_KEY_LENGTH = 8192;

const DAY_MS = 86_400_000;

/** The last time that a Date can hold, in unix seconds. */
const LAST_SECOND = 8.64e12;

const Payload = z.object({ exp: z.number().check(z.positive(), z.maximum(LAST_SECOND)) });

/**
 * Whole days until the Truora key expires, negative after that. The key is a JWT with `exp` in unix seconds (seen, in most keys
 * decades ahead). The signature is not checked: only the date is read.
 * @returns undefined for a key without a date, or an unreadable one
 */
export const daysLeft = (key: string, now: Date): number | undefined => {
  if (key.length > MAX_KEY_LENGTH) return undefined;
  const [, payload, signature, ...more] = key.trim().split('.');
  if (!payload || signature === undefined || more.length > 0) return undefined;
  const { data } = Payload.safeParse(readJson(Buffer.from(payload, 'base64url').toString('utf8')));
  return data && Math.floor((data.exp * 1000 - now.getTime()) / DAY_MS);
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
