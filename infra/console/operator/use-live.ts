import { useCallback, useEffect, useRef, useState } from 'react';
import { useSession } from './api.ts';
import { SignedOutError } from './session.ts';

/** How often a page reads again where no events tell of changes, and how long it takes at least between two reads. Milliseconds. */
const POLL_MS = 5000;

export type Live<Answer> = {
  data: Answer | undefined;
  /** Why the last read failed; the data of an earlier one stays. */
  error: Error | undefined;
  isSignedOut: boolean;
  again: () => void;
};

/**
 * Listens while the tab is visible. A browser opens six connections to an origin (HTTP/1.1), so hidden tabs must hold none.
 * @returns stops it
 */
const whileVisible = (listen: () => () => void): (() => void) => {
  let stop: (() => void) | undefined;
  const turn = () => {
    stop?.();
    stop = document.hidden ? undefined : listen();
  };
  turn();
  document.addEventListener('visibilitychange', turn);
  return () => {
    document.removeEventListener('visibilitychange', turn);
    stop?.();
  };
};

/**
 * Reads, and reads again after each change.
 * @param load reads; a new function is a new page, without the data of the other
 */
export const useLive = <Answer>(load: () => Promise<Answer>): Live<Answer> => {
  const { hasEvents } = useSession();
  const [state, setState] = useState<{ of: unknown; data?: Answer; error?: Error }>({ of: load });
  const turn = useRef(0);
  const again = useCallback(() => {
    turn.current += 1;
    const mine = turn.current;
    load().then(
      (data) => {
        if (mine === turn.current) setState({ of: load, data });
      },
      (error: Error) => {
        if (mine === turn.current) setState((before) => ({ ...(before.of === load ? before : { of: load }), error }));
      },
    );
  }, [load]);
  useEffect(() => {
    again();
    return () => {
      turn.current += 1;
    };
  }, [again]);
  useEffect(() => {
    if (!hasEvents) {
      const timer = setInterval(() => document.hidden || again(), POLL_MS);
      return () => clearInterval(timer);
    }
    return whileVisible(() => {
      const events = new EventSource('./events');
      events.onmessage = again;
      // Before the connection something may have changed.
      events.onopen = again;
      return () => events.close();
    });
  }, [again, hasEvents]);
  const current = state.of === load ? state : undefined;
  return {
    data: current?.data,
    error: current?.error,
    isSignedOut: current?.error instanceof SignedOutError,
    again,
  };
};
