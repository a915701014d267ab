import { parseArgs } from 'node:util';
import type { Ledger } from '../../shared/ledger/records.ts';
import { closeForRestore, openAfterRestore, peopleInDoubt, replay } from '../../shared/logic/restore.ts';
import type { Truora } from '../../shared/truora/call.ts';
import { Config } from '../aws/config.ts';
import { lookAtPerson } from './restore-person.ts';

const TRUORA = 'https://api.validations.truora.com';

/** An execution lives eight hours at most, so one that began that long before the backup may have ended after it. */
const LONGEST_RUN_MS = 8 * 3_600_000;

const help = `npm run -s restore -- --table NAME --machine ARN --as-of TIME [--retention-days N] [--open]
Makes a ledger that was restored from a backup safe to go on with, so that nothing is paid for twice. The whole procedure:
infra/aws/RUNBOOK.md, "Restoring the ledger". It may be called again, and does no harm.

  1. closes the throttle: nothing is created meanwhile
  2. reads the executions since, and brings back each case that the backup does not know, with its outcome
  3. looks at Truora's list of each person about whom a call is in doubt; what was charged and decided there and is not known
     here is entered as an orphan
  4. with --open, opens the throttle again, unless a person is left who could not be settled

  --table NAME          the ledger in AWS, with the region and credentials of your environment
  --machine ARN         the state machine (output MachineArn of the stack)
  --as-of TIME          what the backup is of: 2026-11-28T10:00:00Z
  --retention-days N    as the stage was deployed; ${Config.parse({}).retentionDays} when left out
  --open                open the throttle at the end

Truora's key is read from TRUORA_API_KEY. Exit code: 0 all settled; 1 a person is left, the throttle stays closed; 2 invalid arguments; 3 failed.`;

class UsageError extends Error {}

const say = (line: string) => process.stdout.write(`${line}\n`);

const readWords = (argv: string[]) => {
  const text = { type: 'string' } as const;
  try {
    const options = {
      table: text,
      machine: text,
      'as-of': text,
      'retention-days': text,
      truora: text,
      open: { type: 'boolean' },
    } as const;
    return parseArgs({ args: argv, options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? 'bad arguments');
  }
};

const readTime = (text: string | undefined): Date => {
  const at = new Date(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text ?? '') ? (text as string) : Number.NaN);
  if (Number.isNaN(at.getTime())) throw new UsageError('--as-of: must be a time such as 2026-11-28T10:00:00Z');
  if (at.getTime() > Date.now()) throw new UsageError('--as-of: must be past');
  return at;
};

/** The key and people's ids go there: Truora, or a stand-in on this very machine. */
const readOrigin = (given = TRUORA): string => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isHere = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url?.origin !== given || !(given === TRUORA || isHere))
    throw new UsageError(`--truora: must be ${TRUORA}, or the origin of a stand-in on this machine`);
  return given;
};

const readCommand = (argv: string[]) => {
  const { table, machine, 'as-of': asOf, 'retention-days': days, truora, open = false } = readWords(argv);
  if (!table) throw new UsageError('--table is required');
  if (!/^arn:aws:states:[^:]+:\d{12}:stateMachine:[^:]+$/.test(machine ?? ''))
    throw new UsageError('--machine: must be the ARN of a state machine');
  const retention = Config.shape.retentionDays.safeParse(days);
  if (!retention.success) throw new UsageError('--retention-days: must be whole days');
  const key = process.env.TRUORA_API_KEY?.trim();
  if (!key) throw new UsageError("Truora's key is needed in the environment variable TRUORA_API_KEY");
  const ledger: Ledger = { table, retentionDays: retention.data };
  return { ledger, machine: machine ?? '', asOf: readTime(asOf), truora: truoraAt(readOrigin(truora), key), open };
};

const truoraAt = (origin: string, key: string): Truora => ({
  origin,
  key: async () => key,
  // Nothing is uploaded from here.
  uploadOrigins: [],
  deadlines: { connectMs: 5000, headersMs: 20_000, idleMs: 20_000, totalMs: 60_000 },
});

const run = async (argv: string[]): Promise<number> => {
  const { ledger, machine, asOf, truora, open } = readCommand(argv);
  await closeForRestore(ledger.table);
  say('the throttle is closed');
  const { executions, decided, open: undecided } = await replay(ledger, machine, new Date(+asOf - LONGEST_RUN_MS));
  say(`${executions} executions read: ${decided} decided cases stand in the ledger, ${undecided} open ones`);
  let left = 0;
  for await (const accountId of peopleInDoubt(ledger.table)) {
    const { isSettled, words } = await lookAtPerson(ledger, truora, accountId);
    if (!isSettled) left += 1;
    say(`${accountId}: ${words}`);
  }
  if (left > 0) {
    say(`the throttle stays closed: ${left} people are left; see infra/aws/RUNBOOK.md, "A person who is locked out"`);
    return 1;
  }
  if (!open) say('all is settled; --open opens the throttle');
  else
    say(
      (await openAfterRestore(ledger.table))
        ? 'the throttle is open'
        : 'the throttle is closed for another reason, and stays closed',
    );
  return 0;
};

if (process.argv.includes('--help')) say(help);
else {
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    const isUsage = error instanceof UsageError;
    process.stderr.write(
      `${isUsage ? `${error.message} (--help shows how)` : `failed: ${(error as Error).message}`}\n`,
    );
    process.exitCode = isUsage ? 2 : 3;
  }
}
