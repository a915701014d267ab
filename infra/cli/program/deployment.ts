import { type Command, Option } from 'commander';
import * as z from 'zod/mini';
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

/** What a stage publishes about itself, in a stack of ours or of a user's. */
const Outputs = z.record(z.string(), z.string());

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
  const [{ deployerIdentity }, { readParameter }] = await Promise.all([
    import('../../aws/identity.ts'),
    import('../../aws/read-parameter.ts'),
  ]);
  const identity = await deployerIdentity(region);
  if ('problem' in identity) throw new UsageError(`--stage ${stage}: ${identity.problem}`);
  process.env.AWS_REGION = identity.region;
  const published = await readParameter(stage, 'deployment', identity.region);
  const at = `in ${identity.region} of account ${identity.account}`;
  if (published === undefined)
    throw new UsageError(
      `--stage ${stage}: it is not deployed ${at}: deploy it, or choose another --region or profile`,
    );
  return { outputs: Outputs.parse(JSON.parse(published)), name: `stage ${stage} ${at}`, running: undefined };
};

/** Points the SDK at the running local system, with its credentials. Nothing of the shell's own is left. */
export const connectLocal = (running: RunningSystem): Connected => {
  leaveAws();
  process.env.AWS_ACCESS_KEY_ID = running.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = running.credentials.secretAccessKey;
  pointSdkAt(running.endpoints);
  return { ...running.deployment, name: 'the local system', running };
};

/** A name or an address of a deployment. @throws Error for one that was deployed by an older version */
export const outputOf = ({ outputs, name }: Connected, output: string): string => {
  const value = outputs[output];
  if (value === undefined) throw new Error(`${name} has no output ${output}: deploy it again`);
  return value;
};

/** The settings that the functions of a deployment use. */
export const settingsOf = async (connected: Connected): Promise<Record<string, string>> => {
  const { environmentOf } = await import('../aws/functions.ts');
  return environmentOf(outputOf(connected, 'SweepLedgerFunction'));
};

/** The ledger, with its retention where a command writes. */
export const ledgerOf = (connected: Connected, retentionDays = 0): Ledger => ({
  table: outputOf(connected, 'LedgerTable'),
  retentionDays,
});
