import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useCallback, useState } from 'react';
import { explain } from '../../../../shared/domain/reasons.ts';
import { type Case, type CasePage, read, useSession, withQuery } from '../api.ts';
import { dayTimeText, timeText } from '../format.ts';
import { CaseFilters, type Filters, noFilters } from '../parts/case-filters.tsx';
import { CaseStatus } from '../parts/case-status.tsx';
import { Failure } from '../parts/loading.tsx';
import { addressOf, today } from '../route.ts';
import type { Session } from '../session.ts';
import { useLive } from '../use-live.ts';
import { type Say, useWords } from '../words/use-words.ts';

/** Cases of one page, as many as fit a screen twice. */
const PAGE = 50;

/** The pages of the list up to a number. An account is listed over all days, and its route knows no class. */
const loadPages = async (session: Session, filters: Filters, most: number): Promise<Required<CasePage>> => {
  const { day, account, status, class: wanted } = filters;
  const path = account ? `/accounts/${encodeURIComponent(account)}/revalidations` : `/days/${day}/cases`;
  const revalidations: Case[] = [];
  let cursor = '';
  for (let page = 0; page < most; page += 1) {
    const query = { status, class: account ? '' : wanted, limit: String(PAGE), cursor };
    const answer = await read<CasePage>(session, withQuery(path, query));
    revalidations.push(...answer.revalidations);
    cursor = answer.cursor ?? '';
    if (!cursor) break;
  }
  const has = ({ outcome }: Case) =>
    !account || !wanted || (outcome?.reason && explain(outcome.reason).class === wanted);
  return { revalidations: revalidations.filter(has), cursor };
};

/** @param showTime how a time is shown: the day of a list of one day is said above it */
const columns = (say: Say, showTime: (at: string) => string) => [
  {
    id: 'time',
    header: say('time'),
    cell: ({ claimedAt, revalidationId }: Case) => (
      <Link href={addressOf.case(revalidationId)}>{claimedAt ? showTime(claimedAt) : revalidationId}</Link>
    ),
    isRowHeader: true,
  },
  { id: 'status', header: say('status'), cell: ({ status }: Case) => <CaseStatus status={status} /> },
  {
    id: 'reason',
    header: say('reason'),
    cell: ({ outcome }: Case) => outcome?.reason ?? '',
  },
  { id: 'account', header: say('account'), cell: ({ accountId }: Case) => accountId ?? '' },
  {
    id: 'id',
    header: say('id'),
    cell: ({ revalidationId }: Case) => <Box variant="code">{revalidationId.slice(0, 11)}…</Box>,
  },
];

export const CasesPage = () => {
  const { say } = useWords();
  const session = useSession();
  const [filters, setFilters] = useState<Filters>(() => ({ ...noFilters, day: today() }));
  const [pages, setPages] = useState(1);
  const live = useLive(useCallback(() => loadPages(session, filters, pages), [session, filters, pages]));
  const { revalidations: cases = [], cursor } = live.data ?? {};
  return (
    <SpaceBetween size="m">
      <Failure live={live} />
      <Table
        header={
          <Header variant="h1" counter={live.data && `(${cases.length}${cursor ? '+' : ''})`}>
            {say('cases')}
          </Header>
        }
        filter={
          <CaseFilters
            filters={filters}
            setFilters={(next) => {
              setPages(1);
              setFilters(next);
            }}
          />
        }
        variant="full-page"
        items={cases}
        trackBy="revalidationId"
        loading={!live.data && !live.error}
        loadingText={say('loading')}
        enableKeyboardNavigation
        columnDefinitions={columns(say, filters.account ? timeText : dayTimeText)}
        ariaLabels={{ tableLabel: say('cases') }}
        empty={<Box textAlign="center">{say('noCases')}</Box>}
        footer={
          cursor ? (
            <Box textAlign="center">
              <Button onClick={() => setPages(pages + 1)}>{say('more')}</Button>
            </Box>
          ) : null
        }
      />
    </SpaceBetween>
  );
};
