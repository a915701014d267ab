import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { UploadLinkUnsafeError } from '../domain/errors.ts';

/** Loopback, private, link-local, shared, benchmarking, multicast and reserved: IANA's special-purpose registries. */
const notPublic4 = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  notPublic4.addSubnet(net, bits, 'ipv4');

/** A list apart: a BlockList holds IPv4 addresses against IPv6 rules too, and `::/8` would match every one of them. */
const notPublic6 = new BlockList();
for (const [net, bits] of [
  ['::', 8],
  ['64:ff9b::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const)
  notPublic6.addSubnet(net, bits, 'ipv6');

/** True for an address that media must never be sent to, and for IPv4 in the clothes of IPv6, which nobody needs. */
export const isPrivateAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return notPublic4.check(address, 'ipv4');
  return family === 0 || notPublic6.check(address, 'ipv6');
};

/** Resolves a name once, for the very connection that is about to be made, and refuses it if any answer is private. */
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
 * Checks where Truora wants the media sent: https, a host on the list, its default port, no user info, no private address.
 * @param allowed origins; a stand-in's own (loopback, http) only ever gets there by configuration
 * @throws UploadLinkUnsafeError without the link, which is a bearer secret
 */
export const checkUploadLink = (link: string, allowed: readonly string[]): UploadTarget => {
  const unsafe = (rule: string) => new UploadLinkUnsafeError('upload_link_unsafe', `the upload link ${rule}`);
  if (!URL.canParse(link)) throw unsafe('is not a URL');
  const url = new URL(link);
  if (url.username || url.password) throw unsafe('carries user info');
  if (!allowed.includes(url.origin)) throw unsafe('points to an origin that is not allowed');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const standin = host === 'localhost' || (isIP(host) !== 0 && isPrivateAddress(host));
  if (url.protocol !== 'https:' && !standin) throw unsafe('is not https');
  return { url, ...(standin ? {} : { lookup: lookupPublic }) };
};

/** When the link stops working: `Expires` in unix seconds (seen), or the date and life of `X-Amz-*` (seen in 2024). */
export const expiryOf = (url: URL): Date | undefined => {
  const expires = Number(url.searchParams.get('Expires') ?? Number.NaN);
  if (Number.isInteger(expires) && expires > 0 && expires < 8.64e12) return new Date(expires * 1000);
  const [, y, mo, d, h, mi, s] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(url.searchParams.get('X-Amz-Date') ?? '') ?? [];
  const life = Number(url.searchParams.get('X-Amz-Expires') ?? Number.NaN);
  if (!y || !Number.isInteger(life)) return undefined;
  const at = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) + life * 1000;
  return Number.isNaN(at) ? undefined : new Date(at);
};
