import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useCallback } from 'react';
import { type Health, read, useSession } from '../api.ts';
import { timeText } from '../format.ts';
import { Failure, Loading } from '../parts/loading.tsx';
import { useLive } from '../use-live.ts';
import { useWords } from '../words/use-words.ts';

/** A key that ends sooner than this needs a rotation now: the alarm of the key has the same bound. Days. */
const SOON_DAYS = 14;

const Key = ({ days }: { days: number | undefined }) => {
  const { say, locale } = useWords();
  if (days === undefined) return <StatusIndicator type="info">{say('keyUnknown')}</StatusIndicator>;
  return (
    <StatusIndicator type={days < SOON_DAYS ? 'error' : 'success'}>
      {say('keyDays', days.toLocaleString(locale))}
    </StatusIndicator>
  );
};

const FollowUps = ({ of: { followUps } }: { of: Health }) => {
  const { say } = useWords();
  return (
    <Container header={<Header variant="h2">{say('followUps')}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: say('due'), value: followUps.due },
          {
            label: say('overdue'),
            value: (
              <StatusIndicator type={followUps.overdue > 0 ? 'error' : 'success'}>{followUps.overdue}</StatusIndicator>
            ),
          },
          { label: say('oldest'), value: followUps.oldest ? `${timeText(followUps.oldest)} UTC` : say('none') },
        ]}
      />
    </Container>
  );
};

const Throttle = ({ of: { throttle } }: { of: Health }) => {
  const { say, locale } = useWords();
  const { isClosed, reason = '', notBefore, callsToday, budget } = throttle;
  return (
    <Container header={<Header variant="h2">{say('throttle')}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: say('status'),
            value: (
              <StatusIndicator type={isClosed ? 'stopped' : 'success'}>
                {isClosed ? say('throttleClosed', reason) : say('throttleOpen')}
              </StatusIndicator>
            ),
          },
          { label: say('notBefore'), value: notBefore ? `${timeText(notBefore)} UTC` : say('none') },
          {
            label: say('callsToday'),
            value: `${callsToday}${budget === undefined ? '' : ` / ${budget.toLocaleString(locale)}`}`,
          },
        ]}
      />
    </Container>
  );
};

const queueWords = { drops: 'drops', jobs: 'jobsQueue', evidence: 'evidenceQueue' } as const;

const DeadLetters = ({ of: { deadLetters } }: { of: Health }) => {
  const { say } = useWords();
  return (
    <Container header={<Header variant="h2">{say('deadLetters')}</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={3}
          items={deadLetters.map(({ queue, messages }) => ({
            label: say(queueWords[queue]),
            value: (
              <span data-queue={queue}>
                <StatusIndicator type={messages === undefined ? 'warning' : messages > 0 ? 'error' : 'success'}>
                  {messages ?? say('unread')}
                </StatusIndicator>
              </span>
            ),
          }))}
        />
        <Box>{say('deadLettersText')}</Box>
      </SpaceBetween>
    </Container>
  );
};

const Jobs = ({ of: { jobs } }: { of: Health }) => {
  const { say } = useWords();
  return (
    <Table
      variant="container"
      header={<Header variant="h2">{say('jobs')}</Header>}
      items={jobs}
      trackBy="name"
      ariaLabels={{ tableLabel: say('jobs') }}
      empty={<Box textAlign="center">{say('neverRun')}</Box>}
      columnDefinitions={[
        { id: 'name', header: say('job'), cell: ({ name }) => name, isRowHeader: true },
        { id: 'at', header: `${say('lastRun')} (UTC)`, cell: ({ at }) => timeText(at) },
        { id: 'seen', header: say('handled'), cell: ({ seen }) => seen },
        {
          id: 'failed',
          header: say('failures'),
          cell: ({ failed }) => <StatusIndicator type={failed > 0 ? 'error' : 'success'}>{failed}</StatusIndicator>,
        },
      ]}
    />
  );
};

export const HealthPage = () => {
  const { say } = useWords();
  const session = useSession();
  const live = useLive(useCallback(() => read<Health>(session, '/health'), [session]));
  const { data: health, error } = live;
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{say('health')}</Header>
      <Failure live={live} />
      {health ? (
        <SpaceBetween size="l">
          <FollowUps of={health} />
          <Throttle of={health} />
          <Jobs of={health} />
          <DeadLetters of={health} />
          <Container header={<Header variant="h2">{say('truoraKey')}</Header>}>
            <Key days={health.keyDays} />
          </Container>
        </SpaceBetween>
      ) : error ? null : (
        <Loading />
      )}
    </SpaceBetween>
  );
};
