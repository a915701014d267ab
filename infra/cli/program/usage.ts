import type * as z from 'zod/mini';
import { englishErrors } from '../../../shared/domain/parse.ts';

/** Invalid arguments: one line that names the flag, file or key and its rule; exit code 2, and nothing was started or written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Parses the value of an option or an argument.
 * @param name the option or argument as a person types it, such as `--account`
 * @throws UsageError
 */
export const parseArgument = <Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  name: string,
): z.infer<Schema> => {
  if (value === undefined && !schema.safeParse(undefined).success) throw new UsageError(`${name} is required`);
  const { success, data, error } = schema.safeParse(value, englishErrors);
  if (!success) throw new UsageError(`${name}: ${error.issues[0]?.message}`);
  return data as z.infer<Schema>;
};

/** A text of digits as a number; any other text stays as it is, so that the schema refuses it. */
export const numberOf = (text: unknown): unknown =>
  typeof text === 'string' && text.trim() !== '' ? Number(text) : text;

/** @throws UsageError when more than one of these options is given, by their names */
export const refuseBoth = (given: Record<string, unknown>): void => {
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (names.length > 1) throw new UsageError(`give one of ${names.join(' and ')}`);
};
