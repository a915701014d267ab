/** What `session.json` holds: a session of the local system, or how to sign in at the issuer of a stage. */
export type SessionFile =
  | { kind: 'local'; canWrite: boolean; hasCampaigns: boolean }
  | {
      kind: 'oidc';
      issuer: string;
      clientId: string;
      readScope: string;
      writeScope: string;
      /** The scope that starts and stops campaigns. Only of a deployment that has them. */
      operateScope?: string;
    };

export type Session = {
  canWrite: boolean;
  /** Whether the session may start and stop campaigns. Without it the deployment has none. */
  campaigns?: { canWrite: boolean } | undefined;
  /** Headers that prove who calls. */
  headers: () => Promise<Record<string, string>>;
  /** Whether this origin tells of changes by `/events`; without it the pages read again every few seconds. */
  hasEvents: boolean;
  signOut?: () => Promise<void>;
};

/** The session ended, or there was none. */
export class SignedOutError extends Error {}
