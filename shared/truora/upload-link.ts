import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { defined } from '../domain/defined.ts';
import { UploadLinkUnsafeError } from '../domain/errors.ts';

/**
 * IANA's whole special-purpose registry for IPv4, also reachable addresses without file servers (AS112, AMT, anycast of
 * 192.0.0.0/24), and multicast.
 */
const notPublic4 = new BlockList();

for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublic4.addSubnet(net, bits, 'ipv4');

/**
 * Everything outside 2000::/3, the only block of public addresses (so loopback, mapped and translated IPv4, discard, segment
 * routing, unique and site local, link-local, multicast), and inside it the special-purpose registry: Teredo and other protocols,
 * documentation, 6to4, AS112.
 * A separate list: a BlockList also compares IPv4 addresses with IPv6 rules, and `::/3` would match all of them.
 */
const notPublic6 = new BlockList();

for (const [net, bits] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const)
  notPublic6.addSubnet(net, bits, 'ipv6');

/** Whether media must not be sent to an address. True for IPv4 addresses in IPv6 form too, which no server needs. */
export const isPrivateAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return notPublic4.check(address, 'ipv4');
  return family === 0 || notPublic6.check(address, 'ipv6');
};

/** Resolves a name once, for the connection that is made next, and refuses it when any address is private. */
const lookupPublic: LookupFunction = (host, options, done) =>
  resolve(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '');
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => isPrivateAddress(address))) {
      return done(Object.assign(new Error('private address'), { code: 'PRIVATE_ADDRESS' }), '');
    }
    return options.all ? done(null, addresses) : done(null, first.address, first.family);
  });

export type UploadTarget = { url: URL; lookup?: LookupFunction };

/**
 * Checks an upload link: https, a host on the list, its default port, no user info, no private address.
 * @param allowed origins; the local system's origin (loopback, http) is only allowed by configuration
 * @throws UploadLinkUnsafeError without the link, which is a bearer secret
 */
export const checkUploadLink = (link: string, allowed: readonly string[]): UploadTarget => {
  const unsafe = (rule: string) => new UploadLinkUnsafeError('upload_link_unsafe', `the upload link ${rule}`);
  if (!URL.canParse(link)) throw unsafe('is not a URL');
  const url = new URL(link);
  if (url.username || url.password) throw unsafe('carries user info');
  if (!allowed.includes(url.origin)) throw unsafe('points to an origin that is not allowed');
  const host = url.hostname.replace(/[[\]]/g, '');
  const isStandIn = host === 'localhost' || (isIP(host) !== 0 && isPrivateAddress(host));
  if (url.protocol !== 'https:' && !isStandIn) throw unsafe('is not https');
  return defined({ url, lookup: isStandIn ? undefined : lookupPublic });
};

/**
 * Whether the link has expired by its own date. A link with an expiry before its creation has an unknown form and is tried.
 * @param knownAt a moment before the link was made
 */
export const isLinkOver = (link: string, knownAt: Date, now = new Date()): boolean => {
  const expiry = URL.canParse(link) ? expiryOf(new URL(link)) : undefined;
  return expiry !== undefined && expiry > knownAt && expiry <= now;
};

/** When the link stops working: `Expires` in unix seconds (seen), or the date and life of `X-Amz-*` (seen in 2024). */
export const expiryOf = (url: URL): Date | undefined => {
  const expires = Number(url.searchParams.get('Expires') ?? Number.NaN);
  if (Number.isInteger(expires) && expires > 0 && expires < 8.64e12) return new Date(expires * 1000);
  const made = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(url.searchParams.get('X-Amz-Date')));
  const life = Number(url.searchParams.get('X-Amz-Expires') || Number.NaN);
  if (!made || !Number.isInteger(life)) return undefined;
  const [, y, mo, d, h, mi, s] = made;
  const at = new Date(Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) + life * 1000);
  return Number.isNaN(at.getTime()) ? undefined : at;
};
