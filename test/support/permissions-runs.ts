import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { RoleCall } from '../../infra/local/iam/roles.ts';
import type { LocalSystem, LocalSystemOptions } from '../../infra/local/local-system.ts';
import { drop, putMedia } from '../../infra/local/put-media.ts';
import type { Execution } from '../../infra/local/state-machine.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { newRevalidationId } from '../../shared/domain/ids.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { calling, upload } from './callers.ts';
import { consentBody } from './consent.ts';
import { fileOf, photo, someone as someoneIn, video } from './drops.ts';
import { agedIn, dueIn, dueNow } from './follow-ups.ts';
import { holderOf } from './permissions.ts';
import { captureRuns, PAGE } from './permissions-capture.ts';
import { consentRuns } from './permissions-consent.ts';
import { consoleRuns } from './permissions-console.ts';
import { erasureRuns } from './permissions-erasure.ts';

type Person = { accountId: string; enrollmentId: string; consentReceiptId: string };

/** A system in which each of the runs can happen: a budget to count on, retries, no waiting for the age of a drop, receipts of consent. */
export const settingsOfRuns: Pick<LocalSystemOptions, 'config' | 'sandboxSettings'> = {
  config: { dailyBudget: 10_000, allowedRetries: 1, unclaimedMinutes: 0, consentMode: 'receipt', captureUrl: PAGE },
  // Slow enough to be canceled before; a late webhook comes after the callback timeout.
  sandboxSettings: { slowMs: 3000, webhookLateMs: 3000 },
};

/**
 * Everything that has to happen for each permission to be used once. A permission that none of these uses fails the test of the
 * permissions by its name: then it is removed, or its use is added here, by one entry more.
 * @param system stands on the settings above
 * @param called waits for a call
 * @param until asks again and again, as long as the runs go on
 */
