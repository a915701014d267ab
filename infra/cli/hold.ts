import { AccountId } from '../../shared/domain/ids.ts';
import { readHold, releaseHold, setHold } from '../../shared/ledger/legal-holds.ts';
import { personOf, readTombstone } from '../../shared/ledger/tombstones.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, outputOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { parseArgument, refuseBoth, UsageError } from './program/usage.ts';

type Options = StageOptions & { account?: string; until?: string; release?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Shows, sets or ends a legal hold: until its end the person is not erased. It does not lengthen retention: records and media still expire.',
    )
    .option('--account <id>', 'the person (required)')
    .option('--until <date>', 'the end of the hold, such as 2027-06-30')
    .option('--release', 'end the hold now')
    .addHelpText('after', exitCodeHelp('there is no hold, or an erasure has begun'));
  does(command, (options: Options) => hold(options, context));
};

const hold = async (options: Options, context: Context): Promise<number> => {
  const account = parseArgument(AccountId, options.account, '--account');
  const { until, release } = options;
  refuseBoth({ '--until': until, '--release': release ? '' : undefined });
  const holdUntil = until === undefined ? undefined : endOf(until);
  const table = outputOf(await connect(options, context), 'LedgerTable');
  if (holdUntil) await setHold(table, account, holdUntil);
  if (release) await releaseHold(table, account);
  if (await readTombstone(table, personOf(account))) {
    context.log('an erasure of this person has begun, and goes on');
    return exitCodes.no;
  }
  const held = await readHold(table, account);
  context.print(held ? `held until ${held}` : 'not held');
  return held || release ? exitCodes.ok : exitCodes.no;
};

/** The end of a day in UTC. @throws UsageError */
const endOf = (text: string): string => {
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : Number.NaN);
  if (Number.isNaN(at.getTime())) throw new UsageError('--until: must be a date such as 2027-06-30');
  if (at.getTime() < Date.now()) throw new UsageError('--until: must not be past');
  return at.toISOString();
};
