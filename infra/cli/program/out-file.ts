import { closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from './context.ts';
import { UsageError } from './usage.ts';

/** A file for the result, opened before anything is paid for. */
export type OutFile = {
  /** @throws Error that names the outcome, which is recorded all the same */
  write(json: string, status: string): void;
  /** Closes the file. A file that was created and never written is removed. */
  close(): void;
};

/** The permissions of a new file: an outcome is about a person, so only its owner reads it. */
const OWNER_ONLY = 0o600;

/**
 * Opens a file for writing and leaves its content until the result is there.
 * @throws UsageError for a file that cannot be written
 */
export const openOut = (given: string, { folder }: Pick<Context, 'folder'>): OutFile => {
  const file = resolve(folder, given);
  const isNew = !existsSync(file);
  let handle: number | undefined;
  try {
    handle = openSync(file, constants.O_WRONLY | constants.O_CREAT, OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw new UsageError(`--out: ${given} is a folder; name a file`);
    throw new UsageError(`--out: ${given} cannot be written (${code})`);
  }
  let isWritten = false;
  return {
    write: (json, status) => {
      try {
        if (handle === undefined) throw Object.assign(new Error('closed'), { code: 'EBADF' });
        // A device has no length.
        if (fstatSync(handle).isFile()) ftruncateSync(handle);
        writeSync(handle, `${json}\n`);
        isWritten = true;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new Error(`the outcome is ${status} and recorded, but --out ${given} cannot be written (${code})`);
      }
    },
    close: () => {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
      if (isNew && !isWritten) rmSync(file, { force: true });
    },
  };
};
