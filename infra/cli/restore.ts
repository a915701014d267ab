import { bringBackRevocations } from '../../shared/consent/restored.ts';
import { bringBackTombstones } from '../../shared/erasure/sweep.ts';
import type { Ledger } from '../../shared/ledger/records.ts';
import { closeForRestore, openAfterRestore, peopleInDoubt, replay } from '../../shared/logic/restore.ts';
import type { Truora } from '../../shared/truora/call.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, outputOf } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { documentAt } from './program/installation.ts';
import { chosenLedger, type LedgerOptions, takeLedger } from './program/ledger.ts';
import { originOf, TRUORA, takeKey } from './program/truora.ts';
import { UsageError } from './program/usage.ts';
import { lookAtPerson } from './restore-person.ts';

/** An execution lives eight hours at most, so one that began that long before the backup may have ended after it. */
const LONGEST_RUN_MS = 8 * 3_600_000;

type Options = LedgerOptions & { machine?: string; erasures?: string; asOf?: string; truora?: string; open?: boolean };

export const define: Define = (command, does, context) => {
  takeLedger(command)
    .description(
      `Makes a ledger that was restored from a backup safe to continue with, so that nothing is paid for twice. It may be called again. The whole procedure: ${documentAt('infra/aws/RESTORE.md')}.`,
    )
    .option('--machine <arn>', 'the state machine, with --table (output MachineArn of the stack)')
    .option('--erasures <bucket>', 'the bucket of erasures, with --table (output ErasureBucket of the stack)')
    .option('--as-of <time>', 'the time of the backup, such as 2026-11-28T10:00:00Z (required)')
    .option('--truora <origin>', `a stand-in on this machine, in place of ${TRUORA}`)
    .option('--open', 'open the throttle at the end')
    .addHelpText(
      'after',
      `
  1. closes the throttle: nothing is created meanwhile; refuses from now on who was erased since the backup,
     and revokes each consent that was revoked since
  2. reads the executions since, and restores each case that the backup does not know, with its outcome
  3. reads Truora's list of each person about whom a call is in doubt; what was charged and decided there and is not known
     here is entered as an orphan
  4. with --open, opens the throttle again, unless a person is left who could not be settled

Truora's key is read from TRUORA_API_KEY.${exitCodeHelp('a person is left, and the throttle stays closed')}`,
    );
  does(command, (options: Options) => restore(options, context));
};

/** @throws UsageError */
const pastTime = (text: string | undefined): Date => {
  const at = new Date(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text ?? '') ? (text as string) : Number.NaN);
  if (Number.isNaN(at.getTime())) throw new UsageError('--as-of: must be a time such as 2026-11-28T10:00:00Z');
  if (at.getTime() > Date.now()) throw new UsageError('--as-of: must be past');
  return at;
};

/** The machine of the options, or of the stage. @throws UsageError */
const machineOf = async (options: Options, context: Context): Promise<string> => {
  if (options.table === undefined && options.machine === undefined) {
    return outputOf(await connect(options, context), 'MachineArn');
  }
  if (!/^arn:aws:states:[^:]+:\d{12}:stateMachine:[^:]+$/.test(options.machine ?? '')) {
    throw new UsageError('--machine: must be the ARN of a state machine');
  }
  return options.machine ?? '';
};

/** The bucket of erasures of the options, or of the stage. */
const erasuresOf = async (options: Options, context: Context): Promise<string | undefined> =>
  options.table === undefined ? outputOf(await connect(options, context), 'ErasureBucket') : options.erasures;

/**
 * Writes the tombstones and revocations that the backup does not have, before any case is brought back. The sweeps erase what the
 * tombstones name, and end the cases under the receipts.
 */
const forbidAgain = async (ledger: Ledger, erasureBucket: string | undefined): Promise<string> => {
  if (erasureBucket === undefined)
    return 'without --erasures no revocation since the backup counts; who was erased is compared by the next sweep';
  const settings = { ledger, erasureBucket, settleSeconds: 0, hasTime: () => true };
  const missing = await bringBackTombstones(settings, { isWhole: true });
  const revoked = await bringBackRevocations(ledger.table, erasureBucket);
  return `${missing} persons were erased since the backup, and ${revoked} consents revoked; the next sweep does both again`;
};

const truoraAt = (origin: string, key: string): Truora => ({
  origin,
  key: async () => key,
  // Nothing is uploaded from here.
  uploadOrigins: [],
  deadlines: { connectMs: 5000, headersMs: 20_000, idleMs: 20_000, totalMs: 60_000 },
});

const restore = async (options: Options, context: Context): Promise<number> => {
  const asOf = pastTime(options.asOf);
  const origin = originOf(options.truora ?? TRUORA).origin;
  const truora = truoraAt(origin, takeKey(context, 'restore'));
  const machine = await machineOf(options, context);
  const erasures = await erasuresOf(options, context);
  return settle(
    await chosenLedger(options, context),
    { machine, erasures, asOf, truora, open: options.open ?? false },
    context,
  );
};

type Settings = { machine: string; erasures: string | undefined; asOf: Date; truora: Truora; open: boolean };

const settle = async (
  ledger: Ledger,
  { machine, erasures, asOf, truora, open }: Settings,
  { print }: Context,
): Promise<number> => {
  await closeForRestore(ledger.table);
  print('the throttle is closed');
  print(await forbidAgain(ledger, erasures));
  const { executions, decided, open: undecided } = await replay(ledger, machine, new Date(+asOf - LONGEST_RUN_MS));
  print(`${executions} executions read: ${decided} decided cases are in the ledger, ${undecided} open ones`);
  let left = 0;
  for await (const accountId of peopleInDoubt(ledger.table)) {
    const { isSettled, words } = await lookAtPerson(ledger, truora, accountId);
    if (!isSettled) left += 1;
    print(`${accountId}: ${words}`);
  }
  if (left > 0) {
    const runbook = documentAt('infra/aws/RUNBOOK.md');
    print(`the throttle stays closed: ${left} people are left; see ${runbook}, "A person who is locked out"`);
    return exitCodes.no;
  }
  if (!open) print('all is settled; --open opens the throttle');
  else
    print(
      (await openAfterRestore(ledger.table))
        ? 'the throttle is open'
        : 'the throttle is closed for another reason, and stays closed',
    );
  return exitCodes.ok;
};
