import { useEffect } from 'react';

/** How often a page reads again what no event tells of, such as a plan. Milliseconds. */
const REPEAT_MS = 3000;

/** Reads again every few seconds while the tab is visible and something is under way. */
export const useRepeat = (again: () => void, isUnderWay: boolean): void => {
  useEffect(() => {
    if (!isUnderWay) return;
    const timer = setInterval(() => document.hidden || again(), REPEAT_MS);
    return () => clearInterval(timer);
  }, [again, isUnderWay]);
};
