import { type Case, findCase, jsonOf, timeText } from './program/case.ts';
import type { Define } from './program/define.ts';
import { type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';

type Options = StageOptions & { json?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description('Shows one case. With --json everything that its record holds.')
    .argument('<id>', 'the id of the re-validation: RVL and 32 hex digits')
    .option('--json', 'print the whole record as JSON')
    .addHelpText('after', exitCodeHelp(undefined));
  does(command, async (id: string, options: Options) => {
    const found = await findCase(id, options, context);
    context.print(options.json ? jsonOf(found.record ?? found.shown) : linesOf(found).join('\n'));
    return exitCodes.ok;
  });
};

const linesOf = ({ record, shown }: Case): string[] => {
  const { outcome, used, trail = [] } = shown;
  const rows: [string, string | number | undefined][] = [
    ['re-validation', shown.revalidationId],
    ['phase', shown.phase],
    ['reason', outcome?.reason],
    ['detail', outcome?.detail],
    ['account', shown.accountId],
    ['enrollment', shown.enrollmentId],
    ['reference', shown.reference],
    ['called by', shown.calledBy],
    ['validation', shown.validationId],
    ['similarity', outcome?.similarity],
    ['threshold', outcome?.threshold ?? used?.threshold],
    ['decided by', outcome?.decidedBy],
    ['orphans', record?.orphans?.join(', ')],
    ['execution', record?.owner],
    ['announced', record?.announced && timeText(record.announced)],
    ['next follow-up', record?.dueAt && timeText(record.dueAt)],
    ...trail.map(({ phase, at }): [string, string] => [phase, timeText(at)]),
    ...(shown.amendments ?? []).map(({ status, at }): [string, string] => [`amended: ${status}`, timeText(at)]),
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(18)}${value}`]));
};
