import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { isDeepStrictEqual } from 'node:util';
import { Config, isProtected } from '../aws/config.ts';
import { deployedSettings } from '../aws/deployed-settings.ts';
import { deployerIdentity } from '../aws/identity.ts';
import {
  readStage,
  type Stage,
  StageError,
  stageFile,
  stageFolder,
  stageNames,
  writeStage,
} from '../aws/stage-file.ts';
import { type Command, helpOf } from './deploy-help.ts';
import { readWords, UsageError } from './parse-arguments.ts';
import type { Define } from './program/define.ts';
import { changesOf } from './setting-changes.ts';
import { flagOf, settingsIn, withSettings } from './setting-flags.ts';

export type { Command } from './deploy-help.ts';

/** What a command does outside this process, and whether a person can answer it. */
export type Steps = {
  /** The folder of the stage files. */
  folder: string;
  identityOf: typeof deployerIdentity;
  settingsOf: typeof deployedSettings;
  /** Runs the CDK's command line. @returns its exit code */
  cdk: (args: string[], region: string) => number;
  /** Asks the person, who has to type `y`. */
  ask: (question: string) => Promise<boolean>;
  hasTerminal: boolean;
  log: (line: string) => void;
};

/**
 * Reads the words after `npm run deploy --`. There is no default stage: a wrong one costs most.
 * @throws UsageError that names the word
 */
const readCommand = (command: Command, argv: string[], folder: string) => {
  const settings = command === 'deploy' ? Object.keys(Config.shape).map(flagOf) : ['stage'];
  const options = Object.fromEntries(settings.map((flag) => [flag, { type: 'string' as const }]));
  const yesOption = command === 'diff' ? {} : { yes: { type: 'boolean' as const } };
  const { values } = readWords({ args: argv, options: { ...options, ...yesOption } });
  const { stage, yes } = values as Record<string, unknown>;
  if (typeof stage !== 'string')
    throw new UsageError(`--stage is required: ${stageNames(folder).join(', ') || 'infra/stages has no file'}`);
  return { stage, yes: yes === true, settings: settingsIn(values) };
};

/** The stage as its file and the command line give it. @throws UsageError and StageError that name what is wrong */
const stageOf = (
  { stage, settings }: ReturnType<typeof readCommand>,
  folder: string,
): { file: Stage; wanted: Stage } => {
  const file = readStage(stage, folder);
  const [key] = Object.keys(settings);
  if (key !== undefined && isProtected(file.config))
    throw new UsageError(
      `--${flagOf(key)}: ${stage} is protected: set ${key} in ${stageFile(stage)}, where it is reviewed`,
    );
  return { file, wanted: withSettings(file, settings) };
};

/** Shows what the deployment changes in the settings. @returns whether there is a change */
const showChanges = async (config: Config, region: string, { settingsOf, log }: Steps): Promise<boolean> => {
  const deployed = await settingsOf(config.stage, region);
  const changes = changesOf(deployed, config);
  if (!deployed) log(`${config.stage} is not deployed in ${region}. Its settings besides the defaults:`);
  else if (changes.length > 0) log('Settings that change:');
  else log('No setting changes.');
  for (const change of changes) log(`  ${change}`);
  return !deployed || changes.length > 0;
};

const AFTER: Record<Command, { done: string; failed: (stage: string, region: string) => string }> = {
  deploy: {
    done: 'Deployed. What is left for a person: infra/aws/README.md, "After a deploy".',
    failed: (stage) =>
      `Not deployed: the reason stands above. A new account or region? npx cdk bootstrap -c stage=${stage}`,
  },
  diff: { done: '', failed: () => 'No difference shown: the reason stands above.' },
  destroy: {
    done: 'Destroyed.',
    failed: (stage, region) =>
      `Not destroyed: the reason stands above. Is the stack protected? aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name face-revalidation-${stage} --region ${region}. A bucket with content has to be emptied first (infra/aws/README.md, "Destroy").`,
  },
};

const APPROVED: Record<Command, string[]> = {
  deploy: ['--require-approval', 'never'],
  diff: [],
  destroy: ['--force'],
};

const work = async (command: Command, argv: string[], steps: Steps): Promise<number> => {
  const { folder, log } = steps;
  const flags = readCommand(command, argv, folder);
  const { file, wanted } = stageOf(flags, folder);
  if (command !== 'diff' && !flags.yes && !steps.hasTerminal)
    throw new UsageError('no terminal to ask on: --yes does not ask');
  const identity = await steps.identityOf(wanted.config.region);
  if ('problem' in identity) {
    log(identity.problem);
    return identity.isUnreachable ? 3 : 2;
  }
  const { account, region } = identity;
  log(`${command}: account ${account}, region ${region}`);
  const changes = command !== 'destroy' && (await showChanges(wanted.config, region, steps));
  if (command === 'deploy' && changes && !flags.yes && !(await steps.ask('Deploy with these settings? (y/N) '))) {
    log('Not deployed: nothing was changed.');
    return 1;
  }
  if (!isDeepStrictEqual(file.given, wanted.given)) {
    writeStage(flags.stage, wanted.given, folder);
    log(`${stageFile(flags.stage)} has the settings of this command now: commit it.`);
  }
  const args = [command, '-c', `stage=${flags.stage}`, ...(flags.yes ? APPROVED[command] : [])];
  const code = steps.cdk(args, region);
  const { done, failed } = AFTER[command];
  const last = code === 0 ? done : failed(flags.stage, region);
  if (last) log(last);
  return code;
};

/** @throws Error when the CDK's command line is not there */
const runCdk: Steps['cdk'] = (args, region) => {
  // The settings were compared in this region, so the CDK deploys there and nowhere else.
  const { status, error } = spawnSync('cdk', args, { stdio: 'inherit', env: { ...process.env, AWS_REGION: region } });
  if (error)
    throw new Error(
      `the CDK could not be started (${(error as NodeJS.ErrnoException).code}): run it by npm, after npm ci`,
    );
  return status ?? 3;
};

/** A closed input is a no. */
const askPerson: Steps['ask'] = async (question) => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(question), closed]);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
};

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const ownSteps = (): Steps => ({
  folder: stageFolder,
  identityOf: deployerIdentity,
  settingsOf: deployedSettings,
  cdk: runCdk,
  ask: askPerson,
  hasTerminal: process.stdin.isTTY === true,
  log,
});

/**
 * Deploys or destroys a stage, or shows what would change: checks words and stage file, asks AWS for the identity and the deployed
 * settings, shows what changes in them, asks, and starts the CDK.
 * @returns the exit code: the CDK's, 1 when the person says no, 2 for invalid arguments, files or credentials, 3 when AWS or the CDK
 * could not be asked
 */
export const runDeployment = async (command: Command, argv: string[], steps: Steps = ownSteps()): Promise<number> => {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${helpOf(command)}\n`);
    return 0;
  }
  try {
    return await work(command, argv, steps);
  } catch (error) {
    const { message } = error as Error;
    const isUsage = error instanceof UsageError;
    steps.log(isUsage ? `${message} (--help shows how)` : message);
    return isUsage || error instanceof StageError ? 2 : 3;
  }
};

/** One of the three commands. Its options are those of the configuration, so this file reads them. */
export const defineCdk =
  (name: Command): Define =>
  (command, does) => {
    command.helpOption(false).allowUnknownOption().argument('[words...]');
    does(command, (words: string[]) => runDeployment(name, words));
  };

export const define = defineCdk('deploy');
