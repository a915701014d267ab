import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/local/truora/sandbox.ts';
import { createValidation, uploadMedia } from '../../shared/truora/client.ts';
import { checkUploadLink, expiryOf, isPrivateAddress } from '../../shared/truora/upload-link.ts';
import { enroll, listen, media, truoraAt } from './at-truora.ts';

const truoraOnly = ['https://files.truora.com'];

/** What a name server says of names that no test may really ask about. */
const resolving: Record<string, string[]> = {
  'public.example': ['8.8.8.8', '2606:4700::1111'],
  'private.example': ['127.0.0.1'],
  'half.example': ['8.8.8.8', 'fd12:3456::1'],
  'nobody.example': [],
};
vi.mock('node:dns', async (original) => {
  const dns = await original<typeof import('node:dns')>();
  const lookup = (host: string, options: object, done: (error: Error | null, found: object[]) => void) => {
    const family = (address: string) => (address.includes(':') ? 6 : 4);
    const found = resolving[host]?.map((address) => ({ address, family: family(address) }));
    return found ? done(null, found) : dns.lookup(host, options, done as never);
  };
  return { ...dns, lookup };
});

const selfie = () => media(Buffer.from('a selfie'));

describe('where media may go', () => {
  test('to Truora’s upload host, at an address that is looked up and checked', () => {
    const { url, lookup } = checkUploadLink(
      'https://files.truora.com:443/u/x?Expires=1795428300&Signature=s',
      truoraOnly,
    );
    expect(url.host).toBe('files.truora.com');
    expect(lookup).toBeTypeOf('function');
  });

  test.each([
    ['another scheme', 'http://files.truora.com/u/x'],
    ['no web scheme at all', 'file:///etc/passwd'],
    ['user info', 'https://files.truora.com@evil.example/u/x'],
    ['user info before the right host', 'https://ana:secret@files.truora.com/u/x'],
    ['another port', 'https://files.truora.com:8443/u/x'],
    ['another host', 'https://evil.example/u/x'],
    ['a host that starts alike', 'https://files.truora.com.evil.example/u/x'],
    ['a host that ends alike', 'https://evilfiles.truora.com/u/x'],
    ['a host below', 'https://a.files.truora.com/u/x'],
    ['a final dot', 'https://files.truora.com./u/x'],
    ['a letter that only looks alike', 'https://files.truorа.com/u/x'],
    ['a backslash', 'https://evil.example\\files.truora.com/u/x'],
    ['the host in the query', 'https://evil.example/?https://files.truora.com/u/x'],
    ['a private address', 'https://10.0.0.1/u/x'],
    ['the address of the credentials', 'https://169.254.169.254/u/x'],
    ['an address in one number', 'https://2130706433/u/x'],
    ['loopback in IPv6', 'https://[::1]/u/x'],
    ['IPv4 within IPv6', 'https://[::ffff:169.254.169.254]/u/x'],
    ['nothing', ''],
    ['half a link', '/u/x?Signature=s'],
  ])('not with %s', (_, link) => {
    expect(() => checkUploadLink(link, truoraOnly)).toThrow(
      expect.objectContaining({
        name: 'UploadLinkUnsafeError',
        message: expect.not.stringMatching(/u\/x|secret|evil/),
      }),
    );
  });

  test('not without https to any host that has a name, even one on the list', () => {
    expect(() => checkUploadLink('http://files.truora.com/u/x', ['http://files.truora.com'])).toThrow('is not https');
  });

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    '64:ff9b::a9fe:a9fe',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::FFFF:10.0.0.1',
    'not an address',
  ])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true));

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])('%s is public', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  );

  test.each([
    ['Expires=1795428300', '2026-11-23T10:05:00.000Z'],
    ['X-Amz-Date=20261123T100000Z&X-Amz-Expires=900', '2026-11-23T10:15:00.000Z'],
    ['X-Amz-Date=20261123T100000Z', undefined],
    ['Expires=never', undefined],
    ['Expires=-5', undefined],
    ['Expires=1e99', undefined],
    ['', undefined],
  ])('the expiry of a link with %j is %j', (query, expiry) => {
    expect(expiryOf(new URL(`https://files.truora.com/u/x?${query}`))?.toISOString()).toBe(expiry);
  });

  test('an unsafe link is refused before anything is dialled', async () => {
    const server = await listen((response) => response.end());
    const truora = { ...truoraAt(server.origin), uploadOrigins: truoraOnly };
    await expect(uploadMedia(truora, `${server.origin}/u/x`, selfie())).rejects.toThrow('upload_link_unsafe');
    expect(server.connections()).toBe(0);
    server.close();
  });

  test('a name that resolves to a private address is refused before anything is dialled', async () => {
    const server = await listen((response) => response.end());
    const origin = `https://private.example:${new URL(server.origin).port}`;
    const truora = { ...truoraAt(server.origin), uploadOrigins: [origin] };
    await expect(uploadMedia(truora, `${origin}/u/x`, selfie())).rejects.toMatchObject({
      name: 'UploadLinkUnsafeError',
    });
    expect(server.connections()).toBe(0);
    server.close();
  });

  const addresses = (host: string, all: boolean) =>
    new Promise((resolve) => {
      const { lookup } = checkUploadLink(`https://${host}/u/x`, [`https://${host}`]);
      lookup?.(host, { all }, (error, found, family) => resolve(error ? error.code : all ? found : [found, family]));
    });

  test.each(['private.example', 'half.example', 'nobody.example'])('%s is not dialled at all', async (host) => {
    expect(await addresses(host, true)).toBe('PRIVATE_ADDRESS');
    expect(await addresses(host, false)).toBe('PRIVATE_ADDRESS');
  });

  test('a public name is dialled at the very addresses that were checked', async () => {
    expect(await addresses('public.example', false)).toEqual(['8.8.8.8', 4]);
    expect(await addresses('public.example', true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
  });

  test('a stand-in on this machine needs neither https nor a lookup, but a place on the list', () => {
    for (const origin of ['http://127.0.0.1:4000', 'http://localhost:4000']) {
      expect(checkUploadLink(`${origin}/u/x`, [origin])).toEqual({ url: new URL(`${origin}/u/x`) });
      expect(() => checkUploadLink(`${origin}/u/x`, truoraOnly)).toThrow('upload_link_unsafe');
    }
  });
});

