import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';

const once = <Client>(make: () => Client): (() => Client) => {
  let client: Client | undefined;
  return () => {
    client ??= make();
    return client;
  };
};

/** One client for each service, made at its first use. A function's bundle holds only the clients that it uses. */
export const dynamo = /* @__PURE__ */ once(() => new DynamoDBClient({}));

export const eventBridge = /* @__PURE__ */ once(() => new EventBridgeClient({}));

export const kms = /* @__PURE__ */ once(() => new KMSClient({}));

export const s3 = /* @__PURE__ */ once(() => new S3Client({}));

export const sfn = /* @__PURE__ */ once(() => new SFNClient({}));
