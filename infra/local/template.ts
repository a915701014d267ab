export type Resource = { Type: string; Properties: Record<string, unknown> };

export type Template = {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
  Parameters?: Record<string, { Type: string; Default?: string }>;
};

const region = 'us-east-1';

const accountId = '000000000000';

/** The values of `Fn::GetAtt` and `Ref` of a deployed resource: invented, in AWS's shapes. */
const deployed = (id: string, { Type, Properties }: Resource): { ref: string; [attribute: string]: string } => {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  switch (Type) {
    case 'AWS::S3::Bucket': {
      const name = id.toLowerCase();
      return { ref: name, Arn: `arn:aws:s3:::${name}` };
    }
    case 'AWS::DynamoDB::Table':
      return { ref: id, Arn: arn('dynamodb', `table/${id}`) };
    case 'AWS::SecretsManager::Secret':
      return { ref: arn('secretsmanager', `secret:${id}`) };
    case 'AWS::Lambda::Function':
      return { ref: id, Arn: arn('lambda', `function:${id}`) };
    case 'AWS::StepFunctions::StateMachine': {
      const machine = arn('states', `stateMachine:${String(Properties.StateMachineName ?? id)}`);
      return { ref: machine, Arn: machine };
    }
    case 'AWS::SNS::Topic': {
      const topic = arn('sns', id);
      return { ref: topic, TopicArn: topic };
    }
    case 'AWS::KMS::Key':
      return { ref: id, Arn: arn('kms', `key/${id}`) };
    case 'AWS::SQS::Queue':
      return { ref: id, Arn: arn('sqs', id), QueueName: id };
    case 'AWS::Events::EventBus': {
      const name = String(Properties.Name);
      return { ref: name, Arn: arn('events', `event-bus/${name}`) };
    }
    case 'AWS::Events::Rule':
      return { ref: id, Arn: arn('events', `rule/${id}`) };
    case 'AWS::ApiGatewayV2::Api':
      return { ref: id, ApiEndpoint: `https://${id.toLowerCase()}.execute-api.${region}.amazonaws.com` };
    case 'AWS::EventSchemas::Registry':
      return { ref: id, RegistryName: String(Properties.RegistryName) };
    case 'AWS::IAM::Role':
      return { ref: id, Arn: `arn:aws:iam::${accountId}:role/${id}` };
    default:
      return { ref: id, Arn: arn('local', id) };
  }
};

const pseudo: Record<string, string> = {
  'AWS::Region': region,
  'AWS::AccountId': accountId,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'local',
  'AWS::NoValue': '',
};

/** A template that reads Parameter Store, filled with the parameters of another stack as CloudFormation does it. */
export const suppliedBy = (other: Template, template: Template): Template => {
  const store = new Map(
    resourcesOf(other, 'AWS::SSM::Parameter').map(({ properties: { Name, Value } }) => [Name, Value]),
  );
  const stored = ({ Ref }: { Ref?: string }) => store.get(template.Parameters?.[Ref ?? '']?.Default);
  return JSON.parse(JSON.stringify(template), (_, value) => (value && stored(value)) ?? value);
};

/** Resolves the functions that CDK writes: Ref, GetAtt, Join, Sub, Select and Split. */
export const resolver = ({ Resources }: Template) => {
  const reference = (id: string, attribute?: string): string => {
    const name = pseudo[id];
    if (name !== undefined) return name;
    const resource = Resources[id];
    const value = resource && deployed(id, resource)[attribute ?? 'ref'];
    if (value === undefined)
      throw new TypeError(`the template refers to ${id}.${attribute ?? 'Ref'}, which is unknown here`);
    return value;
  };
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== 'object') return value;
    const [[key, of] = [], ...more] = Object.entries(value);
    if (more.length > 0 || key === undefined) {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner)]));
    }
    switch (key) {
      case 'Ref':
        return reference(of as string);
      case 'Fn::GetAtt':
        return reference(...(of as [string, string]));
      case 'Fn::Join': {
        const [separator, parts] = of as [string, unknown[]];
        return parts.map(resolve).join(separator);
      }
      case 'Fn::Sub':
        return (of as string).replace(/\$\{([^}.]+)(?:\.([^}]+))?\}/g, (_, id, attribute) => reference(id, attribute));
      case 'Fn::Select': {
        const [index, list] = of as [number, unknown];
        return (resolve(list) as unknown[])[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = of as [string, unknown];
        return String(resolve(text)).split(separator);
      }
      default:
        return { [key]: resolve(of) };
    }
  };
  return resolve;
};

/** The resources of one type with resolved values. `ref` is the value of `Ref`, for some types the ARN. */
export const resourcesOf = (
  template: Template,
  type: string,
): { id: string; ref: string; arn: string; properties: Record<string, unknown> }[] => {
  const resolve = resolver(template);
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, resource]) => ({
      id,
      ref: deployed(id, resource).ref,
      arn: deployed(id, resource).Arn ?? deployed(id, resource).ref,
      properties: resolve(resource.Properties ?? {}) as Record<string, unknown>,
    }));
};
