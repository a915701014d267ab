import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Language } from '../shared/language.ts';
import { NotValidError, openLink, RefusedError, readView, type View } from './api.ts';
import { clearToken, forget, readStored, readToken, store } from './session.ts';

type Open = {
  at: 'open';
  session: string;
  view: View;
  /** When the media was uploaded, while the case does not show it yet. Milliseconds. */
  sentAt: number | undefined;
  /** The case takes no recording of its person that it cannot use: the person records again. */
  wasUnused: boolean;
};

/** What the page knows. */
export type Known = { at: 'opening' } | { at: 'closed' } | Open;

/** A live capture looks for its recording every 30 s. What it has not shown after that, it does not take. Milliseconds. */
const TAKEN_MS = 35_000;

/** The case as it is shown now. */
const withView = (before: Open, view: View): Open => {
  const { session, sentAt } = before;
  const isUnused =
    sentAt !== undefined && view.step === 'record' && view.record === 'speech' && Date.now() - sentAt > TAKEN_MS;
  if (!isUnused) return { ...before, view };
  store({ session });
  return { ...before, view, sentAt: undefined, wasUnused: true };
};

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
    return { at: 'open', session, view, sentAt: undefined, wasUnused: false };
  }
  const stored = readStored();
  if (!stored) throw new NotValidError();
  const view = await readView(stored.session, language);
  const sentAt = stored.sentAt === undefined ? undefined : Date.parse(stored.sentAt);
  return { at: 'open', session: stored.session, view, sentAt, wasUnused: false };
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
const waits = ({ view, sentAt }: Open): boolean =>
  view.step === 'starting' ||
  view.step === 'checking' ||
  (view.step === 'record' && (sentAt !== undefined || view.record === 'speech'));

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
    setKnown((before) => (before.at === 'open' ? withView(before, view) : before));
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
    const now = new Date();
    store({ session, sentAt: now.toISOString() });
    setKnown((before) => (before.at === 'open' ? { ...before, sentAt: now.getTime(), wasUnused: false } : before));
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
