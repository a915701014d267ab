import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { type ReactNode, useCallback } from 'react';
import { type DayNumbers, read, useSession } from '../api.ts';
import { percentText, secondsText } from '../format.ts';
import { FunnelChart, HoursChart } from '../parts/day-charts.tsx';
import { DayChoice } from '../parts/day-choice.tsx';
import { Failure, Loading } from '../parts/loading.tsx';
import { addressOf } from '../route.ts';
import { useLive } from '../use-live.ts';
import { type Say, statusWord, useWords } from '../words/use-words.ts';

const share = (part: number, whole: number, locale: string): string =>
  whole === 0 ? '–' : percentText(part / whole, locale);

/** A number in large type, with a line under it that explains it. */
const Large = ({ value, more }: { value: ReactNode; more?: string }) => (
  <>
    <Box fontSize="heading-xl" fontWeight="bold">
      <span className="whole">{value}</span>
    </Box>
    {more ? <Box color="text-body-secondary">{more}</Box> : null}
  </>
);

const Lines = ({ of }: { of: string[] }) => of.map((line) => <div key={line}>{line}</div>);

const KeyNumbers = ({ of }: { of: DayNumbers }) => {
  const { say, locale } = useWords();
  const { funnel, secondsToVerdict: seconds, decidedBy, spend, open } = of;
  const sources = (['webhook', 'poll'] as const).map(
    (source) => `${say(source)}: ${share(decidedBy[source], funnel.decided, locale)}`,
  );
  const used = spend.budget === undefined ? [] : [say('ofBudget', share(spend.counted, spend.budget, locale))];
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: say('count'), value: <Large value={funnel.claimed} /> },
          { label: say('passRate'), value: <Large value={share(funnel.approved, funnel.decided, locale)} /> },
          {
            label: say('verdictTime'),
            value: seconds ? (
              <Large
                value={secondsText(seconds.p50, locale)}
                more={say('verdictP95', secondsText(seconds.p95, locale))}
              />
            ) : (
              <Large value="–" />
            ),
          },
          { label: say('open'), value: <Large value={open} /> },
          { label: say('source'), value: <Lines of={[...sources, `${say('amended')}: ${decidedBy.amended}`]} /> },
          {
            label: say('charges'),
            value: <Lines of={[String(spend.charges), `${say('orphans')}: ${spend.orphans}`]} />,
          },
          { label: say('counted'), value: <Lines of={[String(spend.counted), ...used]} /> },
          { label: say('budget'), value: spend.budget?.toLocaleString(locale) ?? say('none') },
        ]}
      />
    </Container>
  );
};

const reasonColumns = (say: Say) => [
  {
    id: 'reason',
    header: say('reason'),
    isRowHeader: true,
    cell: ({ reason }: DayNumbers['reasons'][number]) => <code>{reason}</code>,
  },
  { id: 'class', header: say('class'), cell: (row: DayNumbers['reasons'][number]) => say(row.class) },
  { id: 'status', header: say('status'), cell: (row: DayNumbers['reasons'][number]) => say(statusWord(row.status)) },
  { id: 'count', header: say('count'), cell: (row: DayNumbers['reasons'][number]) => row.count },
];

const Numbers = ({ of }: { of: DayNumbers }) => {
  const { say } = useWords();
  return (
    <SpaceBetween size="l">
      {of.isComplete ? null : <Alert type="warning">{say('incomplete')}</Alert>}
      <KeyNumbers of={of} />
      {of.funnel.claimed === 0 ? (
        <Box>{say('noNumbers')}</Box>
      ) : (
        <SpaceBetween size="l">
          <div className="halves">
            <Container header={<Header variant="h2">{say('funnel')}</Header>}>
              <FunnelChart funnel={of.funnel} />
            </Container>
            <Container header={<Header variant="h2">{say('perHour')}</Header>}>
              <HoursChart hours={of.hours} />
            </Container>
          </div>
          <Table
            variant="container"
            header={<Header variant="h2">{say('reasons')}</Header>}
            items={of.reasons}
            columnDefinitions={reasonColumns(say)}
            ariaLabels={{ tableLabel: say('reasons') }}
            empty={<Box textAlign="center">{say('none')}</Box>}
          />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
};

export const DayPage = ({ day }: { day: string }) => {
  const { say } = useWords();
  const session = useSession();
  const live = useLive(
    useCallback(() => read<DayNumbers>(session, `/days/${encodeURIComponent(day)}`), [session, day]),
  );
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <DayChoice
            day={day}
            setDay={(next) => {
              window.location.hash = addressOf.day(next);
            }}
          />
        }
      >
        {say('today')}
      </Header>
      <Failure live={live} />
      {live.data ? <Numbers of={live.data} /> : live.error ? null : <Loading />}
    </SpaceBetween>
  );
};
