import { endOfExecution, isExecution, statesOf } from '../aws/executions.ts';
import { presentRevalidation, type Ticket } from '../domain/api.ts';
import type { OperatorCase } from '../domain/console.ts';
import { defined } from '../domain/defined.ts';
import type { LedgerRecord } from '../domain/record.ts';

const executionOf = async ({ owner, outcome }: LedgerRecord): Promise<OperatorCase['execution']> => {
  if (!isExecution(owner)) return 'none';
  if (outcome) return 'ended';
  return (await endOfExecution(owner)) === undefined ? 'running' : 'ended';
};

/** A case as an operator sees it. @returns undefined without a record and without a ticket */
export const operatorCaseOf = async (
  record: LedgerRecord | undefined,
  ticket: Ticket | undefined,
): Promise<OperatorCase | undefined> => {
  const shown = presentRevalidation(record, ticket);
  if (!shown) return undefined;
  const [execution, states] = record
    ? await Promise.all([executionOf(record), isExecution(record.owner) ? statesOf(record.owner) : []])
    : (['none', []] as const);
  const { media, attempts = [], orphans = [], askedAgain = 0, announced, dueAt, erasedAt } = record ?? {};
  return defined({
    case: shown,
    media: media && { type: media.type, bytes: media.bytes },
    attempts,
    orphans,
    askedAgain,
    announcedAt: announced,
    followUpAt: dueAt,
    erasedAt,
    execution,
    states: [...states],
  });
};
