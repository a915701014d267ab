import { resolver, type Template } from './template.ts';

/** What a deployment tells a person or a program: its names and addresses, by the names of the stack's outputs. */
export type Deployment = { outputs: Record<string, string> };

/**
 * The outputs of the local system, in the form that a stage has.
 * @param origins of the API, and of the stand-in for SQS, whose queues have addresses
 */
export const deploymentOf = (template: Template, origins: { api: string; queues: string }): Deployment => {
  const resolve = resolver(template);
  const output = ([name, { Value }]: [string, { Value: unknown }]): [string, string][] => {
    // Addresses of the API are made by AWS; the local ones are added below.
    if (/Url$/.test(name)) return [];
    const value = String(resolve(Value));
    return [[name, /DeadLetters$/.test(name) ? `${origins.queues}/000000000000/${value}` : value]];
  };
  return {
    outputs: {
      ...Object.fromEntries(Object.entries(template.Outputs).flatMap(output)),
      ApiUrl: origins.api,
      WebhookUrl: `${origins.api}/webhooks/truora`,
    },
  };
};
