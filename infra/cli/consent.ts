import { ConsentReceipt } from '../../shared/domain/consent.ts';
import { ConsentReceiptId } from '../../shared/domain/ids.ts';
import { callApi, TOKEN } from './program/api.ts';
import { timeText } from './program/case.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { parseArgument, UsageError } from './program/usage.ts';

type Options = StageOptions & { json?: boolean };

export const define: Define = (command, does, context) => {
  command.description('A receipt of consent. `consents` lists those of a person.');

  const revoke = takeStage(command.command('revoke'))
    .description(
      'Revokes a consent, through the API: nothing is paid for or sent under it from then on, and its open cases end as alternative_required.',
    )
    .argument('<id>', 'the id of the receipt')
    .option('--json', 'print the receipt as JSON')
    .addHelpText(
      'after',
      `\nA stage whose API takes tokens: put the token into the environment variable ${TOKEN}.${exitCodeHelp('the API refused the call')}`,
    );
  does(revoke, (id: string, options: Options) => revokeConsent(id, options, context));
};

const revokeConsent = async (given: string, options: Options, context: Context): Promise<number> => {
  const id = parseArgument(ConsentReceiptId, given, 'id');
  const connected = await connect(options, context);
  const { status, body } = await callApi(connected, { method: 'POST', path: `/consents/${id}/revoke` }, context);
  if (status === 404) throw new UsageError(`id: there is no receipt ${id} in ${connected.name}`);
  if (status !== 200) {
    context.log(`${id} is not revoked: ${body}`);
    return exitCodes.no;
  }
  const receipt = ConsentReceipt.parse(JSON.parse(body));
  const line = `${id} is revoked since ${timeText(receipt.revokedAt ?? '')}`;
  context.print(options.json ? JSON.stringify(receipt, null, 2) : line);
  return exitCodes.ok;
};
