import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Language } from '../shared/language.ts';
import { NotValidError, openLink, RefusedError, readView, type View } from './api.ts';
import { clearToken, forget, readStored, readToken, store } from './session.ts';

/** What the page knows. `sent`: the media has been uploaded, and the case may not show it yet. */
export type Known = { at: 'opening' } | { at: 'closed' } | { at: 'open'; session: string; view: View; sent: boolean };

/** The pause between two reads while the person waits. Milliseconds. */
const PAUSE_MS = 2000;

/** Codes of calls that came too late: the case itself says then what to do. */
const late = ['already_decided', 'nothing_to_record', 'consent_missing'];

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Opens the link of the address, or goes on with the session of this tab. @throws NotValidError where there is neither */
const open = async (language: Language): Promise<Known> => {
  const token = readToken();
  if (token) {
    const { session, sessionExpiresAt: _, ...view } = await openLink(token, language);
    store({ session });
    return { at: 'open', session, view, sent: false };
  }
  const stored = readStored();
  if (!stored) throw new NotValidError();
  const view = await readView(stored.session, language);
  return { at: 'open', session: stored.session, view, sent: stored.sentAt !== undefined };
};

/** The same, as often as it takes to reach the server. The token stays in the address until the server has answered. */
const begin = async (language: Language, onOffline: () => void): Promise<Known> => {
  for (;;) {
    try {
      return await open(language);
    } catch (error) {
      if (error instanceof NotValidError || (error instanceof RefusedError && error.isFinal)) {
        forget();
        return { at: 'closed' };
      }
      onOffline();
      await pause();
    }
  }
};

/** Whether the next step comes by itself, so that the page reads the case again and again. */
const waits = ({ view, sent }: Extract<Known, { at: 'open' }>): boolean =>
  view.step === 'starting' ||
  view.step === 'checking' ||
  (view.step === 'record' && (sent || view.record === 'speech'));

/**
 * The case of this page, read again while the person waits.
 * @returns `act` runs a call of the API and shows the case that it answers; it throws what the person can repeat
 */
export const useCase = (language: Language) => {
  const [known, setKnown] = useState<Known>({ at: 'opening' });
  const [isOffline, setOffline] = useState(false);
  const [first] = useState(language);

  const close = useCallback(() => {
    forget();
    setKnown({ at: 'closed' });
  }, []);

  const show = useCallback((view: View) => {
    setOffline(false);
    setKnown((before) => (before.at === 'open' ? { ...before, view } : before));
  }, []);

  const session = known.at === 'open' ? known.session : '';

  const refresh = useCallback(async () => {
    try {
      show(await readView(session, language));
    } catch (error) {
      if (error instanceof NotValidError) close();
      else setOffline(true);
    }
  }, [session, language, show, close]);

  const act = useCallback(
    async (call: (session: string) => Promise<View>) => {
      try {
        show(await call(session));
      } catch (error) {
        if (error instanceof NotValidError) return close();
        if (!(error instanceof RefusedError) || !late.includes(error.message)) throw error;
        await refresh();
      }
    },
    [session, show, close, refresh],
  );

  const markSent = useCallback(() => {
    store({ session, sentAt: new Date().toISOString() });
    setKnown((before) => (before.at === 'open' ? { ...before, sent: true } : before));
  }, [session]);

  useEffect(() => {
    void begin(first, () => setOffline(true)).then((begun) => {
      clearToken();
      setOffline(false);
      setKnown(begun);
    });
  }, [first]);

  // The texts of the case are in the language of the page.
  const shownIn = useRef(language);
  useEffect(() => {
    if (!session || shownIn.current === language) return;
    shownIn.current = language;
    void refresh();
  }, [session, language, refresh]);

  const isWaiting = known.at === 'open' && waits(known);
  useEffect(() => {
    if (!isWaiting) return undefined;
    let isOn = true;
    void (async () => {
      for (await pause(); isOn; await pause()) await refresh();
    })();
    return () => {
      isOn = false;
    };
  }, [isWaiting, refresh]);

  return { known, isOffline, act, refresh, markSent };
};
