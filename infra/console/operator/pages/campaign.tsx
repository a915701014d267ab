import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useCallback } from 'react';
import { CallError, type Campaign, read, useSession } from '../api.ts';
import { timeText } from '../format.ts';
import { CampaignActions } from '../parts/campaign-actions.tsx';
import { CampaignStatus } from '../parts/campaign-status.tsx';
import { CaseStatus } from '../parts/case-status.tsx';
import { Failure, Loading } from '../parts/loading.tsx';
import { useRepeat } from '../parts/use-repeat.ts';
import { useLive } from '../use-live.ts';
import { useWords } from '../words/use-words.ts';

type Of = { of: Campaign };

/** What plan and run are at: the bar, the pace and the forecast. */
const Progress = ({ of }: Of) => {
  const { say, locale } = useWords();
  const { counts, pace, askedPace, endsAt, status } = of;
  const { ended, runnable } = counts;
  const number = (value: number) => value.toLocaleString(locale, { maximumFractionDigits: 2 });
  const end = endsAt && ended < runnable ? `${say('endsAt')} ${timeText(endsAt)} UTC` : '';
  return (
    <Container header={<Header variant="h2">{say('progress')}</Header>}>
      <SpaceBetween size="l">
        <ProgressBar
          ariaLabel={say('progress')}
          value={runnable === 0 ? 0 : (100 * ended) / runnable}
          description={say('rowsOf', `${number(ended)} / ${number(runnable)}`)}
          additionalInfo={status === 'planning' ? say('planning') : end}
        />
        <KeyValuePairs
          columns={4}
          items={[
            { label: say('rows'), value: number(counts.rows) },
            { label: say('runnable'), value: number(runnable) },
            { label: say('rowsEnded'), value: number(ended) },
            {
              label: say('pace'),
              value: pace < askedPace ? say('slowed', `${number(pace)} / ${number(askedPace)}`) : number(pace),
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
};

const Facts = ({ of }: Of) => {
  const { say } = useWords();
  const time = (at: string | undefined) => (at ? `${timeText(at)} UTC` : say('none'));
  return (
    <Container header={<Header variant="h2">{say('facts')}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: say('plannedAt'), value: time(of.plannedAt) },
          { label: say('startedAt'), value: time(of.startedAt) },
          { label: say('endedAt'), value: time(of.endedAt) },
          { label: say('mediaUntil'), value: time(of.mediaUntil) },
          { label: say('purpose'), value: of.purpose },
          { label: say('policy'), value: <span className="id">{of.policyVersion}</span> },
          { label: say('manifest'), value: <span className="id">{of.manifest.key}</span> },
          { label: say('createdBy'), value: <span className="id">{of.createdBy}</span> },
          { label: say('changedBy'), value: <span className="id">{of.changedBy ?? say('none')}</span> },
        ]}
      />
    </Container>
  );
};

/** Rows by the status of their end. `not_run` is none of a case. */
const EndedRows = ({ of }: Of) => {
  const { say, locale } = useWords();
  return (
    <Table
      variant="container"
      header={<Header variant="h2">{say('endedRows')}</Header>}
      items={Object.entries(of.counts.byStatus)}
      ariaLabels={{ tableLabel: say('endedRows') }}
      empty={<Box textAlign="center">{say('none')}</Box>}
      columnDefinitions={[
        { id: 'status', header: say('status'), cell: ([status]) => <CaseStatus status={status} />, isRowHeader: true },
        { id: 'count', header: say('rowCount'), cell: ([, count]) => count.toLocaleString(locale) },
      ]}
    />
  );
};

const RefusedRows = ({ of }: Of) => {
  const { say, locale } = useWords();
  return (
    <Table
      variant="container"
      header={<Header variant="h2">{say('refusedRows')}</Header>}
      items={Object.entries(of.counts.refused)}
      ariaLabels={{ tableLabel: say('refusedRows') }}
      empty={<Box textAlign="center">{say('none')}</Box>}
      columnDefinitions={[
        { id: 'reason', header: say('reason'), cell: ([reason]) => <code>{reason}</code>, isRowHeader: true },
        { id: 'count', header: say('rowCount'), cell: ([, count]) => count.toLocaleString(locale) },
      ]}
    />
  );
};

const Details = ({ of }: Of) => {
  const { say } = useWords();
  return (
    <SpaceBetween size="l">
      {of.reason ? (
        <Alert type="error" header={say('refusedPlan')}>
          <code>{of.reason}</code> {of.line === undefined ? null : say('line', of.line)}
        </Alert>
      ) : null}
      <Progress of={of} />
      <div className="halves">
        <EndedRows of={of} />
        <RefusedRows of={of} />
      </div>
      <Facts of={of} />
      <Container header={<Header variant="h2">{say('files')}</Header>}>{say('filesText')}</Container>
    </SpaceBetween>
  );
};

/** The statuses in which an execution works, of which no event tells. */
const underWay: readonly Campaign['status'][] = ['planning', 'running', 'pausing', 'canceling'];

export const CampaignPage = ({ id }: { id: string }) => {
  const { say } = useWords();
  const session = useSession();
  const path = `/campaigns/${encodeURIComponent(id)}`;
  const live = useLive(useCallback(() => read<Campaign>(session, path), [session, path]));
  const { data: found, error, again } = live;
  useRepeat(again, found !== undefined && underWay.includes(found.status));
  if (error instanceof CallError && (error.status === 404 || error.status === 400))
    return <Header variant="h1">{say('noCampaign')}</Header>;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={<span className="id">{id}</span>}
        actions={found ? <CampaignActions campaign={found} again={again} /> : null}
      >
        {say('campaign')} {found ? <CampaignStatus status={found.status} /> : null}
      </Header>
      <Failure live={live} />
      {found ? <Details of={found} /> : error ? null : <Loading />}
    </SpaceBetween>
  );
};
