import * as z from 'zod/mini';

/** A key is about a thousand characters; what is much longer is none, and is not looked into. Characters. */
const MAX_KEY_LENGTH = 8192;

const DAY_MS = 86_400_000;

/** The last moment that a Date can hold, in unix seconds: an `exp` beyond it is no date. */
const LAST_SECOND = 8.64e12;

const Payload = z.object({ exp: z.number().check(z.positive(), z.maximum(LAST_SECOND)) });

/**
 * Whole days until the Truora key ends, negative when it has. The key is a JWT whose payload says `exp` in unix seconds
 * (seen, decades ahead in most). Its signature is Truora's business: this only reads a date, and decides nothing.
 * @returns undefined for a key that says no end, or cannot be read
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
