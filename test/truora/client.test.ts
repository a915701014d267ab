import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/local/truora/sandbox.ts';
import type { Options } from '../../shared/domain/request.ts';
import type { Truora } from '../../shared/truora/call.ts';
import {
  createValidation,
  getEnrollment,
  getValidation,
  listValidations,
  uploadMedia,
} from '../../shared/truora/client.ts';
import { enroll, listen, media, truoraAt, until } from '../support/truora.ts';

const created = { validation_id: 'VLD1', account_id: 'ana' };

const asked = (accountId: string, options: Options = {}) => ({ accountId, userAuthorized: true as const, options });

describe('in a normal run', () => {
  let sandbox: Sandbox;
  let truora: Truora;
  beforeEach(async () => {
    sandbox = await startSandbox({ settings: { decisionMs: 50 } });
    truora = truoraAt(sandbox.origin);
  });
  afterEach(() => sandbox.close());

  test('reads an enrollment', async () => {
    const enrollmentId = await enroll(sandbox.origin, 'ana');
    expect(await getEnrollment(truora, enrollmentId)).toEqual({
      enrollment_id: enrollmentId,
      account_id: 'ana',
      status: 'success',
    });
  });

  test('creates a validation, uploads its media and reads the verdict', async () => {
    const enrollmentId = await enroll(sandbox.origin, 'ana');
    const answer = await createValidation(truora, asked('ana', { threshold: 0.8 }));
    expect(answer).toMatchObject({ account_id: 'ana', threshold: 0.8 });
    expect(await getValidation(truora, answer.validation_id)).toMatchObject({ validation_status: 'pending' });

    const bytes = randomBytes(300_000);
    await uploadMedia(truora, answer.instructions?.file_upload_link ?? '', media(bytes));
    expect(sandbox.uploaded(answer.validation_id)).toEqual({
      bytes: 300_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      contentType: 'video/mp4',
    });

    const decided = await until(async () => {
      const said = await getValidation(truora, answer.validation_id);
      return said.validation_status === 'pending' ? undefined : said;
    });
    expect(decided).toMatchObject({
      validation_id: answer.validation_id,
      account_id: 'ana',
      validation_status: 'success',
      threshold: 0.8,
      details: { face_recognition_validations: { enrollment_id: enrollmentId, similarity_status: 'success' } },
    });
    expect(sandbox.counts()).toMatchObject({ creates: 1, charges: 1, uploads: 1 });
  });

  test('requests passive liveness and reads its result', async () => {
    await enroll(sandbox.origin, 'ana');
    const options: Options = { subvalidations: ['passive_liveness', 'similarity'], retryOf: 'VLD0' };
    const { validation_id, instructions } = await createValidation(truora, asked('ana', options));
    await uploadMedia(truora, instructions?.file_upload_link ?? '', media(Buffer.from('a video')));
    const { details } = await until(async () => {
      const said = await getValidation(truora, validation_id);
      return said.details && said;
    });
    expect(details?.face_recognition_validations?.passive_liveness_status).toBe('success');
  });

  test('lists the validations of one person only', async () => {
    await enroll(sandbox.origin, 'ana');
    await enroll(sandbox.origin, 'ben');
    const first = await createValidation(truora, asked('ana'));
    await createValidation(truora, asked('ben'));
    const second = await createValidation(truora, asked('ana'));
    const listed = await listValidations(truora, 'ana');
    expect(listed.map(({ validation_id }) => validation_id).sort()).toEqual(
      [first.validation_id, second.validation_id].sort(),
    );
    expect(await listValidations(truora, 'unknown')).toEqual([]);
  });
});

