import { type Command, Option } from 'commander';
import type { Context } from './context.ts';

/** The work of a command: gets its arguments, then its options. @returns the exit code */
// biome-ignore lint/suspicious/noExplicitAny: commander gives arguments and options without types; each command declares its own.
export type Work = (...given: any[]) => Promise<number> | number;

/** Sets the work of a command or of one of its subcommands. */
export type Does = (command: Command, work: Work) => void;

/** Declares the arguments, the options and the work of a command. Every command module exports one. */
export type Define = (command: Command, does: Does, context: Context) => void;

const repeatables = new WeakSet<Option>();

/** An option that may be given several times. Its value is the list of all. */
export const repeatable = (flags: string, description: string): Option => {
  const option = new Option(flags, description).argParser((value, all: string[] = []) => [...all, value]);
  repeatables.add(option);
  return option;
};

/** An option that takes one value and is given twice is an error, because one of the two is a mistake. */
export const refuseRepeats = (command: Command): void => {
  for (const option of command.options) {
    if (repeatables.has(option)) continue;
    let given = 0;
    command.on(`option:${option.name()}`, () => {
      given += 1;
      if (given > 1) command.error(`error: ${option.long}: is given twice, and takes one value`);
    });
  }
  for (const inner of command.commands) refuseRepeats(inner);
};