describe('how an upload ends', () => {
  test.each([
    [403, '', 'UploadLinkSpentError'],
    [400, '<Error><Code>AccessDenied</Code></Error>', 'UploadLinkSpentError'],
    [500, '<Error><Code>SignatureDoesNotMatch</Code></Error>', 'UploadLinkSpentError'],
    [400, '<Error><Code>EntityTooLarge</Code></Error>', 'UploadLinkSpentError'],
    [404, '', 'UploadLinkSpentError'],
    [408, '', 'UploadLinkSpentError'],
    [409, '', 'UploadLinkSpentError'],
    [425, '', 'UploadLinkSpentError'],
    [429, '', 'UploadLinkSpentError'],
    [500, '', 'TruoraUncertainError'],
    [503, '', 'TruoraUncertainError'],
  ])('%i with %j is a %s', async (status, body, name) => {
    const server = await listen((response) => response.writeHead(status).end(body));
    const upload = uploadMedia(truoraAt(server.origin), `${server.origin}/u/x?Signature=secret`, selfie());
    await expect(upload).rejects.toMatchObject({ name, message: expect.not.stringContaining('secret') });
    server.close();
  });

  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());
  const linkFor = async (accountId: string, timeoutSeconds = 60) => {
    await enroll(sandbox.origin, accountId);
    const options = { timeoutSeconds };
    const asked = { accountId, userAuthorized: true as const, options };
    const { instructions } = await createValidation(truoraAt(sandbox.origin), asked);
    return instructions?.file_upload_link ?? '';
  };
  const put = (link: string) => uploadMedia(truoraAt(sandbox.origin), link, selfie());

  test('a link works once', async () => {
    const link = await linkFor('ana');
    await put(link);
    await expect(put(link)).rejects.toMatchObject({ name: 'UploadLinkSpentError' });
    expect(sandbox.counts().uploads).toBe(1);
  });

  test('a line that breaks half-way takes nothing, and the same link works again', async () => {
    const link = await linkFor('ana-upload-reset');
    await expect(put(link)).rejects.toMatchObject({ name: 'TruoraUncertainError' });
    expect(sandbox.counts().uploads).toBe(0);
    await put(link);
    expect(sandbox.counts().uploads).toBe(1);
  });

  test('an answer that gets lost leaves a spent link behind', async () => {
    const link = await linkFor('ana-upload-lost');
    await expect(put(link)).rejects.toMatchObject({ name: 'TruoraUncertainError' });
    expect(sandbox.counts().uploads).toBe(1);
    await expect(put(link)).rejects.toMatchObject({ name: 'UploadLinkSpentError' });
  });

  test('an upload host that is down may be asked again', async () => {
    const link = await linkFor('ana-down-2');
    await expect(put(link)).rejects.toMatchObject({ name: 'TruoraUncertainError' });
    await expect(put(link)).rejects.toMatchObject({ name: 'TruoraUncertainError' });
    await put(link);
    expect(sandbox.counts().uploads).toBe(1);
  });
});
