import * as z from 'zod/mini';
import { AccountId } from '../../shared/domain/ids.ts';
import { isEnd, phases } from '../../shared/domain/lifecycle.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { type Ledger, listRecords, recordsBetween } from '../../shared/ledger/records.ts';
import { jsonOf, timeText } from './program/case.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, ledgerOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { timeOf } from './program/times.ts';
import { numberOf, parseArgument } from './program/usage.ts';

type Options = StageOptions & { account?: string; status?: string; since?: string; limit: string; json?: boolean };

const statuses = ['open', ...phases] as const;

const Status = z.optional(z.enum(statuses, `must be one of ${statuses.join(', ')}`));

const LIMIT_RULE = 'must be 1 to 10000';

const Limit = z.int(LIMIT_RULE).check(z.minimum(1, LIMIT_RULE), z.maximum(10_000, LIMIT_RULE));

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Lists cases, newest claim first. Without --account the whole ledger is read, and each read is charged in AWS.',
    )
    .option('--account <id>', 'the cases of one person')
    .option('--status <status>', `${statuses.join(', ')}`)
    .option('--since <time>', 'claimed since a day, a time, today, or a span before now such as 2h or 7d')
    .option('--limit <number>', 'the most cases to print', '20')
    .option('--json', 'print the records as JSON, one in each line')
    .addHelpText('after', exitCodeHelp('no case matches'));
  does(command, (options: Options) => list(options, context));
};

const list = async (options: Options, context: Context): Promise<number> => {
  const account = parseArgument(z.optional(AccountId), options.account, '--account');
  const status = parseArgument(Status, options.status, '--status');
  const limit = parseArgument(Limit, numberOf(options.limit), '--limit');
  const since = timeOf('--since', options.since);
  const ledger = ledgerOf(await connect(options, context));
  const records = account === undefined ? recordsBetween(ledger.table, { from: since }) : recordsOf(ledger, account);
  const found: LedgerRecord[] = [];
  for await (const record of records) {
    if (since !== undefined && record.claimedAt < since) continue;
    if (status === 'open' ? isEnd(record.phase) : status !== undefined && record.phase !== status) continue;
    keepNewest(found, record, limit);
    // A person's records come newest first, so the first ones are enough.
    if (account !== undefined && found.length === limit) break;
  }
  for (const record of found) context.print(options.json ? JSON.stringify(JSON.parse(jsonOf(record))) : lineOf(record));
  if (found.length === 0) context.log('no case matches');
  return found.length > 0 ? exitCodes.ok : exitCodes.no;
};

/** Keeps the newest records, so that memory does not limit the number of the others. */
const keepNewest = (found: LedgerRecord[], record: LedgerRecord, limit: number): void => {
  const at = found.findIndex(({ claimedAt }) => claimedAt < record.claimedAt);
  found.splice(at < 0 ? found.length : at, 0, record);
  if (found.length > limit) found.pop();
};

async function* recordsOf(ledger: Ledger, accountId: string): AsyncGenerator<LedgerRecord> {
  let after: Parameters<typeof listRecords>[2]['after'];
  do {
    const page = await listRecords(ledger, accountId, { limit: 100, after });
    yield* page.records;
    after = page.next;
  } while (after);
}

const lineOf = ({ revalidationId, claimedAt, phase, outcome, accountId = '-' }: LedgerRecord): string =>
  [timeText(claimedAt), revalidationId, [phase, outcome?.reason].filter(Boolean).join('/').padEnd(32), accountId].join(
    '  ',
  );
