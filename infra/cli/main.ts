import type { LocalSystem } from '../local/local-system.ts';
import { UsageError } from './arguments.ts';
import { FAILED, guardEnding } from './exit-codes.ts';

export const exitCodes = { approved: 0, notApproved: 1, usage: 2, failed: FAILED, interrupted: 130 } as const;

/**
 * How long a world may take to close after Ctrl-C: a call to Truora that is under way may take its whole deadline (10 s),
 * and its answer has to be written down. Milliseconds.
 */
const CLOSING_MS = 15_000;

/** Ctrl-C within this time is the same one: a terminal sends it to npm and to us, and npm passes it on. Milliseconds. */
const SAME_KEY_MS = 500;

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Progress goes to stderr, so that stdout holds the result alone. */
export const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * Runs a command and ends the process with its exit code. Invalid arguments are one line and code 2; Ctrl-C closes what was
 * opened and is code 130. A crash is code 3, as is a result that cannot be written; a closed pipe is no error.
 * @param run gets a place to leave the world it opens, so that an interruption can close it
 * @param ending what Ctrl-C says, its exit code, and whether the command ends when its reader has gone
 */
export const main = async (
  help: string,
  run: (argv: string[], open: (world: LocalSystem) => void) => Promise<number>,
  { parting = 'interrupted', code: codeOfInterruption = exitCodes.interrupted as number, endsUnheard = false } = {},
): Promise<void> => {
  const argv = process.argv.slice(2);
  let world: LocalSystem | undefined;
  let interrupted: number | undefined;
  const interrupt = () => {
    if (interrupted !== undefined) {
      if (Date.now() - interrupted > SAME_KEY_MS) process.exit(codeOfInterruption);
      return;
    }
    interrupted = Date.now();
    tell(parting);
    setTimeout(() => process.exit(codeOfInterruption), CLOSING_MS).unref();
    void Promise.resolve(world?.close()).finally(() => process.exit(codeOfInterruption));
  };
  const codeOf = guardEnding({ unheard: () => endsUnheard && interrupt() });
  if (argv.includes('--help')) return print(help);
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  let code: number;
  try {
    code = await run(argv, (opened) => {
      world = opened;
    });
  } catch (error) {
    const usage = error instanceof UsageError;
    if (interrupted === undefined)
      tell(usage ? `${error.message} (--help shows how)` : `failed: ${(error as Error).message}`);
    code = usage ? exitCodes.usage : exitCodes.failed;
  }
  if (interrupted !== undefined) return;
  await world?.close();
  process.exit(codeOf(code));
};
