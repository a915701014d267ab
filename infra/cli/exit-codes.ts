/** The exit code of a crash, and of everything else that is no outcome. Node's own is 1, which means "declined" here. */
export const FAILED = 3;

type Ending = {
  /** What to say of a crash besides its reason. */
  more?: () => string;
  /** Called once when the reader of stdout has gone; a command goes on to its outcome when this is left out. */
  unheard?: () => void;
};

/**
 * How a command's process ends when something breaks that it does not handle: a crash is one line on stderr and code 3,
 * never a stack and code 1. A closed pipe is no error. A stdout that cannot be written (a full disk) is one.
 * @returns the exit code to end with: the one given, or 3 when the result could not be written to stdout
 */
export const guardEnding = ({ more = () => '', unheard = () => {} }: Ending = {}): ((code: number) => number) => {
  let unwritten: string | undefined;
  let heard = true;
  // The output's process may end before ours (`| head -1`): later writes are dropped.
  process.stdout.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    if (!heard) return;
    if (code !== 'EPIPE') unwritten ??= code;
    else {
      heard = false;
      unheard();
    }
  });
  // Progress and reasons are for a person: a reader that has gone changes no outcome.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error: unknown) => {
    process.stderr.write(`failed: ${error instanceof Error ? error.message : String(error)}${more()}\n`);
    process.exit(FAILED);
  });
  return (code) => {
    if (unwritten === undefined) return code;
    process.stderr.write(`failed: the result cannot be written to stdout (${unwritten})\n`);
    return FAILED;
  };
};
