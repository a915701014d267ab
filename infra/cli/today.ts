import { isEnd } from '../../shared/domain/lifecycle.ts';
import { recordsBetween } from '../../shared/ledger/records.ts';
import type { Define } from './program/define.ts';
import { connect, ledgerOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { timeOf } from './program/times.ts';

type Options = StageOptions & { since: string; json?: boolean };

/** Cases by status and reason; open ones by their phase. */
type Numbers = {
  since: string;
  total: number;
  open: Record<string, number>;
  ended: Record<string, Record<string, number>>;
};

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Counts the cases of today (UTC) by status and reason. The whole ledger is read, and each read is charged in AWS.',
    )
    .option('--since <time>', 'count since a day, a time, or a span before now such as 2h or 7d', 'today')
    .option('--json', 'print the numbers as JSON')
    .addHelpText('after', exitCodeHelp('never'));
  does(command, async (options: Options) => {
    const since = timeOf('--since', options.since) ?? '';
    const { table } = ledgerOf(await connect(options, context));
    const numbers: Numbers = { since, total: 0, open: {}, ended: {} };
    for await (const { phase, outcome } of recordsBetween(table, { from: since })) {
      numbers.total += 1;
      if (!isEnd(phase)) numbers.open[phase] = (numbers.open[phase] ?? 0) + 1;
      else {
        const reason = outcome?.reason ?? '';
        const reasons = numbers.ended[phase] ?? {};
        numbers.ended[phase] = { ...reasons, [reason]: (reasons[reason] ?? 0) + 1 };
      }
    }
    context.print(options.json ? JSON.stringify(numbers, null, 2) : tableOf(numbers).join('\n'));
    return exitCodes.ok;
  });
};

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, one) => all + one, 0);

const line = (what: string, count: number): string => `${what.padEnd(48)}${String(count).padStart(8)}`;

const mostFirst = (counts: Record<string, number>): [string, number][] =>
  Object.entries(counts).sort(([, a], [, b]) => b - a);

const tableOf = ({ total, open, ended }: Numbers): string[] => [
  line('cases', total),
  ...(sum(open) > 0 ? [line('open', sum(open))] : []),
  ...mostFirst(open).map(([phase, count]) => line(`  ${phase}`, count)),
  ...Object.entries(ended).flatMap(([status, reasons]) => [
    line(status, sum(reasons)),
    ...mostFirst(reasons).flatMap(([reason, count]) => (reason === '' ? [] : [line(`  ${reason}`, count)])),
  ]),
];
