import { type CdkCommand, defineCdk } from '../../infra/cli/deploy.ts';
import type { Steps } from '../../infra/cli/deploy-steps.ts';
import { cloneCommands } from '../../infra/cli/program/clone-commands.ts';
import type { Context } from '../../infra/cli/program/context.ts';
import { run } from '../../infra/cli/program/run.ts';

/** Runs a command of the CDK with answers of the test in place of AWS, the CDK and the person. @returns its exit code */
export const runDeployment = (
  command: CdkCommand,
  argv: readonly string[],
  { log, ...steps }: Steps & Pick<Context, 'log'>,
): Promise<number> => {
  const commands = cloneCommands.map((entry) =>
    entry.name === command ? { ...entry, load: async () => ({ define: defineCdk(command, () => steps) }) } : entry,
  );
  return run([command, ...argv], commands, { log, print: log } as Context);
};
