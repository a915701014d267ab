import type { Command } from 'commander';
import type { Ledger } from '../../../shared/ledger/records.ts';
import { Config } from '../../aws/config.ts';
import type { Context } from './context.ts';
import { connect, ledgerOf, type StageOptions, settingsOf, takeStage } from './deployment.ts';
import { parseArgument, refuseBoth, UsageError } from './usage.ts';

export type LedgerOptions = StageOptions & { table?: string; retentionDays?: string };

/** Adds the options that choose a ledger, for commands that also work on a restored table. */
export const takeLedger = (command: Command): Command =>
  takeStage(command)
    .option('--table <name>', 'a ledger in AWS by the name of its table, in place of that of a stage')
    .option(
      '--retention-days <days>',
      `days that a record is kept, with --table (${Config.parse({}).retentionDays} when left out)`,
    );

/** The ledger of the options, with the retention that its stage was deployed with. @throws UsageError */
export const chosenLedger = async (options: LedgerOptions, context: Context): Promise<Ledger> => {
  const { table, stage, retentionDays: days } = options;
  refuseBoth({ '--stage': stage, '--table': table });
  refuseBoth({ '--stage': stage, '--retention-days': days });
  const { success, data: given = 0 } = Config.shape.retentionDays.safeParse(days && Number(days));
  if (!success) throw new UsageError('--retention-days: must be 1 to 3650 whole days');
  if (table !== undefined) return { table, retentionDays: given };
  const connected = await connect(options, context);
  const { RETENTION_DAYS } = await settingsOf(connected);
  return ledgerOf(connected, parseArgument(Config.shape.retentionDays, Number(RETENTION_DAYS), 'RETENTION_DAYS'));
};
