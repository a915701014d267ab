import type { Config } from './config.ts';

/** What a stage publishes in Parameter Store, by the last part of the parameter's name. */
export const parameters = {
  'machine-arn': 'The state machine that re-validates a face.',
  'ledger-table': 'The table of records.',
  'event-bus': 'The bus on which outcomes are announced.',
  'media-bucket': 'The bucket that takes media.',
  'data-key-arn': 'The customer key of the bucket and the table.',
  'api-url': 'The address of the API.',
  'webhook-url': "The address for Truora's webhooks.",
  deployment: 'The names of everything that the command line uses, as JSON.',
  settings: 'The settings in effect, as JSON. The next deployment shows what it changes.',
} as const;

export type ParameterName = keyof typeof parameters;

/** Where a stage publishes a value, for stacks and tools that know only the stage: `/face-revalidation-prod/api-url`. */
export const parameterOf = ({ stage }: Pick<Config, 'stage'>, name: ParameterName): string =>
  `/face-revalidation-${stage}/${name}`;
