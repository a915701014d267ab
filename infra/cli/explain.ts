import { endOfExecution } from '../../shared/aws/executions.ts';
import type { Case } from './program/case.ts';
import { findCase } from './program/case.ts';
import type { Define } from './program/define.ts';
import { type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { type ExecutionState, storyOf } from './program/story.ts';

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description('Tells one case in sentences: what happened when, why it ended so, and what can be done.')
    .argument('<id>', 'the id of the re-validation')
    .addHelpText('after', exitCodeHelp(undefined));
  does(command, async (id: string, options: StageOptions) => {
    const found = await findCase(id, options, context);
    context.print([found.id, ...storyOf(found, await executionOf(found))].join('\n'));
    return exitCodes.ok;
  });
};

/** Only an open case needs the state of its execution. */
const executionOf = async ({ record }: Case): Promise<ExecutionState> => {
  if (!record || record.outcome) return 'unknown';
  return (await endOfExecution(record.owner)) ?? 'running';
};
