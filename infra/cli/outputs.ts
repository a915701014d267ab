import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { UsageError } from './program/usage.ts';

type Options = StageOptions & { json?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Prints the names and addresses of a deployment that CloudFormation made: queues, log groups, functions, secrets.',
    )
    .argument('[name]', 'one of them, which is then printed alone, for other commands')
    .option('--json', 'print all of them as JSON')
    .addHelpText('after', exitCodeHelp('never'));
  does(command, (name: string | undefined, options: Options) => outputs(name, options, context));
};

const outputs = async (name: string | undefined, options: Options, context: Context): Promise<number> => {
  const found = (await connect(options, context)).outputs;
  const names = Object.keys(found).toSorted();
  if (name !== undefined) {
    const value = found[name];
    if (value === undefined) throw new UsageError(`name: must be one of ${names.join(', ')}`);
    context.print(value);
  } else if (options.json) context.print(JSON.stringify(found, null, 2));
  else for (const one of names) context.print(`${one.padEnd(24)}${found[one]}`);
  return exitCodes.ok;
};
