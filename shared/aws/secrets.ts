import { type Access, awsJson } from './signed-call.ts';

/** How long a value is cached. A rotation is noticed within a minute, when the old value is refused. */
const CACHE_MS = 5 * 60_000;

/** At most one read a minute after refusals, so that a wrong key does not cause many reads. */
const REREAD_MS = 60_000;

/**
 * Characters around a pasted value that are never part of it: blanks, line breaks, byte-order marks and zero-width characters.
 * No HTTP header may hold them.
 */
const AROUND = /^[\s\p{Cf}\p{Cc}]+|[\s\p{Cf}\p{Cc}]+$/gu;

const cache = new Map<string, { value: string; readAt: number }>();

const reread = new Map<string, number>();

/**
 * The current value of a secret, cached for five minutes. When it cannot be read again, the old value stays in use.
 * @param refused the value that was just refused: the secret is read again, at most once a minute
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
    // The next try is in a minute, so that many calls do not cause many failing reads.
    cache.set(id, { ...cached, readAt: Date.now() - CACHE_MS + REREAD_MS });
    return cached.value;
  }
};
