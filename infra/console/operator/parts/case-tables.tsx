import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import type { OperatorCase } from '../api.ts';
import { timeText } from '../format.ts';
import { type Say, statusWord, useWords } from '../words/use-words.ts';

type Found = { found: OperatorCase };

type Row = { field: string; asked: string; used: string };

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));

/** What was asked for beside what Truora says that it used. */
const rowsOf = ({ case: { requested = {}, used, outcome } }: OperatorCase, say: Say): Row[] => {
  const usedThreshold = outcome?.threshold ?? used?.threshold;
  const rows: Row[] = [
    { field: say('threshold'), asked: textOf(requested.threshold), used: textOf(usedThreshold) },
    { field: say('subvalidations'), asked: textOf(requested.subvalidations), used: '' },
    { field: say('deadline'), asked: textOf(requested.timeoutSeconds), used: used ? timeText(used.deadline) : '' },
    { field: say('resultMode'), asked: textOf(requested.resultMode), used: textOf(outcome?.decidedBy) },
  ];
  return rows.filter(({ asked, used: value }) => asked !== '' || value !== '');
};

export const AskedAndUsed = ({ found }: Found) => {
  const { say } = useWords();
  return (
    <Table
      variant="container"
      header={<Header variant="h2">{say('askedAndUsed')}</Header>}
      items={rowsOf(found, say)}
      ariaLabels={{ tableLabel: say('askedAndUsed') }}
      empty={<Box textAlign="center">{say('none')}</Box>}
      columnDefinitions={[
        { id: 'field', header: say('field'), cell: ({ field }) => field, isRowHeader: true },
        { id: 'asked', header: say('asked'), cell: ({ asked }) => asked },
        { id: 'used', header: say('used'), cell: ({ used }) => used },
      ]}
    />
  );
};

/** Each call that may have been charged, and what was charged for nothing. */
export const Attempts = ({ found: { attempts, orphans } }: Found) => {
  const { say } = useWords();
  return (
    <Table
      variant="container"
      header={
        <Header variant="h2" description={orphans.length > 0 ? `${say('orphans')}: ${orphans.join(', ')}` : undefined}>
          {say('attempts')}
        </Header>
      }
      items={attempts}
      ariaLabels={{ tableLabel: say('attempts') }}
      empty={<Box textAlign="center">{say('none')}</Box>}
      columnDefinitions={[
        { id: 'n', header: say('attempt'), cell: ({ n }) => n, isRowHeader: true },
        { id: 'at', header: `${say('entered')} (UTC)`, cell: ({ at }) => timeText(at) },
        { id: 'result', header: say('result'), cell: ({ result }) => result },
      ]}
    />
  );
};

/** What Truora decided after the case had ended. Most cases have none. */
export const Amendments = ({ found: { case: shown } }: Found) => {
  const { say } = useWords();
  const { amendments = [] } = shown;
  if (amendments.length === 0) return null;
  return (
    <Table
      variant="container"
      header={<Header variant="h2">{say('amendments')}</Header>}
      items={amendments}
      ariaLabels={{ tableLabel: say('amendments') }}
      columnDefinitions={[
        { id: 'status', header: say('status'), cell: ({ status }) => say(statusWord(status)), isRowHeader: true },
        { id: 'reason', header: say('reason'), cell: ({ reason }) => reason ?? '' },
        { id: 'at', header: `${say('time')} (UTC)`, cell: ({ at }) => timeText(at) },
      ]}
    />
  );
};
