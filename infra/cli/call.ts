import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MAX_CALL_BYTES } from '../../shared/domain/api.ts';
import { callApi, prettyBody, TOKEN } from './program/api.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { readAll } from './program/media.ts';
import { UsageError } from './program/usage.ts';

type Options = StageOptions & { body?: string; idempotencyKey?: string };

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description('Calls the API, signed with your credentials, and prints the answer.')
    .argument('<method>', 'GET or POST')
    .argument('<path>', 'such as /accounts/ana/revalidations')
    .option('--body <json>', 'the body: JSON, @FILE, or - for stdin')
    .option('--idempotency-key <key>', 'the key of the call')
    .addHelpText(
      'after',
      `\nA stage whose API takes tokens: put the token into the environment variable ${TOKEN}.${exitCodeHelp('the API refused the call')}`,
    );
  does(command, (method: string, path: string, options: Options) => call(method, path, options, context));
};

const call = async (method: string, path: string, options: Options, context: Context): Promise<number> => {
  const verb = method.toUpperCase();
  if (!methods.includes(verb)) throw new UsageError(`method: must be one of ${methods.join(', ')}`);
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(path)) throw new UsageError('path: must begin with one / and hold no blanks');
  const body = await readBody(options.body, context);
  const { idempotencyKey } = options;
  const answer = await callApi(await connect(options, context), { method: verb, path, body, idempotencyKey }, context);
  context.log(`${verb} ${path}: ${answer.status}`);
  const text = prettyBody(answer);
  if (text !== '') context.print(text);
  return answer.status < 300 ? exitCodes.ok : exitCodes.no;
};

/** @throws UsageError for a body that is no JSON */
const readBody = async (given: string | undefined, { folder, stdin }: Context): Promise<string | undefined> => {
  if (given === undefined) return undefined;
  const text =
    given === '-'
      ? String(await readAll(stdin, MAX_CALL_BYTES + 1))
      : given.startsWith('@')
        ? fileText(given.slice(1), folder)
        : given;
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new UsageError(`--body: must be JSON (${(error as Error).message})`);
  }
};

const fileText = (file: string, folder: string): string => {
  try {
    return readFileSync(resolve(folder, file), 'utf8');
  } catch (error) {
    throw new UsageError(`--body: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
};
