import { groupedReasons } from '../../shared/domain/reasons.ts';
import { codes, row } from './rows.ts';

/** Every reason of an outcome, with its meaning and what a caller does. */
export const reasonsTable = (): string =>
  [
    row('status', 'reason', 'means', 'what to do'),
    row('---', '---', '---', '---'),
    ...groupedReasons.map(({ reasons, status, means, act }) => row(`\`${status}\``, codes(reasons), means, act)),
  ].join('\n');
