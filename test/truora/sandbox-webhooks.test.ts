import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/local/truora/sandbox.ts';
import { createValidation, listValidations, uploadMedia } from '../../shared/truora/client.ts';
import { signWebhook, verifyWebhook } from '../../shared/truora/webhook.ts';
import { enroll, listen, media, truoraAt, until, wait } from './at-truora.ts';

const key = 'webhook-key';
/** Longer than any of the waits below takes; what was not sent by then is not sent. Milliseconds. */
const enough = 800;

let sandbox: Sandbox;
let ear: Awaited<ReturnType<typeof listen>>;
const open = async () => {
  ear = await listen((response) => response.end());
  sandbox = await startSandbox({
    webhook: { url: `${ear.origin}/webhooks/truora`, key },
    settings: { decisionMs: 100, webhookLateMs: 200 },
  });
};
const close = async () => {
  await sandbox.close();
  ear.close();
};

/** A person's whole story. @returns the validation, and how much was heard of it when the upload was answered */
const tell = async (accountId: string, { upload = true } = {}) => {
  await enroll(sandbox.origin, accountId);
  const truora = truoraAt(sandbox.origin);
  const asked = { accountId, userAuthorized: true as const, options: {} };
  const { validation_id, instructions } = await createValidation(truora, asked);
  if (upload) await uploadMedia(truora, instructions?.file_upload_link ?? '', media(Buffer.from('media')));
  const early = heardOf(validation_id).length;
  await wait(enough);
  return { validation_id, early };
};

/** Every webhook about a validation, genuine or not, in the order of their coming. */
const heardOf = (validationId: string) =>
  ear.heard.filter(({ body }) => {
    const token: string = body.startsWith('{') ? JSON.parse(body).token : body;
    return Buffer.from(token.split('.')[1] ?? '', 'base64url').includes(validationId);
  });

/** What the genuine ones say; undefined stands for a forgery. */
const actionsOf = (validationId: string) =>
  Promise.all(
    heardOf(validationId).map(async ({ body }) => {
      const events = await verifyWebhook(body, [key]);
      return events?.map(({ event_action }) => event_action).join();
    }),
  );

describe('the webhooks of', () => {
  const stories: [string, (string | undefined)[]][] = [
    ['', ['created', 'succeeded']],
    ['-declined', ['created', 'failed']],
    ['-pending-declined', ['created', 'failed']],
    ['-system-error', ['created', 'failed']],
    ['-expired-manual_review_expired', ['created']],
    ['-never', ['created']],
    ['-webhook-lost', []],
    ['-webhook-created-only', ['created']],
    ['-webhook-twice', ['created', 'succeeded', 'succeeded']],
    ['-webhook-late', ['created', 'succeeded']],
    ['-webhook-early', ['created', 'succeeded']],
    ['-webhook-disorder', ['succeeded', 'created']],
    ['-webhook-forged', ['created', undefined, 'succeeded']],
    ['-webhook-unsigned', ['created', undefined, 'succeeded']],
    ['-webhook-wrapped', ['created', 'succeeded']],
    ['-webhook-batched', ['created', 'succeeded']],
    ['-other-validation', ['created', 'succeeded']],
  ];
  const told = new Map<string, Awaited<ReturnType<typeof tell>>>();
  beforeAll(async () => {
    await open();
    await Promise.all(stories.map(async ([suffix]) => told.set(suffix, await tell(`ana${suffix}`))));
  });
  afterAll(close);

  test.each(stories)('%s are %j', async (suffix, actions) => {
    expect(await actionsOf(told.get(suffix)?.validation_id ?? '')).toEqual(actions);
  });

  test('all of them are counted', () => {
    expect(sandbox.counts().webhooks).toBe(stories.reduce((sum, [, actions]) => sum + actions.length, 0));
  });

  test('-webhook-early come before the upload is answered, and others do not', () => {
    expect(told.get('-webhook-early')?.early).toBe(2);
    expect(told.get('')?.early).toBeLessThan(2);
  });
});