export const runsIn = (
  system: LocalSystem,
  called: (isIt: (one: RoleCall) => boolean) => Promise<void>,
  until: (isThere: () => Promise<boolean> | boolean) => Promise<void>,
) => {
  const call = calling(system);

  /** Waits until a function has made a call about an item of this key. */
  const untilCalled = (holder: string, action: string, key: string) =>
    called(
      (one) =>
        holderOf(one.role) === holder &&
        one.action === `dynamodb:${action}` &&
        Object.values(one.context ?? {}).some((keys) => keys.includes(key)),
    );

  const withLedger = async <Answer>(ask: (dynamo: DynamoDBClient) => Promise<Answer>): Promise<Answer> => {
    const dynamo = new DynamoDBClient({});
    return ask(dynamo).finally(() => dynamo.destroy());
  };
  /** Puts an item into the ledger in the place of any other under its key. */
  const stand = (item: Record<string, unknown>) =>
    withLedger((dynamo) => dynamo.send(new PutItemCommand({ TableName: system.table, Item: marshall(item) })));
  const remove = (pk: string) =>
    withLedger((dynamo) => dynamo.send(new DeleteItemCommand({ TableName: system.table, Key: { pk: { S: pk } } })));
  const itemAt = (pk: string): Promise<Record<string, unknown>> =>
    withLedger(async (dynamo) => {
      const Key: Record<string, AttributeValue> = { pk: { S: pk } };
      const { Item } = await dynamo.send(new GetItemCommand({ TableName: system.table, Key, ConsistentRead: true }));
      return Item ? unmarshall(Item) : {};
    });

  /** Deletes a version for good, as the owner of the bucket may. */
  const takeAway = async (Key: string, VersionId: string) => {
    const s3 = new S3Client({ endpoint: system.s3Origin, region: 'us-east-1', credentials: system.credentials });
    await s3.send(new DeleteObjectCommand({ Bucket: system.bucket, Key, VersionId })).finally(() => s3.destroy());
  };

  /** A person with a receipt of consent. */
  const someone = async (suffix = ''): Promise<Person> => {
    const who = await someoneIn(system, suffix);
    const { content } = await call('POST /consents', { body: consentBody({ accountId: who.accountId }) });
    return { ...who, consentReceiptId: (content as unknown as { receiptId: string }).receiptId };
  };

  const dropOf = async (suffix: string, resultMode: 'callback' | 'poll' = 'callback') => {
    const who = await someone(suffix);
    const versionId = await drop(system, { file: fileOf(photo), ...who, name: 'a.jpg', options: { resultMode } });
    return { who, versionId, execution: await system.executionOf(versionId) };
  };

  /** A drop from its beginning to its end, and the same event once more. */
  const walk = async (suffix: string, resultMode: 'callback' | 'poll' = 'callback') => {
    const { who, execution, versionId } = await dropOf(suffix, resultMode);
    await execution.ended;
    await Promise.all(system.redeliver(versionId).map(({ ended }) => ended));
    return { who, outcome: execution.output as Outcome };
  };

  const recordOnce = async ({ accountId }: Person, phase: string) => {
    let { records } = await system.recordsOf(accountId);
    await until(async () => {
      ({ records } = await system.recordsOf(accountId));
      return records[0]?.phase === phase;
    });
    const [{ revalidationId = '', claimedAt = '', validationId = '' } = {}] = records;
    return { revalidationId, claimedAt, validationId };
  };

  const expired = { owner: 'another', phase: 'canceled', trail: [], expiresAt: 1 };
  /** A drop whose record, once it is in this phase, is another execution's and has expired: its end is written again. */
  const outlive = async (suffix: string, phase: string) => {
    const { who, execution } = await dropOf(suffix);
    const { revalidationId, claimedAt } = await recordOnce(who, phase);
    await stand({ pk: `RUN#${revalidationId}`, revalidationId, accountId: who.accountId, claimedAt, ...expired });
    await execution.ended;
  };

  const media = async (folder: 'inbox' | 'media', { accountId }: Person, bytes = photo) => {
    const key = folder === 'inbox' ? `inbox/${accountId}/x` : `media/${accountId}`;
    return { key, versionId: await putMedia(system, { key, file: fileOf(bytes) }) };
  };

  const asking = (who: Person, of: object, more: object = {}, name?: string): Execution =>
    system.machine.start({ request: { kind: 'call', ...who, userAuthorized: true, media: of, ...more } }, name);
  const ask = async (...asked: Parameters<typeof asking>): Promise<Outcome> => {
    const execution = asking(...asked);
    await execution.ended;
    const { status, error, cause, output } = execution;
    if (output === undefined) throw new Error(`${status} ${error}: ${cause}`);
    return output as Outcome;
  };

  const ticketFor = async (suffix = '', headers: Record<string, string> = {}) => {
    const who = await someone(suffix);
    const body = { ...who, userAuthorized: true, upload: { type: 'image/jpeg' } };
    const { content } = await call('POST /revalidations', { body, headers });
    return { who, body, id: content.revalidationId, form: content.upload };
  };

  const start = async (who: Person, of: object, more: object = {}): Promise<string> => {
    const body = { ...who, userAuthorized: true, media: of, ...more };
    return (await call('POST /revalidations', { body })).content.revalidationId;
  };

  const phaseOf = async (id: string) => (await call(`GET /revalidations/${id}`)).content.phase;
  const untilAnnounced = (id: string) => until(async () => (await system.record(id))?.announced !== undefined);

  /** A record of an unknown execution, left to the sweep. */
  const standLost = async (phase: string) => {
    const revalidationId = newRevalidationId();
    const { accountId } = await someone();
    const owner = `${system.machine.arn.replace(':stateMachine:', ':execution:')}:unknown`;
    const claimedAt = new Date().toISOString();
    const record = { revalidationId, accountId, owner, phase, claimedAt, trail: [], ...dueNow(revalidationId) };
    await stand({ pk: `RUN#${revalidationId}`, ...record });
  };

  const woken = async (name: string): Promise<void> => {
    const [how] = await system.sweep(name);
    if (!how || 'error' in how) throw new Error(`${name}: ${JSON.stringify(how?.error)}`);
  };

  const drops = { dropOf, ticketFor, media, asking, someone };
  const consents = consentRuns({ call, called, until, stand, itemAt, woken, recordOnce, ...drops });
  const captures = captureRuns({ system, call, until, itemAt, someone });

  /** All at once: what comes by the entry points, and what is left for the sweeps. */
  const atOnce: Record<string, () => Promise<unknown>> = {
    'a notification that rings after the token was left': () => walk(''),
    'a notification that rings before': () => walk('-webhook-early'),
    'a notification after the callback timeout': async () => {
      const { outcome } = await walk('-webhook-late');
      await untilCalled('ReceiveWebhook', 'GetItem', `WAIT#${outcome.validationId}`);
    },
    'a verdict that is polled for': () => walk('', 'poll'),
    'a refusal': () => walk('-enrollment-unknown'),
    'looks that Truora has too many of': () => walk('-limited-reads', 'poll'),
    'a failure, which frees the person': () => walk('-create-down'),
    'a creation whose answer is lost, and which is found': () => walk('-create-lost'),
    'an outcome of a record that has expired': () => outlive('-slow', 'moved'),
    'a refusal of a record that has expired': () => outlive('-enrollment-pending', 'claimed'),
    'a failure of a record that has expired': () => outlive('-create-hung', 'claimed'),
    'a call about the newest media, and one with the same key': async () => {
      const who = await someone();
      const { key } = await media('media', who);
      await ask(who, { key }, { idempotencyKey: who.accountId });
      await ask(who, { key }, { idempotencyKey: who.accountId });
    },
    'a call about one version': async () => {
      const who = await someone();
      await ask(who, await media('media', who));
    },
    'a call about the newest object of the inbox': async () => {
      const who = await someone();
      const { key } = await media('inbox', who);
      await ask(who, { key });
    },
    'a call about media that is not there': async () => ask(await someone(), { key: 'media/absent.jpg' }),
    'a ticket, asked for twice under one key, read, and used': async () => {
      const headers = { 'idempotency-key': `key-${Math.random()}` };
      const { who, body, id, form } = await ticketFor('', headers);
      await call('POST /revalidations', { body, headers });
      await call(`GET /revalidations/${id}`);
      await upload(form, photo);
      await until(async () => (await phaseOf(id)) === 'approved');
      await call(`GET /accounts/${who.accountId}/revalidations`);
      // A workflow may ask about a drop that came under a ticket.
      await ask(who, { key: form.fields.key });
    },
    'a ticket whose media is none': async () => {
      const { id, form } = await ticketFor();
      await upload(form, Buffer.from('%PDF-1.7'));
      await until(async () => (await phaseOf(id)) === 'refused');
    },
    'a ticket whose claim fails': async () => {
      const { id, form } = await ticketFor();
      await stand({ pk: `RUN#${id}`, unreadable: true });
      await upload(form, photo);
      await untilCalled('RecordFailure', 'GetItem', `TICKET#${id}`);
    },
    'a start on the newest media, and on one version': async () => {
      const who = await someone();
      const { key, versionId } = await media('media', who);
      await start(who, { key });
      const id = await start(who, { key, versionId });
      await start(who, { key: 'media/absent.jpg' });
      await until(async () => (await phaseOf(id)) === 'approved');
    },
    "a linked retry, by Truora's id of what was declined": async () => {
      const who = await someone('-declined');
      const options = { subvalidations: ['passive_liveness', 'similarity'] };
      const { validationId } = await ask(who, await media('media', who, video), { options });
      const again = await media('media', who, Buffer.concat([video, Buffer.from('again')]));
      const id = await start(who, again, { options: { ...options, retryOf: validationId } });
      await until(async () => (await phaseOf(id)) === 'declined');
    },
    'a cancellation of what runs, and a notification after it, which makes it due': async () => {
      const { id, form } = await ticketFor('-slow');
      await upload(form, photo);
      await until(async () => (await phaseOf(id)) === 'moved');
      await call(`POST /revalidations/${id}/cancel`);
      await until(async () => (await system.record(id))?.lateWebhookAt !== undefined);
    },
    'an execution about the newest media that is stopped by hand': async () => {
      const who = await someone('-never');
      const { key } = await media('media', who);
      const execution = asking(who, { key });
      const { revalidationId } = await recordOnce(who, 'moved');
      system.machine.stop(execution.executionArn);
      await untilAnnounced(revalidationId);
    },
    'an execution that is stopped before its claim, where a record has expired': async () => {
      const who = await someone();
      const { accountId } = who;
      // Of media that is not there nothing can be claimed, at any point of the execution.
      const key = `media/${accountId}`;
      const version = `${system.machine.arn.replace(':stateMachine:', ':execution:')}:${accountId}`;
      const revalidationId = revalidationIdOf({ accountId, bucket: system.bucket, key, version });
      const claimedAt = new Date().toISOString();
      await stand({ pk: `RUN#${revalidationId}`, revalidationId, accountId, claimedAt, ...expired });
      const { executionArn } = asking(who, { key }, {}, accountId);
      await setImmediate();
      system.machine.stop(executionArn);
      await untilAnnounced(revalidationId);
    },
    'a case whose execution is forgotten, due': () => standLost('claimed'),
    // What a read that may be stale has shown as open has ended meanwhile, and then there is no outcome on it yet.
    'a case that ends between the look and the write of the sweep, due': () => standLost('failed'),
    'media that goes between the claim and the charge': async () => {
      const { who, versionId, execution } = await dropOf('-limited');
      const key = `inbox/${who.accountId}/${who.enrollmentId}/a.jpg`;
      const isSeen = ({ role, resource }: RoleCall) => holderOf(role) === 'CreateValidation' && resource.endsWith(key);
      await called(isSeen);
      await takeAway(key, versionId);
      await execution.ended;
      await recordOnce(who, 'refused');
    },
    'media that goes between the charge and the move': async () => {
      // The first upload breaks off, so that there is a second one.
      const { who, versionId, execution } = await dropOf('-upload-reset');
      const key = `inbox/${who.accountId}/${who.enrollmentId}/a.jpg`;
      await called(({ role, resource }) => holderOf(role) === 'MoveMedia' && resource.endsWith(key));
      await takeAway(key, versionId);
      await execution.ended;
      await recordOnce(who, 'failed');
    },
    'a drop that was copied onto itself': async () => {
      const { who } = await walk('');
      const key = `inbox/${who.accountId}/${who.enrollmentId}/a.jpg`;
      const options = JSON.stringify({ resultMode: 'callback' });
      const metadata = { 'user-authorized': 'true', consent: who.consentReceiptId, options };
      const copy = await putMedia(system, { key, file: fileOf(photo), metadata });
      // What the local S3 makes is a put of its own; the event of a copy is started beside it.
      const object = { key, etag: createHash('md5').update(photo).digest('hex'), 'version-id': copy };
      const event = { source: 'aws.s3', detail: { reason: 'CopyObject', bucket: { name: system.bucket }, object } };
      await system.machine.start({ request: { kind: 'drop', event } }).ended;
    },
    'media that was dropped and has had its time, due': async () => {
      const { outcome } = await walk('');
      await agedIn(system.table, outcome, 25);
    },
    'media under a ticket that has had its time, due': async () => {
      const { id, form } = await ticketFor();
      await upload(form, photo);
      await untilAnnounced(id);
      const { outcome } = (await system.record(id)) ?? {};
      if (outcome) await agedIn(system.table, outcome, 25);
    },
    'media of a call that has had its time, due': async () => {
      const who = await someone();
      await agedIn(system.table, await ask(who, await media('media', who)), 25);
    },
    ...consents.atOnce,
    ...captures.atOnce,
  };

  /**
   * After them, one by one, when nothing runs any more: another function would read the key into the memory that here is
   * one for all, and the sweep over the inbox would start what others have only just dropped.
   */
  const afterwards: Record<string, () => Promise<unknown>> = {
    'a look at the key': () => woken('CheckKey'),
    'evidence of a case whose event was lost': async () => {
      const revalidationId = newRevalidationId();
      const at = new Date().toISOString();
      const outcome = { revalidationId, status: 'failed', decidedBy: 'workflow', decidedAt: at };
      const record = { revalidationId, owner: 'unknown', phase: 'failed', claimedAt: at, trail: [], outcome };
      await stand({ pk: `RUN#${revalidationId}`, ...record });
      const { status } = await call(`GET /revalidations/${revalidationId}/evidence`);
      if (status !== 200) throw new Error(`the evidence was answered ${status}`);
    },
    'the keys of evidence': () => call('GET /.well-known/jwks.json', { as: undefined }),
    'an enrollment that Truora is asked about too often': () => walk('-enrollment-limited'),
    'a sweep over all that is due': () => woken('SweepLedger'),
    'a case that runs on beside a notification that resumed no execution, and a sweep': async () => {
      const { who, execution } = await dropOf('-never');
      const { revalidationId, validationId } = await recordOnce(who, 'moved');
      let wait: Record<string, unknown> = {};
      await until(async () => {
        wait = await itemAt(`WAIT#${validationId}`);
        return wait.taskToken !== undefined;
      });
      await stand({ ...wait, notification: { receivedAt: new Date().toISOString() } });
      await dueIn(system.table, revalidationId);
      await woken('SweepLedger');
      system.machine.stop(execution.executionArn);
      await untilAnnounced(revalidationId);
    },
    'a last check that finds an orphan, and that Truora has too many of': async () => {
      const who = await someone('-limited-reads');
      const created = async () => {
        const { accountId: account_id } = who;
        const body = new URLSearchParams({ type: 'face-recognition', user_authorized: 'true', account_id });
        const headers = { 'truora-api-key': 'any' };
        const answer = await fetch(`${system.sandbox?.origin}/v1/validations`, { method: 'POST', headers, body });
        return String(((await answer.json()) as Record<string, unknown>).validation_id);
      };
      const [validationId, orphan] = [await created(), await created()];
      const revalidationId = newRevalidationId();
      const at = new Date(Date.now() - 25 * 3_600_000).toISOString();
      const outcome = { revalidationId, status: 'failed', validationId, decidedBy: 'workflow', decidedAt: at };
      await stand({
        ...{ pk: `RUN#${revalidationId}`, revalidationId, ...who, owner: 'unknown', phase: 'failed', claimedAt: at },
        ...{ trail: [], requested: {}, validationId, outcome, announced: at, ...dueNow(revalidationId) },
        attempts: [{ n: 1, at, result: 'not_found' }],
      });
      await woken('SweepLedger');
      if (!(await system.record(revalidationId))?.orphans?.includes(orphan))
        throw new Error('the orphan was not found');
    },
    ...consents.afterwards,
    ...captures.afterwards,
    ...consoleRuns({ system, call, stand }),
    ...erasureRuns({ system, call, someone, stand, remove, itemAt, woken }),
    'a sweep over the inbox from where one has left off, and one from its beginning': async () => {
      const who = await someone();
      const key = `inbox/${who.accountId}/${who.enrollmentId}/a.jpg`;
      const metadata = { 'user-authorized': 'true', consent: who.consentReceiptId };
      system.setEventDelivery('are lost');
      const versionId = await putMedia(system, { key, file: fileOf(photo), metadata });
      // The event goes out one turn of the loop behind the answer.
      await setImmediate();
      system.setEventDelivery('arrive');
      await stand({ pk: 'SWEEP#inbox', place: { key, versionId } });
      await woken('SweepInbox');
      await woken('SweepInbox');
      await recordOnce(who, 'approved');
    },
  };

  return { atOnce, afterwards };
};
