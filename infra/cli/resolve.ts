import { AccountId, TruoraId } from '../../shared/domain/ids.ts';
import { resolveIntent } from '../../shared/logic/orphans.ts';
import type { Context } from './program/context.ts';
import { type Define, repeatable } from './program/define.ts';
import type { StageOptions } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { chosenLedger, takeLedger } from './program/ledger.ts';
import { onTable } from './program/table.ts';
import { parseArgument, UsageError } from './program/usage.ts';

type Options = StageOptions & {
  table?: string;
  retentionDays?: string;
  account?: string;
  found?: string[];
  nothing?: boolean;
};

export const define: Define = (command, does, context) => {
  takeLedger(command)
    .description(
      "Closes a person's intent where Truora's list cannot be read, and records what an operator found about its call.",
    )
    .option('--account <id>', 'the person (required)')
    .addOption(
      repeatable(
        '--found <validation>',
        "a validation that the call created, as Truora's own pages show; may be given several times. It is never used, and counts as charged",
      ),
    )
    .option('--nothing', 'the call never arrived: another one may be made for the person')
    .addHelpText('after', exitCodeHelp('no intent is open'));
  does(command, (options: Options) => resolve(options, context));
};

const resolve = async (options: Options, context: Context): Promise<number> => {
  const { found = [], nothing = false } = options;
  const account = parseArgument(AccountId, options.account, '--account');
  if (nothing === found.length > 0) throw new UsageError('one of --found and --nothing is required');
  for (const id of found) parseArgument(TruoraId, id, '--found');
  const ledger = await chosenLedger(options, context);
  const resolved = await onTable(ledger.table, () => resolveIntent(ledger, account, found));
  context.print(
    resolved ? `${resolved.revalidationId}: attempt ${resolved.n} is ${resolved.result}` : 'no intent is open',
  );
  return resolved ? exitCodes.ok : exitCodes.no;
};
