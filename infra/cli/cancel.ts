import { RevalidationId } from '../../shared/domain/ids.ts';
import { callApi, TOKEN } from './program/api.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { parseArgument, UsageError } from './program/usage.ts';

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Cancels a case that has not ended, through the API. A validation that Truora has begun to decide is charged, and left alone.',
    )
    .argument('<id>', 'the id of the re-validation')
    .addHelpText(
      'after',
      `\nA stage whose API takes tokens: put the token into the environment variable ${TOKEN}.${exitCodeHelp('it has ended otherwise')}`,
    );
  does(command, (id: string, options: StageOptions) => cancel(id, options, context));
};

const cancel = async (given: string, options: StageOptions, context: Context): Promise<number> => {
  const id = parseArgument(RevalidationId, given, 'id');
  const connected = await connect(options, context);
  const answer = await callApi(connected, { method: 'POST', path: `/revalidations/${id}/cancel` }, context);
  if (answer.status === 200) {
    context.print(`${id} is canceled`);
    return exitCodes.ok;
  }
  if (answer.status === 404) throw new UsageError(`id: there is no re-validation ${id} in ${connected.name}`);
  context.log(`${id} is not canceled: ${detailOf(answer.body)}`);
  return exitCodes.no;
};

const detailOf = (body: string): string => {
  try {
    const { detail, title, message } = JSON.parse(body) as { detail?: string; title?: string; message?: string };
    return detail ?? title ?? message ?? body;
  } catch {
    return body;
  }
};
