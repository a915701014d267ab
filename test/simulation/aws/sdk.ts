import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { checkpoint } from '../virtual/effects.ts';

/** Answers the calls of the AWS SDK, by service and operation. */
export type Aws = Record<
  'dynamodb' | 's3' | 'states' | 'events' | 'secrets' | 'kms',
  Record<string, (input: never) => unknown>
>;

const clients = {
  dynamodb: DynamoDBClient,
  s3: S3Client,
  states: SFNClient,
  events: EventBridgeClient,
  secrets: SecretsManagerClient,
  kms: KMSClient,
} as const;

/** What the client sends at most before it believes itself lost; the real SDK's own retries are left out. */
type Command = { constructor: { name: string }; input: unknown };

/** Writes an effect down as a line says it: the operation, and of the ledger's the item. */
export const nameOf = (operation: string, input: unknown): string => {
  const { Key, Item, IndexName } = input as {
    Key?: { pk?: { S?: string } } | string;
    Item?: { pk?: { S?: string } };
    IndexName?: string;
  };
  const pk = typeof Key === 'object' ? Key.pk?.S : Item?.pk?.S;
  // What stands behind the mark is an id: the kind of the item is what a reader wants to see.
  const kind = pk?.split('#')[0] ?? IndexName;
  return kind ? `${operation} ${kind}` : operation;
};

let aws: Aws;

/** From here on the SDK's calls are answered by these services. */
export const answerSdkBy = (services: Aws): void => {
  aws = services;
};

/** Calls an operation as the SDK of a function would, on the system's own behalf. */
export const ask = (service: keyof Aws, operation: string, input: unknown): unknown => {
  const answer = aws[service][operation];
  // Nothing may be answered by accident: what is not written down here does not exist.
  if (!answer) throw Object.assign(new Error(`${service}:${operation} is not served`), { name: 'NotImplementedError' });
  return answer(input as never);
};

/** Puts the checkpoint into the `send` of each client class, once a process. */
export const installSdk = (): void => {
  for (const [service, client] of Object.entries(clients) as [keyof Aws, { prototype: object }][]) {
    Object.assign(client.prototype, {
      send: (command: Command) => {
        const operation = command.constructor.name.replace(/Command$/, '');
        return checkpoint(nameOf(operation, command.input), () => ask(service, operation, command.input));
      },
    });
  }
};
