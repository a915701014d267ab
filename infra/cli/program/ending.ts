import { exitCodes } from './exit-codes.ts';

type Ending = {
  /** What a crash leaves in doubt; its line names it. */
  doubt?: () => string | undefined;
  /** Called once when the reader of stdout has ended. */
  onReaderEnd?: () => void;
};

/**
 * Guards the end of a process. A crash is one line on stderr and code 3, never a stack and code 1. A result that could not be written
 * is code 3 too; a closed pipe ends without a line, because its reader wanted no more.
 * @returns the code to end with: the given one, or 3 when the result could not be written
 */
export const guardEnding = ({ doubt, onReaderEnd }: Ending = {}): ((code: number) => number) => {
  let unwritten: string | undefined;
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  // The process that reads stdout may end before this one (`| head -1`): later writes are dropped.
  process.stdout.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    if (unwritten !== undefined) return;
    unwritten = code;
    if (code === 'EPIPE') onReaderEnd?.();
  });
  // Progress and reasons are for a person: a reader that has ended changes no outcome.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error: unknown) => {
    const left = doubt?.();
    log(`failed: ${error instanceof Error ? error.message : String(error)}${left ? ` (${left})` : ''}`);
    process.exit(exitCodes.failed);
  });
  return (code) => {
    if (unwritten === undefined) return code;
    if (unwritten !== 'EPIPE') log(`failed: the result cannot be written to stdout (${unwritten})`);
    return exitCodes.failed;
  };
};
