import { resolver, resourcesOf, type Template } from './template.ts';

/** The resources of a stack, as CloudFormation names them: the id in the template, the type, and the id in AWS. */
export type StackResource = { id: string; type: string; ref: string };

/** What a stack tells a person or a program that looks for its resources. */
export type Deployment = { outputs: Record<string, string>; resources: readonly StackResource[] };

/** Types of resources that operators look for. */
const types = [
  'AWS::DynamoDB::Table',
  'AWS::Lambda::Function',
  'AWS::SecretsManager::Secret',
  'AWS::SQS::Queue',
  'AWS::StepFunctions::StateMachine',
];

/**
 * The outputs and resources of the local system, in the form that CloudFormation gives for a stage.
 * @param origins of the API, and of the stand-in for SQS, whose queues have addresses
 */
export const deploymentOf = (template: Template, origins: { api: string; queues: string }): Deployment => {
  const resolve = resolver(template);
  const output = ([name, { Value }]: [string, { Value: unknown }]): [string, string][] => {
    // Addresses of the API are made by AWS; the local ones are added below.
    if (/Url$/.test(name)) return [];
    return [[name, String(resolve(Value))]];
  };
  const webhookPath = '/webhooks/truora';
  return {
    outputs: {
      ...Object.fromEntries(Object.entries(template.Outputs).flatMap(output)),
      ApiUrl: origins.api,
      WebhookUrl: `${origins.api}${webhookPath}`,
    },
    resources: types.flatMap((type) =>
      resourcesOf(template, type).map(({ id, ref }) => ({
        id,
        type,
        ref: type === 'AWS::SQS::Queue' ? `${origins.queues}/000000000000/${id}` : ref,
      })),
    ),
  };
};