describe('on the wire', () => {
  let server: Awaited<ReturnType<typeof listen>>;
  let status = 200;
  beforeEach(async () => {
    status = 200;
    server = await listen((response) => response.writeHead(status).end(JSON.stringify(created)));
  });
  afterEach(() => server.close());

  const formOf = async (options: Options) => {
    await createValidation(truoraAt(server.origin), asked('ana', options));
    return server.heard[0]?.body;
  };

  test('sends nothing that the caller did not request', async () => {
    expect(await formOf({})).toBe('type=face-recognition&user_authorized=true&account_id=ana');
  });

  test('does not send to Truora how the result is awaited', async () => {
    expect(await formOf({ resultMode: 'poll' })).toBe('type=face-recognition&user_authorized=true&account_id=ana');
  });

  test('sends everything that the caller requested, and subvalidations as repeated keys', async () => {
    const all = await formOf({
      threshold: 0.8,
      subvalidations: ['passive_liveness', 'similarity', 'speech_match'],
      minimumPrecision: 'high',
      retryOf: 'VLD0',
      timeoutSeconds: 60,
    });
    expect(all).toBe(
      'type=face-recognition&user_authorized=true&account_id=ana&threshold=0.8&subvalidations=passive_liveness' +
        '&subvalidations=similarity&subvalidations=speech_match&retry_of_id=VLD0&minimum_precision=high&timeout=60',
    );
  });

  test.each([
    ['passive', '&subvalidations=passive_liveness&subvalidations=similarity'],
    ['disabled', '&subvalidations=similarity'],
  ] as const)('sends the old form of liveness, %s, in the new form', async (liveness, sent) => {
    expect(await formOf({ liveness })).toBe(`type=face-recognition&user_authorized=true&account_id=ana${sent}`);
  });

  test('sends the key and the content type with a create call', async () => {
    const body = await formOf({});
    expect(server.heard[0]).toMatchObject({
      method: 'POST',
      path: '/v1/validations',
      headers: {
        'truora-api-key': 'test-key',
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(body?.length),
        connection: 'close',
      },
    });
  });

  test('requests details by name, and otherwise not', async () => {
    status = 404;
    await getValidation(truoraAt(server.origin), 'VLD1', { showDetails: true }).catch(() => {});
    await getValidation(truoraAt(server.origin), 'VLD1').catch(() => {});
    expect(server.heard.map(({ path }) => path)).toEqual([
      '/v1/validations/VLD1?show_details=true',
      '/v1/validations/VLD1',
    ]);
  });

  test('sends length and type with an upload, and never the key', async () => {
    await uploadMedia(truoraAt(server.origin), `${server.origin}/u/x?Signature=s`, media(Buffer.from('12345')));
    const [{ method, path, headers, body } = { headers: {} }] = server.heard;
    expect({ method, path, body }).toEqual({ method: 'PUT', path: '/u/x?Signature=s', body: '12345' });
    expect(headers).toMatchObject({ 'content-length': '5', 'content-type': 'video/mp4' });
    expect(JSON.stringify(headers)).not.toContain('key');
  });

  test('throws for media that ends early, before the server gives up', async () => {
    const short = { ...media(Buffer.from('1234')), bytes: 5 };
    await expect(uploadMedia(truoraAt(server.origin), `${server.origin}/u/x`, short)).rejects.toMatchObject({
      name: 'MediaUnreadError',
      message: expect.stringContaining('MEDIA_ENDED_EARLY'),
    });
  });

  test.each(['..', '.', '', 'a/b', 'a%2fb', 'a?b', 'a#b', 'ñ', 'a'.repeat(129)])(
    'refuses the id %j before anything is dialled',
    async (id) => {
      const truora = truoraAt(server.origin);
      await expect((async () => getEnrollment(truora, id))()).rejects.toThrow();
      await expect((async () => getValidation(truora, id))()).rejects.toThrow();
      await expect((async () => listValidations(truora, id))()).rejects.toThrow();
      await expect((async () => createValidation(truora, asked(id)))()).rejects.toThrow();
      expect(server.connections()).toBe(0);
    },
  );

  test('treats a null or an empty text as a field left out, which decides nothing that was paid for', async () => {
    const nulls = { threshold: null, creation_date: null, failure_status: '', declined_reason: null, details: null };
    const answer = { validation_id: 'VLD1', account_id: 'a', validation_status: 'pending', ...nulls };
    const instructions = { file_upload_link: 'https://files.truora.com/u/x' };
    const answering = await listen((response) => response.end(JSON.stringify({ ...answer, instructions })));
    try {
      const truora = truoraAt(answering.origin);
      expect(await createValidation(truora, asked('a'))).toEqual({
        validation_id: 'VLD1',
        account_id: 'a',
        instructions,
      });
      expect(await getValidation(truora, 'VLD1')).not.toHaveProperty('failure_status');
    } finally {
      await answering.close();
    }
  });

  test('keeps a dot within an account id in its own segment of the path', async () => {
    await listValidations(truoraAt(server.origin), '..a').catch(() => {});
    expect(server.heard[0]?.path).toBe('/v1/accounts/..a/validations');
  });
});
