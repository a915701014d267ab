import { AccountId, TruoraId } from '../../shared/domain/ids.ts';
import { resolveIntent } from '../../shared/logic/orphans.ts';
import { Config } from '../aws/config.ts';
import { UsageError } from './arguments.ts';
import { exitCodes, main, print } from './main.ts';
import { readWords } from './parse-arguments.ts';
import { atTable } from './table.ts';

const help = `npm run -s resolve -- --table NAME --account ID (--found VALIDATION... | --nothing) [--retention-days N]
Closes a person's intent by hand, where Truora's list cannot be read, and writes on the record what became of its call.

  --table NAME             the ledger in AWS, with the region and credentials of your environment
  --account ID             the person
  --found VALIDATION       a validation that the call created, as Truora's own pages show; may be given several times. It will
                           never be used, and counts as charged
  --nothing                the call never arrived: the person may be asked about once more
  --retention-days N       as the stage was deployed; ${Config.parse({}).retentionDays} when left out

Exit code: 0 done; 1 no intent is open; 2 invalid arguments; 3 failed.`;

const text = { type: 'string' } as const;

const options = {
  table: text,
  account: text,
  found: { ...text, multiple: true },
  nothing: { type: 'boolean' },
  'retention-days': text,
} as const;

await main(help, async (argv) => {
  const words = readWords({ args: argv, options }).values;
  const { table, account, found = [], nothing = false, 'retention-days': days } = words;
  if (!table) throw new UsageError('--table is required');
  if (!AccountId.safeParse(account).success) throw new UsageError('--account: must be the id of a person');
  if (nothing === found.length > 0) throw new UsageError('one of --found and --nothing is required');
  if (!found.every((id) => TruoraId.safeParse(id).success))
    throw new UsageError('--found: must be the id of a validation');
  const { data, success } = Config.shape.retentionDays.safeParse(days);
  if (!success) throw new UsageError('--retention-days: must be whole days');
  const resolved = await atTable(table, () => resolveIntent({ table, retentionDays: data }, account ?? '', found));
  print(resolved ? `${resolved.revalidationId}: attempt ${resolved.n} is ${resolved.result}` : 'no intent is open');
  return resolved ? exitCodes.approved : exitCodes.notApproved;
});
