import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import middy from '@middy/core';
import * as z from 'zod';

/** The usual handlers of an API on DynamoDB, which make the same gets and puts as ours: Powertools' middleware, the document client, zod. */
const logger = new Logger({ serviceName: 'sample' });

const metrics = new Metrics({ namespace: 'sample', serviceName: 'sample' });

const tracer = new Tracer({ serviceName: 'sample' });

const documents = DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient({})));

const s3 = tracer.captureAWSv3Client(new S3Client({}));

const TableName = process.env.TABLE_NAME;

const Case = z.object({
  revalidationId: z.string(),
  accountId: z.string(),
  enrollmentId: z.string(),
  phase: z.enum(['claimed', 'created', 'moved', 'approved', 'declined', 'expired', 'failed']),
  claimedAt: z.iso.datetime(),
  media: z.object({ key: z.string(), bytes: z.number(), type: z.string() }),
  requested: z.object({ threshold: z.number() }),
  trail: z.array(z.object({ phase: z.string(), at: z.iso.datetime() })),
  outcome: z.object({ status: z.string(), decidedAt: z.iso.datetime() }).optional(),
});

const Body = z.object({
  accountId: z.string().min(1).max(100),
  enrollmentId: z.string().min(1).max(100),
  userAuthorized: z.literal(true),
  upload: z.object({ type: z.enum(['image/jpeg', 'image/png', 'video/mp4']) }),
});

type Event = { pathParameters?: Record<string, string>; body?: string };

const answer = (statusCode: number, body: unknown) => {
  metrics.addMetric('answered', MetricUnit.Count, 1);
  logger.info('done', { statusCode });
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
};

const usual = (run: (event: Event) => Promise<object>) =>
  middy()
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(captureLambdaHandler(tracer))
    .handler(async (event: unknown) => run(event as Event));

const get = (pk: string) => documents.send(new GetCommand({ TableName, Key: { pk }, ConsistentRead: true }));

export const read = usual(async ({ pathParameters }) => {
  const id = z.string().parse(pathParameters?.id);
  const [{ Item }] = await Promise.all([get(`RUN#${id}`), get(`TICKET#${id}`)]);
  return answer(200, Case.parse(Item));
});

export const list = usual(async ({ pathParameters }) => {
  const accountId = z.string().parse(pathParameters?.accountId);
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName,
      IndexName: 'by-person',
      KeyConditionExpression: 'accountId = :of',
      ExpressionAttributeValues: { ':of': accountId },
      ScanIndexForward: false,
      Limit: 20,
    }),
  );
  const { Responses = {} } = await documents.send(
    new BatchGetCommand({
      RequestItems: { [String(TableName)]: { Keys: Items.map(({ pk }) => ({ pk })), ConsistentRead: true } },
    }),
  );
  const cases = Object.values(Responses).flat();
  return answer(200, { cases: cases.map((one) => Case.parse(one)) });
});

export const start = usual(async ({ body = '{}' }) => {
  const { accountId, enrollmentId, upload } = Body.parse(JSON.parse(body));
  const id = `RVL${randomUUID().replaceAll('-', '')}`;
  await get(`ERASED#${accountId}`);
  const Key = `inbox/${accountId}/${enrollmentId}/${id}`;
  await documents.send(
    new PutCommand({
      TableName,
      Item: { pk: `TICKET#${id}`, accountId, enrollmentId, key: Key, expiresAt: Math.floor(Date.now() / 1000) + 900 },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
  const form = await createPresignedPost(s3, {
    Bucket: String(process.env.MEDIA_BUCKET),
    Key,
    Conditions: [
      ['content-length-range', 1, 10_000_000],
      ['eq', '$Content-Type', upload.type],
    ],
    Fields: { 'Content-Type': upload.type },
    Expires: 900,
  });
  return answer(202, { revalidationId: id, upload: form });
});
