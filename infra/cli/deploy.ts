import { spawnSync } from 'node:child_process';
import { englishErrors } from '../../shared/domain/parse.ts';
import { Config } from '../aws/config.ts';
import { deployerIdentity } from '../aws/identity.ts';
import { readWords } from './parse-arguments.ts';
import type { Define } from './program/define.ts';

export type Command = 'deploy' | 'diff' | 'destroy';

const flagOf = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const keys = Object.keys(Config.shape);

const does: Record<Command, string> = {
  deploy:
    'Puts the stack into the AWS account of your profile (AWS_PROFILE), with the CDK. Asks AWS first whose credentials these are, shows what it will do and asks; --yes does not ask.',
  diff: 'Shows what a deployment would change in the stack of a stage, with the CDK. Changes nothing.',
  destroy:
    'Takes the stack of a stage away, with the CDK. In prod the bucket, the ledger, their key and the secrets stay. Asks; --yes does not.',
};

/** What `--help` says; the flags are those of the configuration, so there is no second list. */
export const helpOf = (command: Command): string => {
  const defaults = Config.parse({}) as Record<string, unknown>;
  const rows = keys.map((key) => `  --${flagOf(key).padEnd(22)} ${defaults[key] ?? 'none'}`);
  return [
    `npm run ${command} -- --stage dev [--yes] [settings]`,
    '',
    does[command],
    '',
    'Settings, with what holds when they are left out (meaning and bounds: infra/aws/config.ts):',
    ...rows,
    '',
    command !== 'destroy'
      ? 'Give the same settings at every deployment: what is left out goes back to its default.'
      : 'S3 deletes no bucket that holds something: empty the media bucket first (infra/aws/README.md, "Destroy").',
  ].join('\n');
};

/**
 * Reads the words after `npm run deploy --`. The stage must be said, since a wrong one costs most.
 * @returns what the CDK's command line is to be called with, or what is wrong
 */
export const readCommand = (
  command: Command,
  argv: string[],
): { cdk: string[]; region?: string } | { problem: string } => {
  let values: Record<string, unknown>;
  try {
    const settings = Object.fromEntries(keys.map((key) => [flagOf(key), { type: 'string' as const }]));
    ({ values } = readWords({ args: argv, options: { ...settings, yes: { type: 'boolean' } } }));
  } catch (error) {
    return { problem: (error as Error).message };
  }
  const chosen = keys.flatMap((key): [string, string][] => {
    const value = values[flagOf(key)];
    return typeof value === 'string' ? [[key, value]] : [];
  });
  if (values.stage === undefined) return { problem: '--stage is required: dev, prod, or a name of yours' };
  const { error } = Config.safeParse(Object.fromEntries(chosen), englishErrors);
  const [issue] = error?.issues ?? [];
  if (issue) return { problem: `--${flagOf(String(issue.path[0]))}: ${issue.message}` };
  const yes = { deploy: ['--require-approval', 'never'], diff: [], destroy: ['--force'] }[command];
  const cdk = [command, ...chosen.flatMap(([key, value]) => ['-c', `${key}=${value}`]), ...(values.yes ? yes : [])];
  return typeof values.region === 'string' ? { cdk, region: values.region } : { cdk };
};

const say = (line: string) => process.stderr.write(`${line}\n`);

const main = async (command: Command, argv: string[]): Promise<number> => {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${helpOf(command)}\n`);
    return 0;
  }
  const read = readCommand(command, argv);
  if ('problem' in read) {
    say(`${read.problem} (--help shows how)`);
    return 2;
  }
  const who = await deployerIdentity(read.region);
  if ('problem' in who) {
    say(who.problem);
    return 3;
  }
  say(`${command}: account ${who.account}, region ${who.region}`);
  const { status, error } = spawnSync('cdk', read.cdk, { stdio: 'inherit' });
  if (error) {
    say(`the CDK could not be started (${(error as NodeJS.ErrnoException).code}): run it by npm, after npm ci`);
    return 3;
  }
  if (command === 'diff') return status ?? 3;
  if (status === 0)
    say(
      command === 'deploy'
        ? 'Deployed. What is left for a person: infra/aws/README.md, "After a deploy".'
        : 'Destroyed.',
    );
  else if (command === 'deploy') {
    say(
      'Not deployed: the reason stands above. No credentials? aws sso login. A new account or region? npx cdk bootstrap.',
    );
  } else
    say(
      'Not destroyed: the reason stands above. A bucket that is not empty has to be emptied first (infra/aws/README.md, "Destroy").',
    );
  return status ?? 3;
};

/** One of the three commands. Its options are those of the configuration, so this file reads them. */
export const defineCdk =
  (name: Command): Define =>
  (command, does) => {
    command.helpOption(false).allowUnknownOption().argument('[words...]');
    does(command, (words: string[]) => main(name, words));
  };

export const define = defineCdk('deploy');
