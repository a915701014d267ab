import { type Command, Option } from 'commander';
import type { Ledger } from '../../../shared/ledger/records.ts';
import { Config } from '../../aws/config.ts';
import { leaveAws, pointSdkAt } from '../../local/credentials.ts';
import type { Deployment } from '../../local/deployment.ts';
import type { Context } from './context.ts';
import { type RunningSystem, requireRunning } from './running-system.ts';
import { parseArgument, UsageError } from './usage.ts';

/** What a command works on: the running local system, or a stage in AWS. */
export type Connected = Deployment & {
  /** Its name in sentences. */
  name: string;
  /** Only of the local system. */
  running: RunningSystem | undefined;
};

export type StageOptions = { stage?: string; region?: string };

/** Adds the options that choose a stage in AWS in place of the local system. */
export const takeStage = (command: Command): Command =>
  command
    .addOption(
      new Option('--stage <name>', 'a stage in AWS, by your credentials; the running local system when left out'),
    )
    .addOption(new Option('--region <region>', 'the region of the stage; what your profile says when left out'));

/**
 * Connects the SDK's clients to the local system or to a stage.
 * @throws UsageError without credentials, for an unknown stage, and where no local system runs
 */
export const connect = async (
  { stage, region }: StageOptions,
  { stateFolder }: Pick<Context, 'stateFolder'>,
): Promise<Connected> => {
  if (stage === undefined) {
    if (region !== undefined) throw new UsageError('--region: needs --stage');
    return connectLocal(requireRunning(stateFolder));
  }
  parseArgument(Config.shape.stage, stage, '--stage');
  parseArgument(Config.shape.region, region, '--region');
  const [{ deployerIdentity }, { readStack, stackOf }] = await Promise.all([
    import('../../aws/identity.ts'),
    import('../aws/stack.ts'),
  ]);
  const identity = await deployerIdentity(region);
  if ('problem' in identity) throw new UsageError(`--stage ${stage}: ${identity.problem}`);
  process.env.AWS_REGION = identity.region;
  const stack = await readStack(stage);
  const at = `in ${identity.region} of account ${identity.account}`;
  if (!stack) throw new UsageError(`--stage ${stage}: there is no stack ${stackOf(stage)} ${at}`);
  return { ...stack, name: `stage ${stage} ${at}`, running: undefined };
};

/** Points the SDK at the running local system, with its credentials. Nothing of the shell's own is left. */
export const connectLocal = (running: RunningSystem): Connected => {
  leaveAws();
  process.env.AWS_ACCESS_KEY_ID = running.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = running.credentials.secretAccessKey;
  pointSdkAt(running.endpoints);
  return { ...running.deployment, name: 'the local system', running };
};

/** @throws Error for a stack that was deployed by an older version */
export const outputOf = ({ outputs, name }: Connected, output: string): string => {
  const value = outputs[output];
  if (value === undefined) throw new Error(`${name} has no output ${output}: deploy it again`);
  return value;
};

/**
 * The id in AWS of a resource, by its type and a part of its id in the template.
 * @throws Error when there is none, or more than one
 */
export const resourceOf = ({ resources, name }: Connected, type: string, part: RegExp): string => {
  const [found, ...more] = resources.filter((one) => one.type === type && part.test(one.id));
  if (!found || more.length > 0)
    throw new Error(`${name} has ${more.length + (found ? 1 : 0)} resources ${type} ${part}`);
  return found.ref;
};

/** The name in AWS of one of our functions. */
export const functionOf = (connected: Connected, name: string): string =>
  resourceOf(connected, 'AWS::Lambda::Function', new RegExp(`Functions${name}[0-9A-F]{8}$`));

/** The settings that the functions of a deployment use. */
export const settingsOf = async (connected: Connected): Promise<Record<string, string>> => {
  const { environmentOf } = await import('../aws/functions.ts');
  return environmentOf(functionOf(connected, 'SweepLedger'));
};

/** The ledger, with its retention where a command writes. */
export const ledgerOf = (connected: Connected, retentionDays = 0): Ledger => ({
  table: outputOf(connected, 'LedgerTable'),
  retentionDays,
});
