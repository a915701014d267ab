import { useEffect, useState } from 'react';

/** The page that the address names, after its `#`: the files of the site are then the same for every page. */
export type Route =
  | { page: 'cases' }
  | { page: 'case'; id: string }
  | { page: 'day'; day: string | undefined }
  | { page: 'health' }
  | { page: 'campaigns' }
  | { page: 'campaign'; id: string };

export const today = (): string => new Date().toISOString().slice(0, 10);

const routeOf = (hash: string): Route => {
  const [, page, of] = hash.replace(/^#/, '').split('/');
  if (page === 'cases' && of) return { page: 'case', id: of };
  if (page === 'days') return { page: 'day', day: of };
  if (page === 'health') return { page: 'health' };
  if (page === 'campaigns') return of ? { page: 'campaign', id: of } : { page: 'campaigns' };
  return { page: 'cases' };
};

export const useRoute = (): Route => {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const changed = () => setHash(window.location.hash);
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return routeOf(hash);
};

export const addressOf = {
  cases: '#/cases',
  case: (id: string) => `#/cases/${id}`,
  day: (day: string) => `#/days/${day}`,
  health: '#/health',
  campaigns: '#/campaigns',
  campaign: (id: string) => `#/campaigns/${id}`,
};
