/** The session of this tab. `sentAt`: when the media was uploaded, so that a reload does not ask for it again. */
export type Stored = { session: string; sentAt?: string };

/** It ends with the tab. The session opens one case only, and a page of another origin cannot read it. */
const KEY = 'capture';

export const readStored = (): Stored | undefined => {
  try {
    const { session, sentAt } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Stored>;
    return typeof session === 'string' ? { session, ...(sentAt ? { sentAt } : {}) } : undefined;
  } catch {
    return undefined;
  }
};

/** A browser that stores nothing still runs the page; only a reload then needs a new link. */
export const store = (stored: Stored): void => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(stored));
  } catch {}
};

export const forget = (): void => {
  try {
    sessionStorage.removeItem(KEY);
  } catch {}
};

/** The token of the link, which no server gets with an address. @returns '' for an address without one */
export const readToken = (): string => location.hash.slice(1);

/** Takes the token off the address, also in the history. */
export const clearToken = (): void => {
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
};
