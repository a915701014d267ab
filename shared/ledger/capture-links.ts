import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { getItem, isAlive, putNew, updateItem } from '../aws/dynamodb.ts';
import { LINK_SECONDS, SESSION_SECONDS } from '../domain/capture.ts';
import { AccountId, RevalidationId } from '../domain/ids.ts';
import { secondsAfter } from './keys.ts';

/** The case that a link or a session is for. The account is there so that an erasure finds the item. */
const Bound = z.object({ revalidationId: RevalidationId, accountId: AccountId });

export type Bound = z.infer<typeof Bound>;

/** 256 random bits, in 43 characters of base64url. */
const newToken = (): string => randomBytes(32).toString('base64url');

/** The ledger holds the hash of a token only: who reads the table can open no link. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const linkKey = (token: string) => `LINK#${hashOf(token)}`;

const sessionKey = (token: string) => `SESSION#${hashOf(token)}`;

/** Makes a one-time link for a case. @returns its token, which is stored nowhere */
export const mintLink = async (table: string, { revalidationId, accountId }: Bound): Promise<string> => {
  const token = newToken();
  const expiresAt = secondsAfter(new Date(), LINK_SECONDS);
  await putNew(table, { pk: linkKey(token), revalidationId, accountId, expiresAt });
  return token;
};

/** An opened link: its case, and the token of its session until a time. */
export type Opened = Bound & { session: string; sessionExpiresAt: string };

/**
 * Opens a link, once. The session is written before the link is marked as used: a crash in between leaves a session whose token is lost.
 * @returns undefined for a link that is unknown, over or used
 */
export const openLink = async (table: string, token: string): Promise<Opened | undefined> => {
  const pk = linkKey(token);
  const link = await getItem(table, pk);
  if (!link || !isAlive(link) || link.session !== undefined) return undefined;
  const bound = Bound.parse(link);
  const session = newToken();
  const at = new Date();
  const expiresAt = secondsAfter(at, SESSION_SECONDS);
  await putNew(table, { pk: sessionKey(session), ...bound, expiresAt });
  const when = { revalidationId: [bound.revalidationId], session: [] };
  const used = await updateItem(table, pk, { set: { session: hashOf(session), usedAt: at.toISOString() }, when });
  // The SDK repeats a write whose answer was lost, and finds its own session then.
  if (!used && (await getItem(table, pk))?.session !== hashOf(session)) return undefined;
  return { ...bound, session, sessionExpiresAt: new Date(expiresAt * 1000).toISOString() };
};

/** The case of a session. @returns undefined for one that is unknown or over */
export const readSession = async (table: string, token: string): Promise<Bound | undefined> => {
  const item = await getItem(table, sessionKey(token));
  return item && isAlive(item) ? Bound.parse(item) : undefined;
};
