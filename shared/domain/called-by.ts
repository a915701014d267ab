import { createHash } from 'node:crypto';
import { CalledBy } from './request.ts';

const HASHED = 'sha256:';

/**
 * A caller's name as a record keeps it. An issuer may choose any subject: one with a blank, an accent or more than 512
 * characters is kept as its hash, which tells it from every other just as well. So is one that looks like a hash, or a token
 * could name another one's.
 */
export const calledByOf = (kind: 'iam' | 'jwt', name: string): string => {
  const { data } = CalledBy.safeParse(`${kind}:${name}`);
  if (data && !name.startsWith(HASHED)) return data;
  return `${kind}:${HASHED}${createHash('sha256').update(name).digest('hex')}`;
};
