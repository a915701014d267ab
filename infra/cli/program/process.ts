import type { Context, Interruption } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';

/**
 * How long a command may take to close after Ctrl-C: a call to Truora that is under way may take its whole deadline (10 s),
 * and its answer has to be written down. Milliseconds.
 */
const CLOSING_MS = 15_000;

/** Ctrl-C within this time is the same one: a terminal sends it to npm and to us, and npm passes it on. Milliseconds. */
const SAME_KEY_MS = 500;

/**
 * Runs the command line as this process, and ends it. A crash is one line on stderr and code 3, never a stack and code 1. A
 * result that could not be written is code 3 too; a closed pipe ends without a line, because its reader wanted no more.
 */
export const runProcess = async (argv: readonly string[]): Promise<never> => {
  let interruption: Interruption = { parting: 'interrupted' };
  let interruptedAt: number | undefined;
  let unwritten: string | undefined;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  const log = (line: string) => void process.stderr.write(`${line}\n`);

  const interrupt = () => {
    const code = interruption.code ?? exitCodes.interrupted;
    if (interruptedAt !== undefined) {
      if (Date.now() - interruptedAt > SAME_KEY_MS) process.exit(code);
      return;
    }
    interruptedAt = Date.now();
    log(interruption.parting);
    setTimeout(() => process.exit(code), CLOSING_MS).unref();
    void close().finally(() => process.exit(code));
  };

  // The process that reads stdout may end before this one (`| head -1`): later writes are dropped.
  process.stdout.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    if (unwritten !== undefined) return;
    unwritten = code;
    if (code === 'EPIPE' && interruption.endsWithReader) interrupt();
  });
  // Progress and reasons are for a person: a reader that has gone changes no outcome.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error: unknown) => {
    const { doubt } = interruption;
    log(`failed: ${error instanceof Error ? error.message : String(error)}${doubt ? ` (${doubt})` : ''}`);
    process.exit(exitCodes.failed);
  });
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);

  const context: Context = {
    print: (line) => void process.stdout.write(`${line}\n`),
    log: (line) => {
      if (interruptedAt === undefined) log(line);
    },
    stdin: process.stdin,
    env: process.env,
    // npm runs scripts in the package's folder and leaves the person's own in INIT_CWD.
    folder: process.env.INIT_CWD ?? process.cwd(),
    stateFolder: process.cwd(),
    onEnd: (closer) => void closers.push(closer),
    onInterrupt: (ending) => {
      interruption = ending;
    },
  };
  const code = await run(argv, context);
  // An interruption ends the process itself, with its own code.
  if (interruptedAt !== undefined) return new Promise<never>(() => {});
  await close();
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  if (unwritten === undefined) process.exit(code);
  if (unwritten !== 'EPIPE') log(`failed: the result cannot be written to stdout (${unwritten})`);
  process.exit(exitCodes.failed);
};
