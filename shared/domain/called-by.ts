import { createHash } from 'node:crypto';
import { CalledBy } from './request.ts';

const HASHED = 'sha256:';

/**
 * A caller's name as a record keeps it. An issuer may choose any subject. A subject with a blank, an accent or more than 512
 * characters is stored as its hash. So is one that starts like a hash, so that it cannot imitate another caller.
 */
export const calledByOf = (kind: 'iam' | 'jwt', name: string): string => {
  const { data } = CalledBy.safeParse(`${kind}:${name}`);
  if (data && !name.startsWith(HASHED)) return data;
  return `${kind}:${HASHED}${createHash('sha256').update(name).digest('hex')}`;
};
