import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { calling, sendForm } from '../support/callers.ts';
import { photo, someone } from '../support/drops.ts';

const PAGE = 'https://app.example.com';

const OTHER = 'https://other.example.com';

let system: LocalSystem;

beforeAll(async () => {
  system = await startLocalSystem({ config: { corsOrigins: [PAGE] } });
});

afterAll(() => system.close());

const asks = (origin: string, method: string, headers: string) =>
  ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers },
  }) as const;

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

describe('the API', () => {
  test('answers the preflight of a listed page without a signature', async () => {
    const response = await fetch(
      `${system.apiOrigin}/revalidations`,
      asks(PAGE, 'POST', 'authorization,content-type,idempotency-key'),
    );
    expect(response.status).toBe(204);
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers':
        'authorization,content-type,idempotency-key,x-amz-content-sha256,x-amz-date,x-amz-security-token',
      'access-control-max-age': '3600',
    });
  });

  test('allows nothing to a page that is not listed', async () => {
    expect(corsOf(await fetch(`${system.apiOrigin}/revalidations`, asks(OTHER, 'POST', 'content-type')))).toEqual({});
    expect(corsOf(await fetch(`${system.apiOrigin}/revalidations/x`, { headers: { origin: OTHER } }))).toEqual({});
  });

  test('lets a listed page read its answers, also refusals of the gateway', async () => {
    const response = await fetch(`${system.apiOrigin}/revalidations/x`, { headers: { origin: PAGE } });
    expect(response.status).toBe(403);
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-expose-headers': 'location,retry-after',
    });
  });
});

describe('the bucket', () => {
  const bucket = () => `${system.s3Origin}/${system.bucket}`;

  test('answers the preflight of a listed page with the asked headers', async () => {
    const response = await fetch(bucket(), asks(PAGE, 'POST', 'Content-Type, x-amz-date'));
    expect(response.status).toBe(200);
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'POST, PUT',
      'access-control-allow-headers': 'content-type, x-amz-date',
      'access-control-max-age': '3600',
    });
  });

  test.each([
    ['another page', OTHER, 'POST', 'content-type'],
    ['another method', PAGE, 'DELETE', 'content-type'],
    ['another header', PAGE, 'POST', 'content-type,authorization'],
  ])('refuses a preflight of %s', async (_, origin, method, headers) => {
    const response = await fetch(bucket(), asks(origin, method, headers));
    expect([response.status, corsOf(response)]).toEqual([403, {}]);
    expect(await response.text()).toContain('<Code>AccessForbidden</Code>');
  });

  test('lets a listed page read the answer to its form, and no other page', async () => {
    const body = { ...(await someone(system)), userAuthorized: true, upload: { type: 'image/jpeg' } };
    const { content } = await calling(system)('POST /revalidations', { body });
    for (const [origin, allowed] of [
      [OTHER, undefined],
      [PAGE, PAGE],
    ] as const) {
      const response = await sendForm(content.upload, photo, { origin });
      expect([response.status, response.headers.get('access-control-allow-origin') ?? undefined]).toEqual([
        204,
        allowed,
      ]);
    }
  });
});
