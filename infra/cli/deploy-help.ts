import { Config, stageKeys } from '../aws/config.ts';
import { flagOf } from './setting-flags.ts';

export type Command = 'deploy' | 'diff' | 'destroy';

const does: Record<Command, string> = {
  deploy:
    'Puts the stack into the AWS account of your profile (AWS_PROFILE), with the CDK. Asks AWS first for your identity, shows what changes in the settings, and asks. --yes does not ask: for pipelines.',
  diff: 'Shows what a deployment would change, in the settings and, with the CDK, in the stack. Changes nothing.',
  destroy:
    'Takes the stack of a stage away, with the CDK. Of a protected stage (prod) the bucket, the ledger, their key and the secrets stay. Asks; --yes does not.',
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The options that are settings, with the default of each: those of the configuration, so there is no second list. */
const settingRows = (): string[] => {
  const defaults = Config.parse({}) as Record<string, unknown>;
  return [
    '',
    'The settings are in infra/stages/{stage}.json (meaning and bounds: infra/aws/README.md, "Settings"). An option writes one',
    'into that file before the deployment; a protected stage takes none. What holds for a key that is not in the file:',
    ...stageKeys.map(
      (key) => `  --${flagOf(key).padEnd(26)} ${defaults[key] === undefined ? 'none' : textOf(defaults[key])}`,
    ),
  ];
};

/** What `--help` says. */
export const helpOf = (command: Command): string =>
  [
    `npm run ${command} -- --stage dev${command === 'diff' ? '' : ' [--yes]'}${command === 'deploy' ? ' [settings]' : ''}`,
    '',
    does[command],
    ...(command === 'deploy' ? settingRows() : []),
    ...(command === 'destroy'
      ? [
          '',
          'S3 deletes no bucket that holds something: empty the media bucket first (infra/aws/README.md, "Destroy").',
        ]
      : []),
  ].join('\n');
