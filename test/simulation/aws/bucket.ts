import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type {
  DeleteObjectCommandInput,
  DeleteObjectsCommandInput,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  ListObjectVersionsCommandInput,
  PutObjectCommandInput,
} from '@aws-sdk/client-s3';

export type StoredVersion = {
  key: string;
  versionId: string;
  etag: string;
  bytes: Uint8Array;
  metadata: Record<string, string>;
  at: number;
};

/** S3's own answers of refusal, by name and status. */
const refused = (name: string, status: number): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });

/** S3 keeps time in whole seconds (documented of HTTP's Last-Modified; seen in listings). */
const lastModified = ({ at }: StoredVersion): Date => new Date(Math.floor(at / 1000) * 1000);

/** A versioned bucket in memory: what the functions read, list and delete of one. */
export const memoryBucket = () => {
  const versions: StoredVersion[] = [];

  const find = (key: string, versionId: string | undefined) =>
    versions.findLast((version) => version.key === key && (versionId === undefined || version.versionId === versionId));

  let puts = 0;
  const put = (key: string, bytes: Uint8Array, metadata: Record<string, string>): StoredVersion => {
    puts += 1;
    // Of a large object its beginning and length are enough to tell it apart.
    const etag = createHash('md5').update(bytes.subarray(0, 4096)).update(String(bytes.length)).digest('hex');
    const version = { key, bytes, metadata, etag, versionId: `v${String(puts).padStart(4, '0')}`, at: Date.now() };
    versions.push(version);
    return version;
  };

  const operations = {
    GetObject: ({ Key = '', VersionId, IfMatch, Range }: GetObjectCommandInput) => {
      const version = find(Key, VersionId);
      if (!version) throw VersionId ? refused('NoSuchVersion', 404) : refused('NoSuchKey', 404);
      if (IfMatch && IfMatch.replaceAll('"', '') !== version.etag) throw refused('PreconditionFailed', 412);
      const all = version.bytes;
      if (Range && all.length === 0) throw refused('InvalidRange', 416);
      const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(Range ?? '') ?? [];
      const part = Range ? all.subarray(Number(from), to ? Number(to) + 1 : undefined) : all;
      return {
        Body: Object.assign(Readable.from([Buffer.from(part)]), {
          transformToByteArray: async () => part,
          transformToString: async () => Buffer.from(part).toString(),
        }),
        ContentLength: part.length,
        ...(Range ? { ContentRange: `bytes ${from}-${Number(from) + part.length - 1}/${all.length}` } : {}),
        ETag: `"${version.etag}"`,
        VersionId: version.versionId,
        Metadata: version.metadata,
        LastModified: lastModified(version),
      };
    },
    HeadObject: ({ Key = '', VersionId, IfMatch }: HeadObjectCommandInput) => {
      const version = find(Key, VersionId);
      if (!version) throw refused('NotFound', 404);
      if (IfMatch && IfMatch.replaceAll('"', '') !== version.etag) throw refused('PreconditionFailed', 412);
      const { etag, versionId, metadata, bytes } = version;
      return {
        ETag: `"${etag}"`,
        VersionId: versionId,
        Metadata: metadata,
        ContentLength: bytes.length,
        LastModified: lastModified(version),
      };
    },
    ListObjectVersions: ({ Prefix = '', EncodingType }: ListObjectVersionsCommandInput) => ({
      Versions: versions
        .filter(({ key }) => key.startsWith(Prefix))
        // Of one instant, the newest stands first too.
        .toReversed()
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || b.at - a.at)
        .map((version) => {
          const { key, versionId, etag, bytes } = version;
          return {
            Key: EncodingType === 'url' ? encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+') : key,
            VersionId: versionId,
            ETag: `"${etag}"`,
            Size: bytes.length,
            LastModified: lastModified(version),
            IsLatest: find(key, undefined)?.versionId === versionId,
          };
        }),
      IsTruncated: false,
    }),
    PutObject: ({ Key = '', Body, IfMatch, IfNoneMatch }: PutObjectCommandInput) => {
      const existing = find(Key, undefined);
      if (IfNoneMatch && existing) throw refused('PreconditionFailed', 412);
      if (IfMatch && IfMatch.replaceAll('"', '') !== existing?.etag) throw refused('PreconditionFailed', 412);
      return { ETag: `"${put(Key, Buffer.from(String(Body)), {}).etag}"` };
    },
    DeleteObjects: ({ Delete }: DeleteObjectsCommandInput) => {
      for (const { Key, VersionId } of Delete?.Objects ?? []) {
        const index = versions.findIndex(({ key, versionId }) => key === Key && versionId === VersionId);
        if (index >= 0) versions.splice(index, 1);
      }
      return {};
    },
    DeleteObject: ({ Key, VersionId }: DeleteObjectCommandInput) => {
      const index = versions.findIndex(({ key, versionId }) => key === Key && versionId === VersionId);
      if (index >= 0) versions.splice(index, 1);
      return {};
    },
  };

  return {
    versions,
    operations,
    put,
    remove: (version: StoredVersion) => {
      const index = versions.indexOf(version);
      if (index >= 0) versions.splice(index, 1);
    },
  };
};

/** S3: each call goes to the bucket that it names. */
export const s3Operations = (buckets: Readonly<Record<string, MemoryBucket>>) => {
  const [some] = Object.values(buckets);
  if (!some) throw new TypeError('there is no bucket');
  const of = (operation: keyof MemoryBucket['operations']) => (input: { Bucket?: string }) => {
    const bucket = buckets[input.Bucket ?? ''];
    if (!bucket) throw refused('NoSuchBucket', 404);
    return bucket.operations[operation](input as never);
  };
  return Object.fromEntries(
    (Object.keys(some.operations) as (keyof MemoryBucket['operations'])[]).map((name) => [name, of(name)]),
  );
};

export type MemoryBucket = ReturnType<typeof memoryBucket>;
