import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Bad words on the command line: one line for the person, exit code 2, nothing started. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

type Wanted = { args: string[]; options: Options; allowPositionals?: boolean };

/**
 * Reads a command line. An option that takes one value and is given twice is an error, since one of the two is a mistake.
 * @throws UsageError naming the word
 */
export const readWords = <const Words extends Wanted>(wanted: Words) => {
  const read = parsed(wanted);
  const seen = new Set<string>();
  for (const token of read.tokens ?? []) {
    if (token.kind !== 'option') continue;
    if (seen.has(token.name) && !wanted.options[token.name]?.multiple) {
      throw new UsageError(`--${token.name}: is given twice, and takes one value`);
    }
    seen.add(token.name);
  }
  return read;
};

const parsed = <const Words extends Wanted>(wanted: Words) => {
  try {
    return parseArgs({ ...wanted, tokens: true });
  } catch (error) {
    // Node explains how to quote a value that looks like a flag; the first sentence says what is wrong.
    throw new UsageError((error as Error).message.split('. ')[0] ?? 'bad arguments');
  }
};
