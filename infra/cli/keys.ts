import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sendableKey } from '../../shared/domain/sendable-key.ts';
import { daysLeft } from '../../shared/truora/api-key.ts';
import { keysOf } from '../../shared/truora/webhook.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, outputOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { readAll } from './program/media.ts';
import { UsageError } from './program/usage.ts';

type Options = StageOptions & { json?: boolean };

const SOURCE = 'a file with the key, or - for stdin; a key on a command line would stay in the history of the shell';

/** The longest key that is read. A Truora key has about a thousand characters (seen). */
const MOST_BYTES = 8192;

export const define: Define = (command, does, context) => {
  command.description('Rotates the Truora key or a webhook key. No key is printed.');
  const rotate = command.command('rotate').description('Puts a new key into its secret.');

  const truora = takeStage(rotate.command('truora'))
    .description(
      'Replaces the Truora key. Functions use it within five minutes, and within one when Truora refuses the old one.',
    )
    .argument('<file>', SOURCE)
    .option('--json', 'print the result as JSON: daysLeft, none for a key without an end date')
    .addHelpText('after', exitCodeHelp('never'));
  does(truora, (file: string, options: Options) => rotateTruora(file, options, context));

  const webhook = takeStage(rotate.command('webhook'))
    .description(
      "Adds a webhook key beside the current one, so that both are accepted. Then switch Truora's rule to it, and call with --finish.",
    )
    .argument('[file]', SOURCE)
    .option('--finish', 'keep only the newest key')
    .option('--json', 'print the result as JSON: acceptedKeys')
    .addHelpText('after', exitCodeHelp('there is nothing to finish'));
  does(webhook, (file: string | undefined, options: Options & { finish?: boolean }) =>
    options.finish ? finishWebhook(file, options, context) : rotateWebhook(file, options, context),
  );
};

/** @throws UsageError for a file that cannot be read, or holds no key */
const readKey = async (given: string, { folder, stdin }: Context): Promise<string> => {
  const name = given === '-' ? 'stdin' : given;
  let text: string;
  try {
    text = String(given === '-' ? await readAll(stdin, MOST_BYTES + 1) : readFileSync(resolve(folder, given)));
  } catch (error) {
    throw new UsageError(`${name}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (text.length > MOST_BYTES) throw new UsageError(`${name}: must hold one key of at most ${MOST_BYTES} characters`);
  try {
    return sendableKey(text.trim());
  } catch {
    throw new UsageError(`${name}: must hold one key, which an HTTP header can carry: no blanks, quotes or JSON`);
  }
};

const rotateTruora = async (file: string, options: Options, context: Context): Promise<number> => {
  const key = await readKey(file, context);
  const left = daysLeft(key, new Date());
  if (left !== undefined && left < 0) throw new UsageError(`${file}: the key has expired ${-left} days ago`);
  const connected = await connect(options, context);
  const { writeSecretValue } = await import('./aws/secrets.ts');
  await writeSecretValue(outputOf(connected, 'TruoraKeySecret'), key);
  if (options.json) {
    context.print(JSON.stringify({ daysLeft: left }));
    return exitCodes.ok;
  }
  const validity =
    left === undefined ? 'it names no end date, so no alarm will warn you' : `it is valid for ${left} more days`;
  context.print(`the Truora key of ${connected.name} is replaced; ${validity}`);
  context.print('next: see one re-validation approved, then revoke the old key at Truora');
  return exitCodes.ok;
};

const currentKeys = async (secret: string): Promise<string[]> => {
  const { readSecretValue } = await import('./aws/secrets.ts');
  // A new secret holds a random text of CDK, which is no list of keys.
  return keysOf((await readSecretValue(secret)) ?? '');
};

const rotateWebhook = async (file: string | undefined, options: Options, context: Context): Promise<number> => {
  if (file === undefined) throw new UsageError('file: a file with the new key, or -, is required');
  const key = await readKey(file, context);
  const connected = await connect(options, context);
  const secret = outputOf(connected, 'WebhookKeysSecret');
  const { writeSecretValue } = await import('./aws/secrets.ts');
  const current = await currentKeys(secret);
  if (current.length > 1 && current.at(-1) !== key) {
    throw new UsageError('two keys are accepted already: end that rotation with "keys rotate webhook --finish" first');
  }
  const keys = [...current.filter((one) => one !== key), key];
  await writeSecretValue(secret, JSON.stringify(keys));
  if (options.json) {
    context.print(JSON.stringify({ acceptedKeys: keys.length }));
    return exitCodes.ok;
  }
  context.print(
    `${keys.length} webhook ${keys.length === 1 ? 'key is' : 'keys are'} accepted by ${connected.name} within a minute`,
  );
  if (keys.length > 1)
    context.print("next: switch Truora's rule to the new key, see a webhook arrive, then call with --finish");
  return exitCodes.ok;
};

const finishWebhook = async (file: string | undefined, options: Options, context: Context): Promise<number> => {
  if (file !== undefined) throw new UsageError('--finish: takes no file; it keeps the newest key');
  const connected = await connect(options, context);
  const secret = outputOf(connected, 'WebhookKeysSecret');
  const { writeSecretValue } = await import('./aws/secrets.ts');
  const keys = await currentKeys(secret);
  if (keys.length < 2) {
    context.log(`${keys.length} webhook keys are accepted by ${connected.name}: there is nothing to finish`);
    return exitCodes.no;
  }
  await writeSecretValue(secret, JSON.stringify(keys.slice(-1)));
  context.print(
    options.json
      ? JSON.stringify({ acceptedKeys: 1 })
      : `only the newest webhook key is accepted by ${connected.name} now`,
  );
  return exitCodes.ok;
};
