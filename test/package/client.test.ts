import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { registerEnrollment } from '../../infra/local/put-media.ts';
import { revalidationClient, uploadMedia } from '../../infra/package/client.ts';
import { selfie } from '../support/commands.ts';
import { waitFor } from '../support/wait-for.ts';

let local: LocalSystem;

beforeAll(async () => {
  local = await startLocalSystem();
});

afterAll(() => local.close());

/** The client of a caller of the local API, who signs. */
const clientOf = (caller: string) => {
  const accessKeyId = `AKIALOCAL${caller.toUpperCase()}`;
  const credentials = { accessKeyId, secretAccessKey: local.identities.get(accessKeyId)?.secret ?? '' };
  return revalidationClient({ url: local.apiOrigin, region: 'us-east-1', credentials: () => credentials });
};

const media = () => new Blob([readFileSync(selfie)], { type: 'image/jpeg' });

const start = (accountId: string) => ({
  params: { header: { 'Idempotency-Key': `client-${accountId}` } },
  body: { accountId, enrollmentId: 'ENR1', userAuthorized: true as const, upload: { type: 'image/jpeg' as const } },
});

describe('the typed client', () => {
  test('starts a case, uploads its media and reads its outcome', async () => {
    await registerEnrollment(local.sandbox?.origin ?? '', { accountId: 'client-ana', enrollmentId: 'ENR1' });
    const client = clientOf('Writer');
    const { data, response } = await client.POST('/revalidations', start('client-ana'));
    if (!data?.upload) throw new Error('no form');
    expect(response.status).toBe(202);
    await uploadMedia(data.upload, media());
    const params = { path: { id: data.revalidationId } };
    await waitFor(async () => {
      const { data: read } = await client.GET('/revalidations/{id}', { params });
      // A person's token would get the other view, which has no outcome.
      expect(read && 'outcome' in read && read.outcome).toMatchObject({
        revalidationId: data.revalidationId,
        status: 'approved',
      });
    });
    const path = { accountId: 'client-ana' };
    const page = await client.GET('/accounts/{accountId}/revalidations', { params: { path, query: { limit: 5 } } });
    expect(page.data?.revalidations.map(({ revalidationId }) => revalidationId)).toEqual([data.revalidationId]);
  });

  test('gives the problem document of a refused call, with its code', async () => {
    const params = { path: { id: `RVL${'0'.repeat(32)}` } };
    const { data, error, response } = await clientOf('Reader').GET('/revalidations/{id}', { params });
    expect([data, response.status]).toEqual([undefined, 404]);
    expect(error).toMatchObject({ code: 'revalidation_unknown' });
  });

  test('fails at the gateway for a caller without the permission', async () => {
    const { response } = await clientOf('Reader').POST('/revalidations', start('client-luis'));
    expect(response.status).toBe(403);
  });

  test('says that a form was refused, with the status of S3', async () => {
    const { data } = await clientOf('Writer').POST('/revalidations', start('client-eva'));
    if (!data?.upload) throw new Error('no form');
    const { key: _, ...fields } = data.upload.fields;
    await expect(uploadMedia({ ...data.upload, fields }, media())).rejects.toThrow(/^the upload was refused: 4\d\d$/);
  });

  test('sends a bearer token, which it asks for at every call', async () => {
    const sent: (string | null)[] = [];
    const tokens = ['one', 'two'];
    const client = revalidationClient({
      url: 'https://api.example.com',
      token: () => tokens.shift() ?? '',
      fetch: async ({ headers }) => {
        sent.push(headers.get('authorization'));
        return Response.json({ revalidations: [] });
      },
    });
    for (const accountId of ['ana', 'luis'])
      await client.GET('/accounts/{accountId}/revalidations', { params: { path: { accountId } } });
    expect(sent).toEqual(['Bearer one', 'Bearer two']);
  });
});
