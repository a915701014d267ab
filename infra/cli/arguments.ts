import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type * as z from 'zod/mini';
import { fields } from '../../shared/domain/field-names.ts';
import { AccountId, TruoraId } from '../../shared/domain/ids.ts';
import { acceptMedia, SNIFF_BYTES } from '../../shared/domain/media.ts';
import { englishErrors } from '../../shared/domain/parse.ts';
import { CallRequest, ForceNew, Options } from '../../shared/domain/request.ts';
import { refuseSpeech } from '../../shared/domain/request-details.ts';
import { readWords, UsageError } from './parse-arguments.ts';

export { UsageError } from './parse-arguments.ts';

/** Every option that stands for a field of the request, from the one list of fields. */
const requestFlags = Object.fromEntries(
  fields.map(({ field, flag }) => [
    flag,
    field === 'userAuthorized'
      ? ({ type: 'boolean' } as const)
      : ({ type: 'string', multiple: field === 'subvalidations' } as const),
  ]),
);

const flagOf = (field: string) => fields.find((known) => known.field === field)?.flag ?? field;

export type Flags = { [flag: string]: string | boolean | string[] | undefined };

/** Reads the command line; an unknown word is an error that names it. @throws UsageError */
export const readArguments = (
  argv: string[],
  more: Record<string, { type: 'string' | 'boolean' }>,
): { flags: Flags; files: string[] } => {
  const options = { ...requestFlags, ...more, help: { type: 'boolean' } } as const;
  const { values, positionals } = readWords({ args: argv, options, allowPositionals: true });
  return { flags: values as Flags, files: positionals };
};

/** The request of the command line, checked by the rules of the machine's first step. */
export type Asked = {
  file: string;
  accountId: string;
  enrollmentId: string;
  options: Options;
  reference: string | undefined;
  forceNew: ForceNew | undefined;
};

/** @throws UsageError naming the flag or the file, and the rule */
export const readAsked = (flags: Flags, files: string[]): Asked => {
  const [given, ...rest] = files;
  if (given === undefined) throw new UsageError('give one media file');
  if (rest.length > 0) throw new UsageError(`give one media file, not ${files.length}`);
  if (flags.authorized !== true) {
    throw new UsageError('--authorized is required: it says that the person has agreed to be verified');
  }
  const accountId = parse(AccountId, flags.account, '--account');
  const enrollmentId = parse(TruoraId, flags.enrollment, '--enrollment');
  const reference = parse(CallRequest.shape.reference, flags.reference, '--reference');
  const reason = flags[flagOf('forceNew')];
  const forceNew =
    reason === undefined ? undefined : { reason: parse(ForceNew.shape.reason, reason, `--${flagOf('forceNew')}`) };
  const options = readOptions(flags);
  const file = readFile(given, options);
  return { file, accountId, enrollmentId, options, reference, forceNew };
};

const number = (text: unknown) => (typeof text === 'string' && text.trim() !== '' ? Number(text) : text);

const readOptions = (flags: Flags): Options => {
  const wanted = Object.fromEntries(
    fields
      .filter(({ field }) => field in Options.shape)
      .map(({ field, flag }) => {
        const value = flags[flag];
        return [field, field === 'threshold' || field === 'timeoutSeconds' ? number(value) : value];
      })
      .filter(([, value]) => value !== undefined),
  );
  const { success, data, error } = Options.safeParse(wanted, englishErrors);
  if (success) return data;
  const [issue] = error.issues;
  throw new UsageError(`--${flagOf(String(issue?.path[0]))}: ${issue?.message}`);
};

const parse = <Schema extends z.ZodMiniType>(schema: Schema, value: unknown, flag: string): z.infer<Schema> => {
  if (value === undefined && !schema.safeParse(undefined).success) throw new UsageError(`${flag} is required`);
  const { success, data, error } = schema.safeParse(value, englishErrors);
  if (!success) throw new UsageError(`${flag}: ${error.issues[0]?.message}`);
  return data as z.infer<Schema>;
};

/** Checks the file as ClaimRequest checks the object, so that a bad one is refused before anything starts. */
const readFile = (given: string, options: Options): string => {
  // npm runs scripts in the package's folder and leaves the person's own in INIT_CWD.
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), given);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`${given}: there is no such file`);
  if (!stat.isFile()) throw new UsageError(`${given}: is not a file`);
  const head = Buffer.alloc(SNIFF_BYTES);
  let read: number;
  try {
    const handle = openSync(file, 'r');
    read = readSync(handle, head);
    closeSync(handle);
  } catch (error) {
    throw new UsageError(`${given}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    refuseSpeech(options);
    acceptMedia({ bytes: stat.size, head: head.subarray(0, read) }, options);
  } catch (error) {
    throw new UsageError(`${given}: ${(error as Error).message.replace(/^\w+: (media: )?/, '')}`);
  }
  return file;
};

/** For a command that takes none. @throws UsageError */
export const refuseArguments = ([word]: string[]): void => {
  if (word !== undefined) throw new UsageError(`${word}: this command takes no words`);
};
