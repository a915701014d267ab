import { randomBytes, timingSafeEqual } from 'node:crypto';

/** Who looks: one who may write, or one who only reads. */
export type Role = 'writer' | 'reader';

/** Random text of 256 bits, as a part of an address. */
const secret = (): string => randomBytes(32).toString('base64url');

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Links that open the console once, and the sessions that they became. All end with the process. */
export const sessions = () => {
  const links = new Map<string, Role>();
  const open = new Map<string, Role>();
  const take = (from: Map<string, Role>, given: string): [string, Role] | undefined =>
    [...from].find(([known]) => isSame(known, given));
  return {
    /** A new token for a link. It is good for one use. */
    issue: (role: Role): string => {
      const token = secret();
      links.set(token, role);
      return token;
    },
    /** Uses a token up. @returns the id of the new session; undefined for a token that is unknown or was used */
    begin: (token: string): { id: string; role: Role } | undefined => {
      const [known, role] = take(links, token) ?? [];
      if (known === undefined || role === undefined) return undefined;
      links.delete(known);
      const id = secret();
      open.set(id, role);
      return { id, role };
    },
    /** The role of a session. @returns undefined for an unknown one */
    roleOf: (id: string): Role | undefined => take(open, id)?.[1],
  };
};
