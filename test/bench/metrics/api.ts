import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { newRevalidationId } from '../../../shared/domain/ids.ts';
import { abba, type Figure, type Metric, median, quantile } from '../figures.ts';
import { type Place, startApart, startFunctions } from './functions-apart.ts';

const ROUNDS = { warmUp: 10, repetitions: 21 };

/** Invocations of one repetition. */
const SIDE = 50;

const person = { accountId: 'person-of-the-list', enrollmentId: 'ENR-of-the-list' };

/** A decided case, with every field that a webhook run leaves. */
const decided = (nth: number) => {
  const revalidationId = newRevalidationId();
  const at = new Date(Date.now() - nth * 60_000).toISOString();
  const validationId = `VLD${String(nth).padStart(32, '0')}`;
  return {
    pk: `RUN#${revalidationId}`,
    revalidationId,
    ...person,
    userAuthorized: true,
    requested: { subvalidations: ['similarity'], threshold: 0.65 },
    resultMode: 'callback',
    purpose: 'default',
    policyVersion: `POL${'0'.repeat(32)}`,
    media: {
      bucket: 'media',
      key: `inbox/${person.accountId}/${person.enrollmentId}/face.jpg`,
      versionId: `version-${nth}`,
      etag: '0'.repeat(32),
      bytes: 40_000,
      type: 'image/jpeg',
    },
    owner: `arn:aws:states:us-east-1:000000000000:execution:machine:${randomUUID()}`,
    phase: 'approved',
    claimedAt: at,
    trail: ['claimed', 'created', 'moved', 'approved'].map((phase) => ({ phase, at })),
    validationId,
    used: { deadline: at, threshold: 0.65 },
    attempts: [{ n: 1, at, result: 'created', validationId }],
    receipt: { bytes: 40_000, sha256: '0'.repeat(64), movedAt: at },
    outcome: { revalidationId, ...person, status: 'approved', validationId, decidedBy: 'webhook', decidedAt: at },
    announced: at,
    expiresAt: 4_000_000_000,
  };
};

/** The event of a call that IAM has let in. */
const call = (more: object) => ({
  version: '2.0',
  headers: { 'content-type': 'application/json' },
  requestContext: {
    authorizer: { iam: { userArn: 'arn:aws:sts::000000000000:assumed-role/Caller/session' } },
    http: { method: 'GET', path: '/' },
  },
  isBase64Encoded: false,
  ...more,
});

/** C3: the processor time of three calls to the API, against the usual handler that makes the same gets and puts. */
export const calls: Metric = async (say) => {
  const { system, placeOf } = await startApart({ config: { resultMode: 'callback' } });
  const records = Array.from({ length: 20 }, (_, nth) => decided(nth));
  const client = new DynamoDBClient({});
  for (const record of records) {
    await client.send(new PutItemCommand({ TableName: system.table, Item: marshall(record) }));
  }
  client.destroy();
  const sides = { ours: startFunctions(system), theirs: startFunctions(system) };
  const file = join(import.meta.dirname, '../peers/api-sample.ts');
  const body = () =>
    JSON.stringify({
      accountId: `new-${randomUUID()}`,
      enrollmentId: 'ENR1',
      userAuthorized: true,
      upload: { type: 'image/jpeg' },
    });
  const kinds: [string, string, string, () => object][] = [
    ['read one case', 'ReadRevalidation', 'read', () => ({ pathParameters: { id: records[0]?.revalidationId } })],
    ['list twenty cases', 'ListRevalidations', 'list', () => ({ pathParameters: { accountId: person.accountId } })],
    ['start by an upload form', 'StartRevalidation', 'start', () => ({ body: body() })],
  ];
  const figures: Figure[] = [];
  try {
    for (const [what, name, exported, more] of kinds) {
      say(`api: ${what}`);
      const place = placeOf(name);
      const peer: Place = { file, exported, variables: place.variables };
      const events = () => Array.from({ length: SIDE }, () => call(more()));
      const side = (of: keyof typeof sides, at: Place) => async () => {
        const { result, milliseconds } = await sides[of].invoke(at, events());
        const { statusCode } = result as { statusCode: number };
        if (statusCode >= 300) throw new Error(`${what}: ${of} answered ${JSON.stringify(result).slice(0, 300)}`);
        return milliseconds;
      };
      const { a, b, ratios } = await abba(side('ours', place), side('theirs', peer), ROUNDS);
      figures.push(
        {
          metric: 'C3',
          what: `processor time: ${what} / the usual handler`,
          value: median(ratios),
          unit: 'x',
          p95: quantile(ratios, 0.95),
          target: { atMost: 0.8 },
          raw: ratios,
        },
        { metric: 'C3', what: `${what}`, value: median(a), unit: 'ms', raw: a },
        { metric: 'C3', what: `the usual handler: ${what}`, value: median(b), unit: 'ms', raw: b },
      );
    }
    return figures;
  } finally {
    await Promise.all([sides.ours.close(), sides.theirs.close()]);
    await system.close();
  }
};
