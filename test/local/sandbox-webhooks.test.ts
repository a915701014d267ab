import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/local/truora/sandbox.ts';
import { createValidation, listValidations, uploadMedia } from '../../shared/truora/client.ts';
import { verifyWebhook } from '../../shared/truora/webhook.ts';
import { holdTimers } from '../support/held-timers.ts';
import { enroll, listen, media, truoraAt, until } from '../support/truora.ts';

const key = 'webhook-key';

/** Used for nothing else; they wait until a test releases them. */
const [DECISION_MS, LATE_MS] = [86_123, 86_124];

let sandbox: Sandbox;

let ear: Awaited<ReturnType<typeof listen>>;

let held: ReturnType<typeof holdTimers>;

const settings = { decisionMs: DECISION_MS, webhookLateMs: LATE_MS };

const open = async () => {
  held = holdTimers(DECISION_MS, LATE_MS);
  ear = await listen((response) => response.end());
  sandbox = await startSandbox({ webhook: { url: `${ear.origin}/webhooks/truora`, key }, settings });
};

const close = async () => {
  held.end();
  await sandbox.close();
  ear.close();
};

/** A person's story until the upload. @returns the validation, and what was heard of it when the upload was answered */
const begin = async (accountId: string, { upload = true, at = sandbox } = {}) => {
  await enroll(at.origin, accountId);
  const truora = truoraAt(at.origin);
  const asked = { accountId, userAuthorized: true as const, options: {} };
  const { validation_id, instructions } = await createValidation(truora, asked);
  if (upload) await uploadMedia(truora, instructions?.file_upload_link ?? '', media(Buffer.from('media')));
  return { validation_id, early: await actionsOf(validation_id) };
};

/** Lets everything happen until so many webhooks of the validation have come. */
const comes = (validationId: string, count: number) =>
  until(() => {
    held.letGo();
    return heardOf(validationId).length >= count || undefined;
  });

/** Lets everything happen until the whole story of one more person is heard: what has not come by then does not come. */
const allComes = async (at = sandbox) => {
  const { validation_id } = await begin('the-last', { at });
  await comes(validation_id, 2);
};

/** A person's whole story. */
const tell = async (accountId: string, count: number, more: Parameters<typeof begin>[1] = {}) => {
  const { validation_id } = await begin(accountId, more);
  await comes(validation_id, count);
  return validation_id;
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

describe('the webhooks of the scenario', () => {
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
  const told = new Map<string, Awaited<ReturnType<typeof begin>>>();
  beforeAll(async () => {
    await open();
    await Promise.all(stories.map(async ([suffix]) => told.set(suffix, await begin(`ana${suffix}`))));
    for (const [suffix, actions] of stories) await comes(told.get(suffix)?.validation_id ?? '', actions.length);
    await allComes();
  });
  afterAll(close);

  test.each(stories)('%s are %j', async (suffix, actions) => {
    expect(await actionsOf(told.get(suffix)?.validation_id ?? '')).toEqual(actions);
  });

  test('all are counted', () => {
    const ofTheLast = 2;
    expect(sandbox.counts().webhooks).toBe(stories.reduce((sum, [, actions]) => sum + actions.length, ofTheLast));
  });

  test('-webhook-early come before the upload is answered, and others do not', () => {
    expect(told.get('-webhook-early')?.early).toContain('succeeded');
    expect(told.get('')?.early).not.toContain('succeeded');
  });
});

describe('a webhook', () => {
  beforeEach(open);
  afterEach(close);

  test('carries a signed token about the validation, and nothing else', async () => {
    const validation_id = await tell('ana', 2);
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

  test('comes after the verdict when it is late', async () => {
    const { validation_id } = await begin('ana-webhook-late');
    const list = () => listValidations(truoraAt(sandbox.origin), 'ana-webhook-late');
    held.letGo(DECISION_MS);
    await until(async () => (await list())[0]?.validation_status === 'success' || undefined);
    await until(() => (held.waiting(LATE_MS) && heardOf(validation_id).length) || undefined);
    expect(await actionsOf(validation_id)).toEqual(['created']);
    await comes(validation_id, 2);
    expect(await actionsOf(validation_id)).toEqual(['created', 'succeeded']);
  });

  test('does not go out for a validation without media', async () => {
    const validation_id = await tell('ana', 1, { upload: false });
    await allComes();
    expect(await actionsOf(validation_id)).toEqual(['created']);
  });

  test('goes out only for the actions that a rule names', async () => {
    const other = await listen((response) => response.end());
    sandbox.notify({ url: other.origin, key, actions: ['succeeded', 'failed'] });
    const ids = [(await begin('ana')).validation_id, (await begin('eva')).validation_id];
    await until(() => {
      held.letGo();
      return other.heard.length >= 2 || undefined;
    });
    const said = await Promise.all(other.heard.map(({ body }) => verifyWebhook(body, [key])));
    expect(said.flat().map((event) => event?.event_action)).toEqual(['succeeded', 'succeeded']);
    expect(said.flat().map((event) => event?.object.validation_id)).toEqual(expect.arrayContaining(ids));
    other.close();
  });

  test('goes to a receiver that is named later or changed', async () => {
    const other = await listen((response) => response.end());
    sandbox.notify({ url: other.origin, key: 'another key' });
    await begin('ana');
    await until(() => {
      held.letGo();
      return other.heard.length >= 2 || undefined;
    });
    expect(ear.heard).toHaveLength(0);
    expect(await verifyWebhook(other.heard[0]?.body ?? '', ['another key'])).toHaveLength(1);
    expect(() => sandbox.notify({ url: other.origin, key: '' })).toThrow(TypeError);
    expect(() => sandbox.notify({ url: 'nowhere', key })).toThrow(TypeError);
    other.close();
  });

  test('changes nothing when its receiver refuses or is absent', async () => {
    ear.close();
    const { validation_id } = await begin('ana');
    await until(() => {
      held.letGo();
      return sandbox.counts().webhooks >= 2 || undefined;
    });
    const answer = await fetch(`${sandbox.origin}/v1/validations/${validation_id}`, {
      headers: { 'truora-api-key': 'any' },
    });
    expect(await answer.json()).toMatchObject({ validation_status: 'success' });
    expect(sandbox.counts().webhooks).toBe(2);
  });

  test('does not go out once the sandbox is closed, also when it was about to be sent', async () => {
    const { validation_id } = await begin('ana');
    await until(() => heardOf(validation_id).length || undefined);
    held.letGo();
    const closed = sandbox.close();
    const another = await startSandbox({ webhook: { url: ear.origin, key }, settings });
    await Promise.all([closed, allComes(another)]);
    await another.close();
    expect(sandbox.counts().webhooks).toBe(1);
    expect(await actionsOf(validation_id)).toEqual(['created']);
  });
});
