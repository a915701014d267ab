import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { type Spend, spendOf } from '../../shared/domain/spend.ts';
import { recordsBetween } from '../../shared/ledger/records.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, connectLocal, ledgerOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { findRunning } from './program/running-system.ts';
import { atTable } from './program/table.ts';
import { dayOf, type Period } from './program/times.ts';
import { refuseBoth, UsageError } from './program/usage.ts';

type Options = StageOptions & { from?: string; to?: string; table?: string; ledger?: string; json?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Counts what re-validations have cost, in validations that Truora charges: made, never used, and avoided.',
    )
    .option('--from <day>', 'claimed on this day (UTC) or later, such as 2026-11-01 or today')
    .option('--to <day>', 'claimed on this day or earlier')
    .option('--table <name>', 'a ledger in AWS by the name of its table, which is read whole')
    .option('--ledger <folder>', 'a ledger on this machine: "revalidate --truora" leaves them in .ledger')
    .option('--json', 'print the numbers as JSON')
    .addHelpText(
      'after',
      '\nWithout --stage, --table and --ledger: the running local system, or else the ledger in .ledger.' +
        exitCodeHelp('never'),
    );
  does(command, (options: Options) => spend(options, context));
};

const spend = async (options: Options, context: Context): Promise<number> => {
  const { from, to, table, ledger, stage, json } = options;
  refuseBoth({ '--table': table, '--ledger': ledger });
  refuseBoth({ '--stage': stage, '--table': table });
  refuseBoth({ '--stage': stage, '--ledger': ledger });
  const period = { from: dayOf('--from', from), to: dayOf('--to', to, 1) };
  const counted = await spendOf(await recordsOf(options, period, context));
  context.print(json ? JSON.stringify(counted, null, 2) : tableOf(counted));
  return exitCodes.ok;
};

const recordsOf = async (
  { table, ledger, ...at }: Options,
  period: Period,
  context: Context,
): Promise<AsyncIterable<LedgerRecord>> => {
  if (table !== undefined) return atTable(table, recordsBetween(table, period));
  if (at.stage !== undefined) return recordsBetween(ledgerOf(await connect(at, context)).table, period);
  const running = ledger === undefined ? findRunning(context.stateFolder) : undefined;
  if (running) {
    context.log('the ledger of the running local system');
    return recordsBetween(ledgerOf(connectLocal(running)).table, period);
  }
  return onDisk(folderOf(ledger, context), period);
};

/** @throws UsageError for a folder that holds no ledger, since opening it would make one there */
const folderOf = (given: string | undefined, { folder, stateFolder }: Context): string => {
  if (given !== undefined) {
    const chosen = resolve(folder, given);
    if (!statSync(chosen, { throwIfNoEntry: false })?.isDirectory()) {
      throw new UsageError(`--ledger: there is no folder ${given}`);
    }
    // LevelDB, in which the ledger is kept, finds its other files by this one.
    if (!existsSync(join(chosen, 'CURRENT'))) throw new UsageError(`--ledger: ${given} holds no ledger`);
    return chosen;
  }
  const all = join(stateFolder, '.ledger');
  const [only, ...others] = existsSync(all) ? readdirSync(all).map((name) => join(all, name)) : [];
  if (only === undefined) throw new UsageError('there is no ledger in .ledger; --stage or --table names one in AWS');
  if (others.length > 0) throw new UsageError('there is more than one in .ledger; --ledger names one');
  return only;
};

async function* onDisk(folder: string, period: Period): AsyncGenerator<LedgerRecord> {
  const { openLedger } = await import('../local/ledger-folder.ts');
  const { table, close } = await openLedger(folder);
  try {
    yield* recordsBetween(table, period);
  } finally {
    await close();
  }
}

const tableOf = ({ revalidations, charges, orphans, unconfirmed, avoided }: Spend): string => {
  const all = Object.values(avoided).reduce((sum, count) => sum + count, 0);
  const rows: [string, number][] = [
    ['re-validations', revalidations],
    ['charges made', charges],
    ['  never used (orphans)', orphans],
    ['charges that are not known', unconfirmed],
    ['charges avoided', all],
    ...Object.entries(avoided).map(([why, count]): [string, number] => [`  ${why.replaceAll('_', ' ')}`, count]),
  ];
  return rows.map(([what, count]) => `${what.padEnd(48)}${String(count).padStart(8)}`).join('\n');
};
