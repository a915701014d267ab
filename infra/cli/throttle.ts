import * as z from 'zod/mini';
import { Throttle } from '../../shared/domain/throttle.ts';
import { closeTruora, countedOn, openTruora, readThrottle } from '../../shared/ledger/kill-switch.ts';
import { timeText } from './program/case.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, ledgerOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { parseArgument } from './program/usage.ts';

type ShowOptions = StageOptions & { json?: boolean };

const REASON_RULE = 'must be 1 to 200 printable characters';

/** Why the switch is closed: a text that `Throttle` reads as closed, so not `no` or `0`. */
const Reason = z.string().check(
  z.regex(/^[^\p{Cc}]{1,200}$/u, REASON_RULE),
  z.refine((text) => Throttle.parse({ closed: text }).closed !== undefined, 'must be a reason: this word means open'),
);

export const define: Define = (command, does, context) => {
  command.description(
    'The throttle before Truora. While it is closed no validation is created; cases that Truora already has go on.',
  );

  const show = takeStage(command.command('show'))
    .description(
      'Shows whether validations are created, whether Truora asked to wait, and how many calls this day has had.',
    )
    .option('--json', 'print it as JSON: isClosed, reason, notBefore, callsToday')
    .addHelpText('after', exitCodeHelp('it is closed'));
  does(show, (options: ShowOptions) => showThrottle(options, context));

  const close = takeStage(command.command('close'))
    .description('Switches the creation of validations off, from the next call on.')
    .requiredOption('--reason <text>', 'why, and who')
    .addHelpText('after', exitCodeHelp('never'));
  does(close, async (options: StageOptions & { reason: string }) => {
    const reason = parseArgument(Reason, options.reason, '--reason');
    const { table } = ledgerOf(await connect(options, context));
    await closeTruora(table, reason);
    context.print('closed: new cases end refused/truora_closed from now on');
    return exitCodes.ok;
  });

  const open = takeStage(command.command('open'))
    .description('Switches the creation of validations on.')
    .option('--now', "also end Truora's own request to wait")
    .addHelpText('after', exitCodeHelp('never'));
  does(open, async (options: StageOptions & { now?: boolean }) => {
    const { table } = ledgerOf(await connect(options, context));
    await openTruora(table, { alsoNow: options.now ?? false });
    context.print('open: validations are created again');
    return exitCodes.ok;
  });
};

const showThrottle = async (options: ShowOptions, { print, ...context }: Context): Promise<number> => {
  const { table } = ledgerOf(await connect(options, context));
  const [{ closed, notBefore }, count] = await Promise.all([readThrottle(table), countedOn(table, new Date())]);
  const waits = notBefore !== undefined && notBefore > new Date().toISOString() ? notBefore : undefined;
  if (options.json) {
    const shown = { isClosed: closed !== undefined, reason: closed, notBefore: waits, callsToday: count };
    print(JSON.stringify(shown, null, 2));
  } else {
    print(closed === undefined ? 'open: validations are created' : `closed: ${closed}`);
    if (waits) print(`Truora asked to wait until ${timeText(waits)}`);
    print(`${count} calls to create a validation were counted today (UTC)`);
  }
  return closed === undefined ? exitCodes.ok : exitCodes.no;
};
