import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { type Spend, spendOf } from '../../shared/domain/spend.ts';
import { recordsBetween } from '../../shared/ledger/records.ts';
import { Config } from '../aws/config.ts';
import { leaveAws, pointSdkAt } from '../local/credentials.ts';
import { startDynamoDb } from '../local/dynamodb.ts';
import { lockFolder } from '../local/folders.ts';
import { resourcesOf, synthesize } from '../local/template.ts';
import { UsageError } from './arguments.ts';
import { exitCodes, main, print } from './main.ts';
import { readWords } from './parse-arguments.ts';
import { atTable } from './table.ts';

const help = `npm run -s spend -- [--from DAY] [--to DAY] [--table NAME | --ledger FOLDER] [--json]
What re-validations have cost, in validations that Truora charges: made, never used, and avoided. Counted from the records.

  --from 2026-11-01        claimed on this day (UTC) or later
  --to 2026-11-30          claimed on this day or earlier
  --table NAME             the ledger in AWS, with the region and credentials of your environment; it is read whole
  --ledger FOLDER          a ledger on this machine, when there is more than one in .ledger, where
                           "npm run -s revalidate -- --truora ..." leaves them; a table in AWS goes before it
  --json                   print the numbers as JSON

Exit code: 0 done; 2 invalid arguments; 3 failed.`;

const DAY_MS = 86_400_000;

/** The beginning of a day, some days on. @throws UsageError */
const dayOf = (flag: string, text: string | undefined, plus = 0): string | undefined => {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`${flag}: must be a day such as 2026-11-30`);
  return new Date(at + plus * DAY_MS).toISOString();
};

const text = { type: 'string' } as const;

const options = { from: text, to: text, table: text, ledger: text, json: { type: 'boolean' } } as const;

type Period = { from: string | undefined; to: string | undefined };

/** A folder that holds no ledger is refused, since opening it would make one there. @throws UsageError */
const refuseOther = (given: string): string => {
  const folder = resolve(process.env.INIT_CWD ?? '.', given);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--ledger: there is no folder ${given}`);
  }
  // LevelDB, in which the ledger is kept, finds its other files by this one.
  if (!existsSync(join(folder, 'CURRENT'))) throw new UsageError(`--ledger: ${given} holds no ledger`);
  return folder;
};

/** The ledger on this machine's disk. */
async function* localRecords(period: Period, given: string | undefined): AsyncGenerator<LedgerRecord> {
  const [only, ...others] = existsSync('.ledger') ? readdirSync('.ledger').map((name) => join('.ledger', name)) : [];
  if (given === undefined && only === undefined) {
    throw new UsageError('there is no ledger in .ledger; --table names one in AWS');
  }
  if (given === undefined && others.length > 0) {
    throw new UsageError('there is more than one in .ledger; --ledger names one');
  }
  const folder = given === undefined ? (only ?? '') : refuseOther(given);
  leaveAws();
  const letGo = lockFolder(folder);
  const template = synthesize(Config.parse({ stage: 'local' }));
  const ledger = await startDynamoDb(template, { directory: folder });
  pointSdkAt({ DYNAMODB: ledger.origin });
  try {
    yield* recordsBetween(resourcesOf(template, 'AWS::DynamoDB::Table')[0]?.ref ?? '', period);
  } finally {
    await ledger.close();
    letGo();
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

await main(help, async (argv) => {
  const { from, to, table, ledger, json } = readWords({ args: argv, options }).values;
  if (table !== undefined && ledger !== undefined) throw new UsageError('give one of --table and --ledger');
  const period = { from: dayOf('--from', from), to: dayOf('--to', to, 1) };
  const spend =
    table === undefined
      ? await spendOf(localRecords(period, ledger))
      : await atTable(table, () => spendOf(recordsBetween(table, period)));
  print(json ? JSON.stringify(spend, null, 2) : tableOf(spend));
  return exitCodes.approved;
});
