import { beforeEach, expect, test, vi } from 'vitest';
import { checkUploadLink, isPrivateAddress } from '../../shared/truora/upload-link.ts';

type Done = (error: Error | null, found: { address: string; family: number }[]) => void;

const asked: { host: string; options: object }[] = [];

let failure: Error | null = null;

/** A name server that remembers how it was asked. */
vi.mock('node:dns', async (original) => ({
  ...(await original<typeof import('node:dns')>()),
  lookup: (host: string, options: object, done: Done) => {
    asked.push({ host, options });
    done(failure, [{ address: '8.8.8.8', family: 4 }]);
  },
}));

beforeEach(() => {
  asked.length = 0;
  failure = null;
});

const UNSAFE = expect.objectContaining({ name: 'UploadLinkUnsafeError', reason: 'upload_link_unsafe' });

const resolved = (options: object) =>
  new Promise((resolve) => {
    const { lookup } = checkUploadLink('https://files.truora.com/u/x', ['https://files.truora.com']);
    lookup?.('files.truora.com', options, (error, found) => resolve(error ?? found));
  });

test('asks the name server for all addresses, with the options of the connection', async () => {
  expect(await resolved({ family: 4, hints: 32 })).toBe('8.8.8.8');
  expect(asked).toEqual([{ host: 'files.truora.com', options: { family: 4, hints: 32, all: true } }]);
});

test('hands on the error of the name server', async () => {
  failure = Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  expect(await resolved({ all: true })).toBe(failure);
});

test.each(['https://user@files.truora.com/u/x', 'https://:word@files.truora.com/u/x'])(
  'refuses the link %s, which has one half of a user info',
  (link) => {
    expect(() => checkUploadLink(link, ['https://files.truora.com'])).toThrow(UNSAFE);
  },
);

test('takes a local IPv6 address without https and without a lookup, where it is on the list', () => {
  const origin = 'http://[::1]:4000';
  expect(checkUploadLink(`${origin}/u/x`, [origin])).toEqual({ url: new URL(`${origin}/u/x`) });
});

test('refuses a public address without https', () => {
  for (const origin of ['http://8.8.8.8', 'http://[2606:4700::1111]']) {
    expect(() => checkUploadLink(`${origin}/u/x`, [origin])).toThrow(UNSAFE);
  }
});

test.each(['6000::', '7fff:ffff::', '8000::', 'bfff::', 'c000::', 'e000::'])('%s is private', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});
