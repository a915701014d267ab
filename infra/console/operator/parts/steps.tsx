import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { OperatorCase } from '../api.ts';
import { between, clockText, secondsText, timeText } from '../format.ts';
import { phaseWord, type Say, useWords } from '../words/use-words.ts';

type Step = { name: string; at: string; took: number | undefined; failures: number; isCurrent: boolean };

/** The states with the time until the next one; for the last one until the end of the case, while it runs none. */
const stepsOf = ({ states, execution, case: shown }: OperatorCase): Step[] =>
  states.map(({ name, at, failures }, n) => {
    const until = states[n + 1]?.at ?? shown.trail?.at(-1)?.at;
    const isLast = n === states.length - 1;
    const isCurrent = isLast && execution === 'running';
    const took = until && !isCurrent ? Math.max(0, between(at, until)) : undefined;
    return { name, at, failures, took, isCurrent };
  });

const columns = (say: Say, locale: string, hasFailures: boolean) => [
  {
    id: 'step',
    header: say('step'),
    isRowHeader: true,
    cell: ({ name, isCurrent }: Step) => (isCurrent ? <strong>{`${name} (${say('current')})`}</strong> : name),
  },
  { id: 'at', header: say('entered'), cell: ({ at }: Step) => clockText(at) },
  {
    id: 'took',
    header: say('took'),
    cell: ({ took }: Step) => (took === undefined ? '' : secondsText(took, locale)),
  },
  ...(hasFailures ? [{ id: 'failures', header: say('triedAgain'), cell: ({ failures }: Step) => failures || '' }] : []),
];

/** The phases of the record, which stay when the execution is forgotten. */
const Trail = ({ found }: { found: OperatorCase }) => {
  const { say } = useWords();
  const { trail = [] } = found.case;
  if (trail.length === 0) return null;
  return (
    <Table
      variant="container"
      header={
        <Header variant="h2" description={found.states.length > 0 ? undefined : say('machineForgotten')}>
          {say('status')}
        </Header>
      }
      items={trail}
      ariaLabels={{ tableLabel: say('status') }}
      columnDefinitions={[
        {
          id: 'phase',
          header: say('status'),
          isRowHeader: true,
          cell: ({ phase }) => say(phaseWord(phase)),
        },
        { id: 'at', header: `${say('entered')} (UTC)`, cell: ({ at }) => timeText(at) },
      ]}
    />
  );
};

export const Steps = ({ found }: { found: OperatorCase }) => {
  const { say, locale } = useWords();
  const steps = stepsOf(found);
  return (
    <SpaceBetween size="l">
      <Table
        variant="container"
        contentDensity="compact"
        header={<Header variant="h2">{say('steps')}</Header>}
        items={steps}
        columnDefinitions={columns(
          say,
          locale,
          steps.some(({ failures }) => failures > 0),
        )}
        ariaLabels={{ tableLabel: say('steps') }}
        empty={<Box textAlign="center">{say('none')}</Box>}
      />
      <Trail found={found} />
    </SpaceBetween>
  );
};
