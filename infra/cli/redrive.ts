import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { dropsNotStarted, executionsNotRepaired, type Letter, outcomesNotSigned } from './program/letters.ts';

type Options = StageOptions & { yes?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Reads the dead-letter queues: drops that could not be started, failed executions that could not be repaired, and outcomes whose evidence was not signed. Shows what it would do; with --yes it does that, and deletes each message that is done. Twice is harmless.',
    )
    .option('--yes', 'do it')
    .addHelpText('after', exitCodeHelp('a message is left that could not be handled'));
  does(command, (options: Options) => redrive(options, context));
};

const redrive = async (options: Options, context: Context): Promise<number> => {
  const connected = await connect(options, context);
  const letters = [
    ...(await dropsNotStarted(connected)),
    ...(await executionsNotRepaired(connected)),
    ...(await outcomesNotSigned(connected)),
  ];
  if (letters.length === 0) context.print(`nothing waits in the dead-letter queues of ${connected.name}`);
  let left = 0;
  for (const letter of letters) if (!(await handle(letter, options.yes ?? false, context))) left += 1;
  if (letters.length > 0 && !options.yes) context.print('nothing was done: --yes does it');
  return left > 0 ? exitCodes.no : exitCodes.ok;
};

/** @returns whether the message is handled, or can be */
const handle = async ({ what, plan, act, release }: Letter, isReal: boolean, { print }: Context): Promise<boolean> => {
  if (!isReal || act === undefined) {
    print(`${what}: ${plan}`);
    await release();
    return act !== undefined;
  }
  try {
    await act();
    print(`${what}: ${plan}: done`);
    return true;
  } catch (error) {
    print(`${what}: failed: ${(error as Error).message}; the message stays in its queue`);
    await release();
    return false;
  }
};
