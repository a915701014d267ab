import { makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import middy from '@middy/core';
import * as z from 'zod';

/**
 * The usual sample: one file of clients for all functions, the three powers of Powertools as middleware, an idempotent
 * inner function, zod for the input. What a competent team writes in an afternoon from the tools' own documentation.
 */
const logger = new Logger({ serviceName: 'sample' });

const metrics = new Metrics({ namespace: 'sample', serviceName: 'sample' });

const tracer = new Tracer({ serviceName: 'sample' });

const dynamo = tracer.captureAWSv3Client(new DynamoDBClient({}));

const s3 = tracer.captureAWSv3Client(new S3Client({}));

const sfn = tracer.captureAWSv3Client(new SFNClient({}));

const secrets = tracer.captureAWSv3Client(new SecretsManagerClient({}));

const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env.IDEMPOTENCY_TABLE ?? 'idempotency' });

const Event = z.object({
  accountId: z.string().min(1).max(100),
  key: z.string().min(1),
  taskToken: z.string().min(1),
});

const work = makeIdempotent(
  async (event: z.infer<typeof Event>) => {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: 'key' }));
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket: 'media', Key: event.key }));
    await dynamo.send(new PutItemCommand({ TableName: 'ledger', Item: { pk: { S: event.accountId } } }));
    const output = JSON.stringify({ ETag, known: SecretString !== undefined });
    await sfn.send(new SendTaskSuccessCommand({ taskToken: event.taskToken, output }));
    metrics.addMetric('done', MetricUnit.Count, 1);
    return { ok: true };
  },
  { persistenceStore },
);

export const handler = middy()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .use(captureLambdaHandler(tracer))
  .handler(async (event: unknown) => work(Event.parse(event)));
