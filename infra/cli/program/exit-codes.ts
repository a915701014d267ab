/**
 * The exit codes of every command. Node's own code of a crash is 1, which means "not approved" here, so a crash is 3.
 * `failed` is also the code when the result could not be written: a full disk, or a pipe that its reader closed.
 */
export const exitCodes = { ok: 0, no: 1, usage: 2, failed: 3, interrupted: 130 } as const;

/** The exit code of an outcome. */
export const codeOfOutcome = ({ status }: { status: string }): number => {
  if (status === 'approved') return exitCodes.ok;
  return status === 'failed' ? exitCodes.failed : exitCodes.no;
};

/** The last lines of a command's help. */
export const exitCodeHelp = (no: string | undefined, more = ''): string =>
  `\nExit code: 0 done; ${no === undefined ? '' : `1 ${no}; `}2 invalid arguments; 3 failed, or the result could not be written${more}.`;
