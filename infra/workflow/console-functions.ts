import { BY_DAY, BY_DUE } from '../../shared/domain/record.ts';
import { api, type FunctionSpec, ledger } from './function-spec.ts';

/** The functions of the operator's console, as `function-table.ts` describes the others. */
export const consoleFunctions = {
  ListCases: {
    seconds: 10,
    env: [...ledger, ...api],
    may: [{ query: BY_DAY.name }, { items: { BatchGet: ['RUN'] } }],
  },
  ReadDay: {
    // As long as API Gateway waits (documented: 30 s at most). What was read by then is the answer.
    seconds: 29,
    env: [...ledger, ...api, 'DAILY_BUDGET'],
    may: [{ query: BY_DAY.name }, { items: { BatchGet: ['RUN', 'GATE'] } }],
  },
  ReadCase: {
    seconds: 15,
    env: [...ledger, ...api],
    may: [{ items: { Get: ['RUN', 'TICKET'] } }, 'describeExecution', 'readHistory'],
  },
  FollowUpCase: {
    seconds: 10,
    env: [...ledger, ...api],
    may: [{ items: { Get: ['RUN'], Update: ['RUN'] } }],
  },
  ReadHealth: {
    seconds: 10,
    env: [...ledger, ...api, 'DAILY_BUDGET', 'SWEEP_MINUTES', 'DEAD_LETTERS'],
    // The stack lets it count the messages of the dead-letter queues besides.
    may: [{ query: BY_DUE.name }, { items: { Get: ['GATE'], BatchGet: ['GATE', 'SWEEP'] } }],
  },
} as const satisfies Record<string, FunctionSpec>;
