import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/local/truora/sandbox.ts';
import { createValidation, uploadMedia } from '../../shared/truora/client.ts';
import { checkUploadLink, expiryOf, isLinkOver, isPrivateAddress } from '../../shared/truora/upload-link.ts';
import { enroll, listen, media, truoraAt } from '../support/truora.ts';

const truoraOnly = ['https://files.truora.com'];

/** What a name server says of names that no test may really ask about. */
const resolving: Record<string, string[]> = {
  'public.example': ['8.8.8.8', '2606:4700::1111'],
  'private.example': ['127.0.0.1'],
  'half.example': ['8.8.8.8', 'fd12:3456::1'],
  'absent.example': [],
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

describe('media may go', () => {
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
    ['user info before the allowed host', 'https://ana:secret@files.truora.com/u/x'],
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

  /** IANA's special-purpose registries of 2025, first and last address of each block, and multicast. */
  test.each([
    ['this network', '0.0.0.0', '0.255.255.255'],
    ['private use', '10.0.0.0', '10.255.255.255'],
    ['shared', '100.64.0.0', '100.127.255.255'],
    ['loopback', '127.0.0.0', '127.255.255.255'],
    ['link-local', '169.254.0.0', '169.254.255.255'],
    ['private use', '172.16.0.0', '172.31.255.255'],
    ['protocol assignments', '192.0.0.0', '192.0.0.255'],
    ['documentation', '192.0.2.0', '192.0.2.255'],
    ['AS112', '192.31.196.0', '192.31.196.255'],
    ['AMT', '192.52.193.0', '192.52.193.255'],
    ['6to4 relay', '192.88.99.0', '192.88.99.255'],
    ['private use', '192.168.0.0', '192.168.255.255'],
    ['AS112', '192.175.48.0', '192.175.48.255'],
    ['benchmarking', '198.18.0.0', '198.19.255.255'],
    ['documentation', '198.51.100.0', '198.51.100.255'],
    ['documentation', '203.0.113.0', '203.0.113.255'],
    ['multicast', '224.0.0.0', '239.255.255.255'],
    ['reserved and broadcast', '240.0.0.0', '255.255.255.255'],
    ['unspecified and loopback', '::', '::1'],
    ['IPv4 mapped', '::ffff:0:0', '::ffff:ffff:ffff'],
    ['IPv4 translated', '64:ff9b::', '64:ff9b::ffff:ffff'],
    ['IPv4 translated, local', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
    ['discard and dummy', '100::', '100:0:0:1:ffff:ffff:ffff:ffff'],
    ['protocol assignments, Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['benchmarking', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
    ['protocol assignments', '2001:3::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['AS112', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
    ['documentation', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['link-local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['site local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['multicast', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['not given out', '1000::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['not given out', '4000::', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('no address of the block for %s is public: %s to %s', (_, first, last) => {
    expect([first, last].filter((address) => !isPrivateAddress(address))).toEqual([]);
  });

  test.each([
    ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '126.255.255.255', '128.0.0.0'],
    ['169.253.255.255', '169.255.0.0', '172.15.255.255', '191.255.255.255', '192.0.1.0', '192.0.3.0'],
    ['192.31.195.255', '192.31.197.0', '192.52.192.255', '192.52.194.0', '192.88.98.255', '192.88.100.0'],
    ['192.167.255.255', '192.169.0.0', '192.175.47.255', '192.175.49.0', '198.17.255.255', '198.20.0.0'],
    ['198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255'],
    ['2000::', '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::', '2001:db7:ffff::', '2001:db9::', '2003::'],
    ['2620:4f:7fff:ffff::', '2620:4f:8001::', '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:1000::'],
  ])('the neighbours of the blocks are public: %s ...', (...addresses) => {
    expect(addresses.filter(isPrivateAddress)).toEqual([]);
  });

  test('an address with a zone is refused', () => {
    expect(isPrivateAddress('fe80::1%eth0')).toBe(true);
  });

  test.each([
    ['an hour before', 1795428300 - 3600, false],
    ['a second before', 1795428299, false],
    ['then', 1795428300, true],
  ])('a link with an expiry in the past is over: %s %i %j', (_, now, isOver) => {
    const made = new Date('2026-11-23T10:00:00Z');
    const link = 'https://files.truora.com/u/x?Expires=1795428300';
    expect(isLinkOver(link, made, new Date(now * 1000))).toBe(isOver);
  });

  test('a link that was over when it was made, or is invalid, states no expiry', () => {
    const [made, later] = [new Date('2026-11-23T10:05:00Z'), new Date('2050-01-01T00:00:00Z')];
    expect(isLinkOver('https://files.truora.com/u/x?Expires=1795428300', made, later)).toBe(false);
    expect(isLinkOver('https://files.truora.com/u/x?Expires=1795428301', made, later)).toBe(true);
    expect(isLinkOver('no link', made, later)).toBe(false);
  });

  test('a link is over by the clock when no other time is given', () => {
    const made = new Date(0);
    const ends = (ms: number) => `https://files.truora.com/u/x?Expires=${Math.round(ms / 1000)}`;
    expect(isLinkOver(ends(Date.now() - 60_000), made)).toBe(true);
    expect(isLinkOver(ends(Date.now() + 600_000), made)).toBe(false);
  });

  test.each(['?Expires=300', '', '?Expires=never'])('a link with %j states no expiry', (query) => {
    const made = new Date('2026-11-23T10:00:00Z');
    expect(isLinkOver(`https://files.truora.com/u/x${query}`, made, new Date('2050-01-01T00:00:00Z'))).toBe(false);
  });

  test.each([
    ['Expires=1795428300', '2026-11-23T10:05:00.000Z'],
    ['X-Amz-Date=20261123T100000Z&X-Amz-Expires=900', '2026-11-23T10:15:00.000Z'],
    ['X-Amz-Date=20261123T100000Z', undefined],
    ['Expires=never', undefined],
    ['Expires=1795428300.5', undefined],
    ['Expires=8640000000000', undefined],
    ['X-Amz-Date=20261123T100000Z&X-Amz-Expires=900.5', undefined],
    ['X-Amz-Date=20261123T100000Z&X-Amz-Expires=', undefined],
    ['X-Amz-Date=20261123T100000Z&X-Amz-Expires=soon', undefined],
    ['X-Amz-Date=20269923T100000Z&X-Amz-Expires=900', undefined],
    ['X-Amz-Date=x20261123T100000Z&X-Amz-Expires=900', undefined],
    ['X-Amz-Date=20261123T100000Zx&X-Amz-Expires=900', undefined],
    ['X-Amz-Expires=900', undefined],
    ['Expires=-5', undefined],
    ['Expires=0', undefined],
    ['Expires=', undefined],
    ['Expires=1', '1970-01-01T00:00:01.000Z'],
    ['Expires=8639999999999', '+275760-09-12T23:59:59.000Z'],
    ['Expires=0&X-Amz-Date=20261123T100000Z&X-Amz-Expires=900', '2026-11-23T10:15:00.000Z'],
    ['X-Amz-Date=20261123T100000Z&X-Amz-Expires=0', '2026-11-23T10:00:00.000Z'],
    ['X-Amz-Date=20261123T100000Z&X-Amz-Expires=1e99', undefined],
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

  test.each(['private.example', 'half.example', 'absent.example'])('%s is not dialled', async (host) => {
    expect(await addresses(host, true)).toBe('PRIVATE_ADDRESS');
    expect(await addresses(host, false)).toBe('PRIVATE_ADDRESS');
  });

  test('a public name is dialled at the addresses that were checked', async () => {
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

describe('the end of an upload', () => {
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
  ])('%i with %j gives %s', async (status, body, name) => {
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

  test('a connection that breaks half-way uploads nothing, and the same link works again', async () => {
    const link = await linkFor('ana-upload-reset');
    await expect(put(link)).rejects.toMatchObject({ name: 'TruoraUncertainError' });
    expect(sandbox.counts().uploads).toBe(0);
    await put(link);
    expect(sandbox.counts().uploads).toBe(1);
  });

  test('a lost answer leaves a spent link behind', async () => {
    const link = await linkFor('ana-upload-lost');
    await expect(put(link)).rejects.toMatchObject({ name: 'TruoraUncertainError' });
    expect(sandbox.counts().uploads).toBe(1);
    await expect(put(link)).rejects.toMatchObject({ name: 'UploadLinkSpentError' });
  });

  test('an absent upload host may be tried again', async () => {
    const link = await linkFor('ana-down-2');
    await expect(put(link)).rejects.toMatchObject({ name: 'TruoraUncertainError' });
    await expect(put(link)).rejects.toMatchObject({ name: 'TruoraUncertainError' });
    await put(link);
    expect(sandbox.counts().uploads).toBe(1);
  });
});
