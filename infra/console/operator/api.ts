import { createContext, useContext } from 'react';
import type { components } from '../../package/api-types.ts';
import { type Session, SignedOutError } from './session.ts';

type Schemas = components['schemas'];

export type Case = Schemas['Revalidation'];

export type OperatorCase = Schemas['OperatorCase'];

export type DayNumbers = Schemas['DayNumbers'];

export type Health = Schemas['Health'];

export type CasePage = Schemas['RevalidationPage'];

export type Campaign = Schemas['CampaignView'];

export type CampaignList = Schemas['CampaignList'];

export const SessionContext = createContext<Session | undefined>(undefined);

export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (!session) throw new TypeError('no session');
  return session;
};

/** A call that the API refused: the code of its problem document. */
export class CallError extends Error {
  readonly status: number;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
  }
}

/** The API answers within 30 s (documented: HTTP APIs). Without an end of its own, a read that a lost network holds would be the last one. */
const ANSWER_MS = 35_000;

const call = async (session: Session, method: string, path: string): Promise<Response> => {
  const headers = await session.headers();
  const answer = await fetch(`./api${path}`, {
    method,
    headers,
    cache: 'no-store',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (answer.ok) return answer;
  if (answer.status === 401) throw new SignedOutError();
  const { code = String(answer.status) } = (await answer.json().catch(() => ({}))) as { code?: string };
  throw new CallError(answer.status, code);
};

export const read = async <Answer>(session: Session, path: string): Promise<Answer> =>
  (await call(session, 'GET', path)).json() as Promise<Answer>;

export const readText = async (session: Session, path: string): Promise<string> =>
  (await call(session, 'GET', path)).text();

export const write = async (session: Session, path: string): Promise<void> => {
  await call(session, 'POST', path);
};

/** A path with its query; parts without a value are left out. */
export const withQuery = (path: string, query: Record<string, string | undefined>): string => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
};
