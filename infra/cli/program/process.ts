import type { Entry } from './commands.ts';
import type { Context, Interruption } from './context.ts';
import { guardEnding } from './ending.ts';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';

/**
 * How long a command may take to close after Ctrl-C: a call to Truora that is under way may take its whole deadline (10 s),
 * and its answer has to be written down. Milliseconds.
 */
const CLOSING_MS = 15_000;

/** Ctrl-C within this time is the same one: a terminal sends it to npm and to us, and npm passes it on. Milliseconds. */
const SAME_KEY_MS = 500;

/** Runs the command line as this process, and ends it. */
export const runProcess = async (argv: readonly string[], commands: readonly Entry[]): Promise<never> => {
  let interruption: Interruption = { parting: 'interrupted' };
  let interruptedAt: number | undefined;
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

  const codeOf = guardEnding({
    doubt: () => interruption.doubt,
    onReaderEnd: () => interruption.endsWithReader && interrupt(),
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
  const code = await run(argv, commands, context);
  // An interruption ends the process itself, with its own code.
  if (interruptedAt !== undefined) return new Promise<never>(() => {});
  await close();
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  process.exit(codeOf(code));
};
