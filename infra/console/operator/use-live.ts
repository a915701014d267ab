import { useEffect, useMemo, useRef, useState } from 'react';
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
 * Reads once the connection for events is open, since something may have changed before, and after each event. When it cannot be opened, or
 * is closed for good, one read finds out why.
 * @returns stops it
 */
const readByEvents = (again: () => void): (() => void) => {
  const events = new EventSource('./events');
  let hasAnswered = false;
  events.onopen = () => {
    hasAnswered = true;
    again();
  };
  events.onerror = () => {
    const isOver = !hasAnswered || events.readyState === EventSource.CLOSED;
    hasAnswered = true;
    if (isOver) again();
  };
  events.onmessage = again;
  return () => events.close();
};

/** Calls while it runs become one run after it: events come faster than a slow read ends, and no read of many would be the last. */
const oneAtATime = (run: () => Promise<void>): (() => void) => {
  let isRunning = false;
  let isWanted = false;
  return async () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isWanted) {
        isWanted = false;
        await run();
      }
    } finally {
      isRunning = false;
    }
  };
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

type State<Answer> = { of: unknown; data?: Answer; error?: Error };

/**
 * Reads, and reads again after each change.
 * @param load reads; a new function is a new page, without the data of the other
 */
export const useLive = <Answer>(load: () => Promise<Answer>): Live<Answer> => {
  const { hasEvents } = useSession();
  const [state, setState] = useState<State<Answer>>({ of: load });
  const shown = useRef<unknown>(undefined);
  const again = useMemo(
    () =>
      oneAtATime(async () => {
        // What is read after its page was left is of no use.
        if (shown.current !== load) return;
        const read = await load().then(
          (data) => () => ({ of: load, data }),
          (error: Error) => (before: State<Answer>) => ({ ...(before.of === load ? before : { of: load }), error }),
        );
        if (shown.current === load) setState(read);
      }),
    [load],
  );
  useEffect(() => {
    shown.current = load;
    return () => {
      shown.current = undefined;
    };
  }, [load]);
  useEffect(() => {
    if (hasEvents) return whileVisible(() => readByEvents(again));
    again();
    const timer = setInterval(() => document.hidden || again(), POLL_MS);
    return () => clearInterval(timer);
  }, [again, hasEvents]);
  const current = state.of === load ? state : undefined;
  return {
    data: current?.data,
    error: current?.error,
    isSignedOut: current?.error instanceof SignedOutError,
    again,
  };
};
