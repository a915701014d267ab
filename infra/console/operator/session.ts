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
