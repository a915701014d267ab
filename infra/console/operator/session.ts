/** What `session.json` holds: a session of the local system, or how to sign in at the issuer of a stage. */
export type SessionFile =
  | { kind: 'local'; canWrite: boolean }
  | { kind: 'oidc'; issuer: string; clientId: string; readScope: string; writeScope: string };

export type Session = {
  canWrite: boolean;
  /** Headers that prove who calls. */
  headers: () => Promise<Record<string, string>>;
  /** Whether this origin tells of changes by `/events`; without it the pages read again every few seconds. */
  hasEvents: boolean;
  signOut?: () => Promise<void>;
};

/** The session ended, or there was none. */
export class SignedOutError extends Error {}

/**
 * The session of this page.
 * @returns undefined while the browser leaves for the sign-in
 * @throws SignedOutError
 */
export const openSession = async (): Promise<Session | undefined> => {
  const answer = await fetch('./session.json', { cache: 'no-store' });
  if (!answer.ok) throw new SignedOutError();
  const file = (await answer.json()) as SessionFile;
  if (file.kind === 'local') return { canWrite: file.canWrite, headers: async () => ({}), hasEvents: true };
  // Only a stage signs in, so the local page does not load this.
  const { signIn } = await import('./sign-in.ts');
  return signIn(file);
};
