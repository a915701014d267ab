import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import type { Entry } from './commands.ts';
import type { Context } from './context.ts';
import { type Does, refuseRepeats } from './define.ts';
import { exitCodes } from './exit-codes.ts';
import { UsageError } from './usage.ts';

/** Columns of the help, on every terminal. */
const WIDTH = 100;

/** The version in the package's own manifest, in a clone and in the built package. */
const versionOf = (): string => createRequire(import.meta.url)('face-revalidation/package.json').version;

/** A reason in one line: commander puts its suggestion into a second one. */
const oneLine = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ');

/** The program with the name and summary of every command. Only the modules of named commands are imported. */
const programOf = async (
  argv: readonly string[],
  commands: readonly Entry[],
  context: Context,
  end: (code: number) => void,
): Promise<Command> => {
  const program = new Command('face-revalidation')
    .description('Re-validates known faces at Truora: on this machine, or with --stage in AWS.')
    .version(versionOf(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.print(text.trimEnd()),
      writeErr: (text) => context.log(text.trimEnd()),
      outputError: (text) => context.log(`${oneLine(text)} (--help shows how)`),
      getOutHelpWidth: () => WIDTH,
      getErrHelpWidth: () => WIDTH,
    });
  const named = argv.filter((word) => !word.startsWith('-')).slice(0, 2);
  const does: Does = (command, work) => {
    command.action(async (...given: unknown[]) => end(await work(...given)));
  };
  for (const { name, summary, group, load } of commands) {
    const command = program.command(name).summary(summary).description(`${summary}.`).helpGroup(group);
    if (!named.includes(name)) continue;
    (await load()).define(command, does, context);
    refuseRepeats(command);
  }
  return program;
};

/** Codes of commander for a text that was asked for. Every other code is about an invalid argument. */
const answers = ['commander.helpDisplayed', 'commander.version'];

/**
 * Runs one command line, and reports why it failed.
 * @param argv the words after the program's name
 * @param commands every command that can be called
 * @returns the exit code
 */
export const run = async (argv: readonly string[], commands: readonly Entry[], context: Context): Promise<number> => {
  let code: number = exitCodes.ok;
  try {
    const program = await programOf(argv, commands, context, (ended) => {
      code = ended;
    });
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return answers.includes(error.code) ? exitCodes.ok : exitCodes.usage;
    const isUsage = error instanceof UsageError;
    context.log(isUsage ? `${error.message} (--help shows how)` : `failed: ${(error as Error).message}`);
    return isUsage ? exitCodes.usage : exitCodes.failed;
  }
};
