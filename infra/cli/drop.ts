import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { dropMedia, waitForOutcome } from './program/drop-media.ts';
import { codeOfOutcome, exitCodes } from './program/exit-codes.ts';
import { readRequest, takeRequest } from './program/request.ts';
import { UsageError } from './program/usage.ts';

type Options = StageOptions & { wait?: true; json?: true; forceNew?: string };

export const define: Define = (command, does, context) => {
  takeStage(takeRequest(command))
    .description('Drops a photo or video into the inbox, and prints the id of its re-validation.')
    .option('--wait', 'wait for the outcome, and print it')
    .option('--json', 'print the id, or with --wait the outcome, as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 dropped, or approved; with --wait 1 any other answer; 2 invalid arguments; 3 failed.',
    );
  does(command, (file: string, options: Options) => drop(file, options, context));
};

const drop = async (file: string, options: Options, context: Context): Promise<number> => {
  if (options.forceNew !== undefined)
    throw new UsageError('--force-new: each drop is a new case, so it has no use here');
  const requested = await readRequest(file, options, context);
  const connected = await connect(options, context);
  const { revalidationId: id, versionId } = await dropMedia(connected, requested);
  const { name } = requested.media;
  if (!options.wait) {
    const json = JSON.stringify({ revalidationId: id, versionId });
    context.print(options.json ? json : `dropped ${name}, re-validation ${id}`);
    return exitCodes.ok;
  }
  context.log(`dropped ${name}, re-validation ${id}; waiting for its outcome`);
  context.onInterrupt({ parting: `the case continues without this command; face-revalidation show ${id}` });
  const outcome = await waitForOutcome(connected, id);
  if (!outcome) throw new Error(`${id} has no outcome yet`);
  const { summary } = await import('./program/progress.ts');
  context.print(options.json ? JSON.stringify(outcome, null, 2) : summary(outcome));
  return codeOfOutcome(outcome);
};
