import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { type Config, isProtected } from '../aws/config.ts';
import { readStage, type Stage, StageError, stageFile, stageNames, writeStage } from '../aws/stage-file.ts';
import { ownSteps, type Steps } from './deploy-steps.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { exitCodes } from './program/exit-codes.ts';
import { UsageError } from './program/usage.ts';
import { changesOf } from './setting-changes.ts';
import { flagOf, settingsIn, withSettings } from './setting-flags.ts';
import { takeSettings } from './setting-options.ts';

export type CdkCommand = 'deploy' | 'diff' | 'destroy';

type Options = Record<string, unknown> & { stage?: string; yes?: boolean; unprotect?: boolean };

const descriptions: Record<CdkCommand, string> = {
  deploy:
    'Puts the stack of a stage into the AWS account of your profile (AWS_PROFILE), with the CDK. Asks AWS first for your identity, shows what changes in the settings, and asks.',
  diff: 'Shows what a deployment would change, in the settings and, with the CDK, in the stack. Changes nothing.',
  destroy:
    'Deletes the stack of a stage, with the CDK. Of a protected stage (prod) every bucket, the ledger, the keys of data and evidence, the secrets and the logs stay.',
};

const notes: Record<CdkCommand, string> = {
  deploy: `
A setting is written into the file of the stage (infra/stages/STAGE.json) before the deployment, so that the next one has it.
The file of a protected stage is reviewed, so such a stage takes no setting here.`,
  diff: '',
  destroy: `
S3 deletes no bucket that holds something: first empty every bucket of the stack (infra/aws/README.md, "Destroy").`,
};

/**
 * Declares one of the three commands that start the CDK.
 * @param stepsOf what it does outside this process; tests hand in their own
 */
export const defineCdk =
  (name: CdkCommand, stepsOf = ownSteps): Define =>
  (command, does, context) => {
    command.description(descriptions[name]).option('--stage <name>', 'the stage, which has a file (required)');
    if (name !== 'diff') command.option('--yes', 'do not ask: for pipelines');
    if (name === 'deploy') takeSettings(takeUnprotect(command));
    command.addHelpText(
      'after',
      `${notes[name]}
Exit code: that of the CDK; 1 you said no; 2 invalid arguments, files or credentials; 3 AWS or the CDK could not be asked.`,
    );
    does(command, (options: Options) => work(name, options, stepsOf(), context));
  };

const takeUnprotect = (command: Command): Command =>
  command.option('--unprotect', 'allow this deployment to end the protection of a stage; --yes alone does not');

export const define = defineCdk('deploy');

/** The stage as its file and the command line give it. @throws UsageError and StageError that name what is wrong */
const stageOf = (options: Options, folder: string): { file: Stage; wanted: Stage } => {
  const { stage } = options;
  // The construct's default (dev) does not hold here: a wrong stage costs most.
  if (stage === undefined)
    throw new UsageError(`--stage is required: ${stageNames(folder).join(', ') || 'infra/stages has no file'}`);
  const file = readStage(stage, folder);
  const settings = settingsIn(options);
  const [key] = Object.keys(settings);
  if (key !== undefined && isProtected(file.config))
    throw new UsageError(
      `--${flagOf(key)}: ${stage} is protected: set ${key} in ${stageFile(stage)}, where it is reviewed`,
    );
  return { file, wanted: withSettings(file, settings) };
};

type Deployed = Record<string, unknown> | undefined;

/** Shows what the deployment changes in the settings. @returns whether there is a change */
const showChanges = (deployed: Deployed, config: Config, region: string, { log }: Context): boolean => {
  const changes = changesOf(deployed, config);
  if (!deployed) log(`${config.stage} is not deployed in ${region}. Its settings besides the defaults:`);
  else if (changes.length > 0) log('Settings that change:');
  else log('No setting changes.');
  for (const change of changes) log(`  ${change}`);
  return !deployed || changes.length > 0;
};

const AFTER: Record<CdkCommand, { done: string; failed: (stage: string, region: string) => string }> = {
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

const KEYS_GO =
  'The keys that signed evidence go with this stack, and so does /.well-known/jwks.json: without a copy of it no evidence can be verified.';

const APPROVED: Record<CdkCommand, string[]> = {
  deploy: ['--require-approval', 'never'],
  diff: [],
  destroy: ['--force'],
};

/** Checks the settings against those that are deployed, and asks. @returns whether to go on */
const agreed = async (wanted: Stage, options: Options, region: string, steps: Steps, context: Context) => {
  const { config } = wanted;
  const deployed = await steps.settingsOf(config.stage, region);
  const changes = showChanges(deployed, config, region, context);
  if (deployed?.protection === true && !isProtected(config) && !options.unprotect)
    throw new UsageError(`--unprotect is required: ${config.stage} is protected, and this deployment would end that`);
  return !changes || options.yes || steps.ask('Deploy with these settings? (y/N) ');
};

const work = async (name: CdkCommand, options: Options, steps: Steps, context: Context): Promise<number> => {
  const { folder } = steps;
  const { log } = context;
  let stages: ReturnType<typeof stageOf>;
  try {
    stages = stageOf(options, folder);
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    log(error.message);
    return exitCodes.usage;
  }
  const { file, wanted } = stages;
  const { stage } = wanted.config;
  if (name !== 'diff' && !options.yes && !steps.hasTerminal)
    throw new UsageError('no terminal to ask on: --yes does not ask');
  const identity = await steps.identityOf(wanted.config.region);
  if ('problem' in identity) {
    log(identity.problem);
    return identity.isUnreachable ? exitCodes.failed : exitCodes.usage;
  }
  const { account, region } = identity;
  log(`${name}: account ${account}, region ${region}`);
  if (name === 'diff') showChanges(await steps.settingsOf(stage, region), wanted.config, region, context);
  if (name === 'deploy' && !(await agreed(wanted, options, region, steps, context))) {
    log('Not deployed: nothing was changed.');
    return exitCodes.no;
  }
  if (!isDeepStrictEqual(file.given, wanted.given)) {
    writeStage(stage, wanted.given, folder);
    log(`${stageFile(stage)} has the settings of this command now: commit it.`);
  }
  if (name === 'destroy' && wanted.config.evidence && !isProtected(wanted.config)) log(KEYS_GO);
  const code = steps.cdk([name, '-c', `stage=${stage}`, ...(options.yes ? APPROVED[name] : [])], region);
  const { done, failed } = AFTER[name];
  const last = code === 0 ? done : failed(stage, region);
  if (last) log(last);
  return code;
};
