/** The template of the default deployment and of prod, and what its tests read of it. */

import { Config } from '../../infra/aws/config.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { fileOf, functionsOf } from '../../shared/workflow/functions.ts';
import { synthesized } from './synthesized.ts';

export const config = Config.parse({});

export const template = synthesized(config);

/** The functions of this deployment. */
export const deployed = functionsOf(config);

export const prod = synthesized(Config.parse({ stage: 'prod' }));

/** A resource as CloudFormation reads it, with what the local system has no use for. */
export type Raw = Template['Resources'][string] & {
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  DependsOn?: string[];
};

export const rawOf = (of: Template, type: string): [string, Raw][] =>
  Object.entries(of.Resources as Record<string, Raw>).filter(([, { Type }]) => Type === type);

/** @param part of the id, where there are several of a type */
export const only = (of: Template, type: string, part = /./): Raw & { id: string } => {
  const [[id, resource] = [], ...more] = rawOf(of, type).filter(([one]) => part.test(one));
  if (!id || !resource || more.length > 0) throw new TypeError(`there is not exactly one ${type}`);
  return { ...resource, id };
};

/** The one resource of a type with every value resolved, as the local system reads it. */
export const resolvedOf = (of: Template, type: string, part = /./) => {
  const [found, ...more] = resourcesOf(of, type).filter(({ id }) => part.test(id));
  if (!found || more.length > 0) throw new TypeError(`there is not exactly one ${type}`);
  return found;
};

/** The bucket of media, by a part of its id. */
export const MEDIA = /^StorageMedia/;

/** The key of media and ledger, by the reference that the template makes to it. */
export const dataKey = (() => {
  const [id = ''] = rawOf(template, 'AWS::KMS::Key').find(([one]) => one.includes('DataKey')) ?? [];
  return { id, arn: { 'Fn::GetAtt': [id, 'Arn'] } };
})();

export type Statement = {
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  Principal?: unknown;
  Condition?: unknown;
};

export const statementsOf = (of: Template, type: string): { id: string; statement: Statement }[] =>
  resourcesOf(of, type).flatMap(({ id, properties }) =>
    (properties.PolicyDocument as { Statement: Statement[] }).Statement.map((statement) => ({ id, statement })),
  );

export const functionOf = (name: string) => {
  const found = resourcesOf(template, 'AWS::Lambda::Function').find(
    ({ properties }) => properties.Handler === `${fileOf(name)}.handler`,
  );
  if (!found) throw new TypeError(`no function has the handler of ${name}`);
  return found.properties as { Timeout: number; Runtime: string; Environment?: { Variables: Record<string, string> } };
};
