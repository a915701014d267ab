import { type Access, awsJson } from './signed-call.ts';

/** How long a value is taken for current. A rotation is noticed within a minute anyway, when the old value is refused. */
const CACHE_MS = 5 * 60_000;

/** At most one read a minute because of a refusal: a wrong key must not become a flood of reads. */
const REREAD_MS = 60_000;

/**
 * What stands around a value that was pasted or echoed, and is never a part of it: blanks, line breaks, byte-order marks and
 * marks without a width. No HTTP header may hold them.
 */
const AROUND = /^[\s\p{Cf}\p{Cc}]+|[\s\p{Cf}\p{Cc}]+$/gu;

const cache = new Map<string, { value: string; readAt: number }>();

const reread = new Map<string, number>();

/**
 * The current value of a secret, kept in memory for five minutes. When it cannot be read again, the old one serves on.
 * @param refused the value that the other side has just refused: it is read anew, unless that was done in the last minute
 */
export const readSecret = async (access: Access, id: string, refused?: string): Promise<string> => {
  const cached = cache.get(id);
  const since = (at = Number.NEGATIVE_INFINITY) => Date.now() - at;
  if (cached && cached.value !== refused && since(cached.readAt) < CACHE_MS) return cached.value;
  if (cached && cached.value === refused) {
    if (since(cached.readAt) < REREAD_MS || since(reread.get(id)) < REREAD_MS) return cached.value;
    reread.set(id, Date.now());
  }
  try {
    const { SecretString } = await awsJson(access, 'secretsmanager', 'GetSecretValue', { SecretId: id });
    const value = typeof SecretString === 'string' ? SecretString.replace(AROUND, '') : '';
    if (!value) throw new TypeError('the secret is empty');
    cache.set(id, { value, readAt: Date.now() });
    return value;
  } catch (error) {
    if (!cached) throw error;
    // It is tried again in a minute: a flood of calls must not become a flood of reads that fail.
    cache.set(id, { ...cached, readAt: Date.now() - CACHE_MS + REREAD_MS });
    return cached.value;
  }
};
