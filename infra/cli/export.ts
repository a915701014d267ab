import { AccountId } from '../../shared/domain/ids.ts';
import { heldAbout } from '../../shared/erasure/held.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, outputOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { openOut } from './program/out-file.ts';
import { parseArgument } from './program/usage.ts';

type Options = StageOptions & { account?: string; out?: string };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Writes everything that is held about a person as JSON: records, tickets, keys, consents, and the names of media, never its bytes.',
    )
    .option('--account <id>', 'the person (required)')
    .option('--out <file>', 'write it to a file that only you may read')
    .addHelpText('after', exitCodeHelp('nothing is held'));
  does(command, (options: Options) => exportPerson(options, context));
};

const exportPerson = async (options: Options, context: Context): Promise<number> => {
  const account = parseArgument(AccountId, options.account, '--account');
  const connected = await connect(options, context);
  const out = options.out === undefined ? undefined : openOut(options.out, context);
  try {
    const table = outputOf(connected, 'LedgerTable');
    const held = await heldAbout({ table, mediaBucket: outputOf(connected, 'MediaBucket') }, account);
    const text = JSON.stringify(held, (_, value) => (value instanceof Set ? [...value] : value), 2);
    if (out) out.write(text, 'read');
    else context.print(text);
    return held.items.length + held.media.length > 0 ? exitCodes.ok : exitCodes.no;
  } finally {
    out?.close();
  }
};