describe('one by one', () => {
  beforeEach(open);
  afterEach(close);

  test('a webhook is a signed token and nothing else, about the validation', async () => {
    const { validation_id } = await tell('ana');
    expect(ear.heard[0]).toMatchObject({
      method: 'POST',
      path: '/webhooks/truora',
      headers: { 'content-type': 'application/jwt', connection: 'close' },
    });
    for (const { body } of ear.heard) {
      expect(await verifyWebhook(body, [key])).toMatchObject([{ object: { validation_id } }]);
      expect(await verifyWebhook(body, ['another key'])).toBeUndefined();
    }
    expect(ear.heard.map(({ body }) => JSON.stringify(body)).join()).not.toContain('file_upload_link');
  });

  test('the late webhook comes when the verdict has long been there', async () => {
    const story = tell('ana-webhook-late');
    const list = () => listValidations(truoraAt(sandbox.origin), 'ana-webhook-late');
    await until(async () => (await list())[0]?.validation_status === 'success' || undefined);
    expect(ear.heard.length).toBeLessThan(2);
    expect(await actionsOf((await story).validation_id)).toEqual(['created', 'succeeded']);
  });

  test('nothing is announced of a validation without media', async () => {
    const { validation_id } = await tell('ana', { upload: false });
    expect(await actionsOf(validation_id)).toEqual(['created']);
  });

  test('a rule that names its actions hears of no other', async () => {
    const other = await listen((response) => response.end());
    sandbox.notify({ url: other.origin, key, actions: ['succeeded', 'failed'] });
    const { validation_id } = await tell('ana');
    expect(other.heard).toHaveLength(1);
    expect(await verifyWebhook(other.heard[0]?.body ?? '', [key])).toMatchObject([
      { event_action: 'succeeded', object: { validation_id } },
    ]);
    other.close();
  });

  test('the receiver may be named later, and changed', async () => {
    const other = await listen((response) => response.end());
    sandbox.notify({ url: other.origin, key: 'another key' });
    await tell('ana');
    expect(ear.heard).toHaveLength(0);
    expect(other.heard).toHaveLength(2);
    expect(await verifyWebhook(other.heard[0]?.body ?? '', ['another key'])).toHaveLength(1);
    expect(() => sandbox.notify({ url: other.origin, key: '' })).toThrow(TypeError);
    expect(() => sandbox.notify({ url: 'nowhere', key })).toThrow(TypeError);
    other.close();
  });

  test('a sandbox that is closed between two webhooks sends nothing more', async () => {
    // Holds the first webhook of its verdict, so that the second one is still to come when the sandbox closes.
    const held = await listen((response, request) => {
      if (held.heard.length < 2) response.end();
      else request.socket.once('close', () => response.destroy());
    });
    sandbox.notify({ url: held.origin, key });
    await enroll(sandbox.origin, 'ana-webhook-twice');
    const truora = truoraAt(sandbox.origin);
    const asked = { accountId: 'ana-webhook-twice', userAuthorized: true as const, options: {} };
    const { instructions } = await createValidation(truora, asked);
    await uploadMedia(truora, instructions?.file_upload_link ?? '', media(Buffer.from('media')));
    await until(() => held.heard.length === 2 || undefined);
    await sandbox.close();
    const { webhooks } = sandbox.counts();
    // What would still be sent is signed and sent within less than these calls of ours take, one after the other.
    for (let calls = 0; calls < 20; calls += 1) {
      await signWebhook({ calls }, key);
      await fetch(ear.origin);
    }
    expect([held.heard.length, sandbox.counts().webhooks]).toEqual([2, webhooks]);
    held.close();
  });

  test('a receiver that refuses, or is not there, changes nothing', async () => {
    ear.close();
    const { validation_id } = await tell('ana');
    const answer = await fetch(`${sandbox.origin}/v1/validations/${validation_id}`, {
      headers: { 'truora-api-key': 'any' },
    });
    expect(await answer.json()).toMatchObject({ validation_status: 'success' });
    expect(sandbox.counts().webhooks).toBe(2);
  });

  test('a sandbox that is closed sends nothing more', async () => {
    await enroll(sandbox.origin, 'ana');
    const asked = { accountId: 'ana', userAuthorized: true as const, options: {} };
    const truora = truoraAt(sandbox.origin);
    const { instructions } = await createValidation(truora, asked);
    await uploadMedia(truora, instructions?.file_upload_link ?? '', media(Buffer.from('media')));
    await wait(20);
    await sandbox.close();
    const heard = ear.heard.length;
    await wait(enough);
    expect(ear.heard).toHaveLength(heard);
  });
});
