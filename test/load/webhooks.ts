import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { putMedia } from '../../infra/local/put-media.ts';
import { signWebhook } from '../../shared/truora/webhook.ts';
import { dropped, fileOf, photo, someone } from '../support/drops.ts';
import type { Sending, Sent } from './forger.ts';
import { brokenOf, count, inParallel, type Observed, type Result, textOf } from './result.ts';

/** Genuine cases that run beside the flood: as many as a laptop works on while it answers. */
const GENUINE = 20;

/** How many validations that do not exist the forged webhooks name. */
const INVENTED = 200;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const hs256 = (key: string, content: string) => createHmac('sha256', key).update(content).digest('base64url');

/** Forged webhooks about a validation: of another key, without a signature, by another algorithm, changed, or no token. */
const forgeriesAbout = async (validationId: string, key: string): Promise<string[]> => {
  const about = { iss: 'Truora', events: [{ event_action: 'succeeded', object: { validation_id: validationId } }] };
  const genuine = await signWebhook({ iss: 'Truora', events: [] }, key);
  const [header, , signature] = genuine.split('.');
  const unsigned = `${part({ alg: 'none', typ: 'JWT' })}.${part(about)}`;
  const otherwise = `${part({ alg: 'HS512', typ: 'JWT' })}.${part(about)}`;
  return [
    await signWebhook(about, randomBytes(32).toString('hex')),
    `${unsigned}.`,
    `${otherwise}.${hs256(key, otherwise)}`,
    `${header}.${part(about)}.${signature}`,
    JSON.stringify(about),
  ];
};

type Item = { pk: string; notification?: unknown; lateWebhookAt?: unknown };

const itemsOf = async (TableName: string): Promise<Item[]> => {
  const client = new DynamoDBClient({});
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName }))
    items.push(...Items.map((item) => unmarshall(item) as Item));
  client.destroy();
  return items;
};

/** A case that Truora never decides, once it can be called about. */
const undecided = async ({ system }: Observed): Promise<{ validationId: string; stop: () => void }> => {
  const { accountId, enrollmentId } = await someone(system, '-never');
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const versionId = await putMedia(system, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
  const { executionArn } = await system.executionOf(versionId);
  for (;;) {
    const { validationId, phase } = (await system.recordsOf(accountId)).records[0] ?? {};
    if (validationId && phase === 'moved') return { validationId, stop: () => system.machine.stop(executionArn) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/**
 * Sends forged webhooks by HTTP, so many a second, while genuine cases run.
 * @param genuine how many of those
 */
export const floodWebhooks = async (
  observed: Observed,
  perSecond: number,
  seconds: number,
  genuine = GENUINE,
): Promise<Result> => {
  const { system, logs, progress } = observed;
  const key = JSON.parse([...system.secrets.values()].find((secret) => secret.startsWith('[')) ?? '[]')[0] as string;
  const { validationId: open, stop } = await undecided(observed);
  const invented = Array.from({ length: INVENTED }, () => `VLD${randomBytes(16).toString('hex')}`);
  const bodies = (await Promise.all([open, ...invented].map((id) => forgeriesAbout(id, key)))).flat();
  const refusedBefore = logs.refusedWebhooks;

  const sending: Sending = { url: system.webhookUrl, perSecond, seconds, bodies };
  const forger = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'forger.ts')]);
  forger.child.stdin?.end(JSON.stringify(sending));
  const ends: string[] = [];
  const people = await Promise.all(Array.from({ length: genuine }, () => someone(system)));
  await inParallel(people, genuine, async ({ accountId, enrollmentId }) => {
    await dropped(system, { key: `inbox/${accountId}/${enrollmentId}/a.jpg` });
    ends.push((await system.recordsOf(accountId)).records[0]?.outcome?.status ?? 'open');
    progress(`${ends.length} of ${genuine} genuine cases ended`);
  });
  const sent: Sent = JSON.parse((await forger).stdout);
  const items = await itemsOf(system.table);
  stop();
  const isAbout = ({ pk }: Item, id: string) => pk.endsWith(`#${id}`);
  const rate = (count: number, time: number) => Math.round(count / time);
  return {
    line:
      `${sent.sent} forged webhooks sent at ${rate(sent.sent, sent.sendingSeconds)} a second, answered at ` +
      `${rate(sent.sent, sent.seconds)} a second (${textOf(sent.statuses)}); genuine cases beside them: ${textOf(count(ends))}`,
    broken: brokenOf({
      'each forged webhook is refused with 401': sent.statuses['401'] === perSecond * seconds,
      'each refusal is counted, and no genuine webhook is refused': logs.refusedWebhooks - refusedBefore === sent.sent,
      'nothing is stored about a validation that only a forged webhook names': !items.some((item) =>
        invented.some((id) => isAbout(item, id)),
      ),
      'no forged webhook is recorded for an open case': !items.some(
        (item) => isAbout(item, open) && item.notification !== undefined,
      ),
      'each genuine case ends approved': ends.length === genuine && ends.every((end) => end === 'approved'),
    }),
  };
};
