import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useCallback } from 'react';
import { type Campaign, type CampaignList, read, useSession } from '../api.ts';
import { percentText, timeText } from '../format.ts';
import { CampaignStatus } from '../parts/campaign-status.tsx';
import { Failure } from '../parts/loading.tsx';
import { useRepeat } from '../parts/use-repeat.ts';
import { addressOf } from '../route.ts';
import { useLive } from '../use-live.ts';
import { type Say, useWords } from '../words/use-words.ts';

const columns = (say: Say, locale: string) => [
  {
    id: 'createdAt',
    header: `${say('campaign')} (UTC)`,
    cell: ({ createdAt, campaignId }: Campaign) => (
      <Link href={addressOf.campaign(campaignId)}>{timeText(createdAt)}</Link>
    ),
    isRowHeader: true,
  },
  { id: 'status', header: say('status'), cell: ({ status }: Campaign) => <CampaignStatus status={status} /> },
  {
    id: 'progress',
    header: say('progress'),
    cell: ({ counts: { ended, runnable } }: Campaign) => (runnable === 0 ? '' : percentText(ended / runnable, locale)),
  },
  {
    id: 'rows',
    header: say('rowCount'),
    cell: ({ counts }: Campaign) => counts.runnable.toLocaleString(locale),
  },
  { id: 'purpose', header: say('purpose'), cell: ({ purpose }: Campaign) => purpose },
  {
    id: 'endsAt',
    header: `${say('endsAt')} (UTC)`,
    cell: ({ endsAt, status }: Campaign) => (endsAt && status === 'running' ? timeText(endsAt) : ''),
  },
];

export const CampaignsPage = () => {
  const { say, locale } = useWords();
  const session = useSession();
  const live = useLive(useCallback(() => read<CampaignList>(session, '/campaigns'), [session]));
  const { campaigns = [] } = live.data ?? {};
  useRepeat(
    live.again,
    campaigns.some(({ status }) => status === 'planning'),
  );
  return (
    <SpaceBetween size="m">
      <Failure live={live} />
      <Table
        header={
          <Header variant="h1" counter={live.data && `(${campaigns.length})`}>
            {say('campaigns')}
          </Header>
        }
        variant="full-page"
        items={campaigns}
        trackBy="campaignId"
        loading={!live.data && !live.error}
        loadingText={say('loading')}
        enableKeyboardNavigation
        columnDefinitions={columns(say, locale)}
        ariaLabels={{ tableLabel: say('campaigns') }}
        empty={<Box textAlign="center">{say('noCampaigns')}</Box>}
      />
    </SpaceBetween>
  );
};
