import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { leaveAws, pointSdkAt } from '../../infra/local/credentials.ts';
import { deleteUploads } from '../../shared/aws/delete-versions.ts';
import { type Heard, listen } from '../support/truora.ts';

const BUCKET = 'media';

const KEY = 'inbox/a';

type Listed = { Key?: string; VersionId?: string };

/** One page of a list: its versions and delete markers, and the position of the next page. */
type Page = {
  versions?: Listed[];
  markers?: Listed[];
  next?: Partial<Record<'key' | 'version', string>>;
  isCut?: boolean;
};

let server: Awaited<ReturnType<typeof listen>>;

/** The pages that S3 lists, one call after the other; the last one stays. */
let pages: Page[];

/** What S3 answers to a deletion. */
let deletion: string;

const tag = (name: string, value: string | undefined) => (value === undefined ? '' : `<${name}>${value}</${name}>`);

const elements = (name: string, listed: readonly Listed[] = []) =>
  listed
    .map(({ Key = KEY, VersionId }) => `<${name}>${tag('Key', Key)}${tag('VersionId', VersionId)}</${name}>`)
    .join('');

const xmlOf = ({ versions, markers, next, isCut = next !== undefined }: Page) =>
  `<ListVersionsResult>${tag('IsTruncated', String(isCut))}${tag('NextKeyMarker', next?.key)}${tag('NextVersionIdMarker', next?.version)}${elements('Version', versions)}${elements('DeleteMarker', markers)}</ListVersionsResult>`;

const isList = ({ method }: Heard) => method === 'GET';

beforeAll(async () => {
  leaveAws();
  server = await listen((response, { method }) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    const at = server.heard.filter(isList).length - 1;
    response.end(method === 'GET' ? xmlOf(pages[Math.min(at, pages.length - 1)] ?? {}) : deletion);
  });
  pointSdkAt({ S3: server.origin });
});

afterAll(() => server.close());

beforeEach(() => {
  server.heard.length = 0;
  pages = [{}];
  deletion = '<DeleteResult></DeleteResult>';
});

/** The parameters of each list, and the versions of each deletion. */
const lists = () =>
  server.heard
    .filter(isList)
    .map(({ path = '' }) => Object.fromEntries(new URL(path, server.origin).searchParams.entries()));

const deletions = () =>
  server.heard
    .filter((one) => !isList(one))
    .map(({ body }) => [...body.matchAll(/<Key>(.*?)<\/Key><VersionId>(.*?)<\/VersionId>/g)].map(([, k, v]) => [k, v]));

const numbered = (count: number): Listed[] => Array.from({ length: count }, (_, n) => ({ VersionId: `v${n}` }));

const run = (isKept: Parameters<typeof deleteUploads>[2] = () => false, hasTime = () => true) =>
  deleteUploads(BUCKET, KEY, isKept, hasTime);

const more = { key: KEY, version: 'v9' };

const usual = { versions: '', prefix: KEY, 'encoding-type': 'url', 'max-keys': '1000' };

describe('the deletion of every version of a key', () => {
  test('deletes versions and delete markers of this key alone, in one quiet call', async () => {
    pages = [{ versions: [{ VersionId: 'v1' }, { Key: `${KEY}b`, VersionId: 'v2' }], markers: [{ VersionId: 'v3' }] }];
    expect(await run()).toBe(true);
    expect(lists()).toEqual([expect.objectContaining(usual)]);
    expect(lists()[0]).not.toHaveProperty('key-marker');
    expect(deletions()).toEqual([
      [
        [KEY, 'v1'],
        [KEY, 'v3'],
      ],
    ]);
    expect(server.heard.at(-1)?.body).toContain('<Quiet>true</Quiet>');
  });

  test('deletes no version that must stay, and none without an id', async () => {
    pages = [{ versions: [{ VersionId: 'v1' }, { VersionId: 'v2' }, {}] }];
    expect(await run(async (versionId) => versionId === 'v1')).toBe(true);
    expect(deletions()).toEqual([[[KEY, 'v2']]]);
  });

  test('sends no deletion where nothing is to be deleted', async () => {
    pages = [{ versions: [{ VersionId: 'v1' }] }];
    expect(await run(() => true)).toBe(true);
    pages = [{}];
    expect(await run()).toBe(true);
    expect(deletions()).toEqual([]);
  });

  test('checks ten versions at a time', async () => {
    pages = [{ versions: numbered(25) }];
    let running = 0;
    const seen: number[] = [];
    const isKept = async () => {
      running += 1;
      const first = running;
      await new Promise(setImmediate);
      seen.push(first === 1 ? running : 0);
      await new Promise(setImmediate);
      running -= 1;
      return false;
    };
    expect(await run(isKept)).toBe(true);
    expect(seen.filter(Boolean)).toEqual([10, 10, 5]);
    expect(deletions()).toEqual([numbered(25).map(({ VersionId }) => [KEY, VersionId])]);
  });

  test('goes on at the position of the next page, until the list goes on with another key', async () => {
    pages = [
      { versions: [{ VersionId: 'v9' }], next: more },
      { versions: [{ VersionId: 'v1' }], next: { key: `${KEY}b`, version: 'v1' } },
    ];
    expect(await run()).toBe(true);
    expect(lists()).toEqual([
      expect.objectContaining(usual),
      expect.objectContaining({ ...usual, 'key-marker': KEY, 'version-id-marker': 'v9' }),
    ]);
    expect(deletions()).toHaveLength(2);
  });

  test('ends where a cut list names no version to go on at', async () => {
    pages = [{ versions: [{ VersionId: 'v1' }], next: { key: KEY } }];
    expect(await run()).toBe(true);
    expect(lists()).toHaveLength(1);
  });

  test('ends where the list is not cut, also when it names a position', async () => {
    pages = [{ versions: [{ VersionId: 'v1' }], next: more, isCut: false }];
    expect(await run()).toBe(true);
    expect(lists()).toHaveLength(1);
  });

  test('ends after five pages, and says that the end was not reached', async () => {
    pages = [{ versions: [{ VersionId: 'v1' }], next: more }];
    expect(await run()).toBe(false);
    expect(lists()).toHaveLength(5);
  });

  test('deletes the first page at any time, and checks the time before each further page', async () => {
    pages = [{ versions: [{ VersionId: 'v1' }], next: more }];
    const times = [true, false];
    expect(await run(undefined, () => times.shift() ?? true)).toBe(false);
    expect(lists()).toHaveLength(2);
    expect(deletions()).toHaveLength(2);
    server.heard.length = 0;
    expect(await run(undefined, () => false)).toBe(false);
    expect(deletions()).toHaveLength(1);
  });

  test.each([
    ['its own code', '<Code>AccessDenied</Code>', 'AccessDenied'],
    ['no code', '', 'Error'],
  ])('throws when S3 did not delete a version, under %s', async (_, code, name) => {
    pages = [{ versions: [{ VersionId: 'v1' }], next: more }];
    deletion = `<DeleteResult><Error><Key>${KEY}</Key>${code}</Error></DeleteResult>`;
    await expect(run()).rejects.toMatchObject({ name });
    expect(lists()).toHaveLength(1);
  });
});
