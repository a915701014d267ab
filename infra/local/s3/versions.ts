import { createHash, randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

export type Content = {
  /** MD5 in hex, without the quotes of the header. */
  etag: string;
  bytes: number;
  contentType: string;
  metadata: Record<string, string>;
};

export type StoredObject = Content & { versionId: string; at: Date };

export type DeleteMarker = { marker: true; versionId: string; at: Date };

export type Version = StoredObject | DeleteMarker;

export const isMarker = (version: Version | undefined): version is DeleteMarker =>
  version !== undefined && 'marker' in version;

const compareBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** One key: the ids of all versions that it ever had, and the existing versions, oldest first. */
type History = { made: readonly string[]; versions: readonly Version[] };

/** A key without versions. */
const nothingYet: History = { made: [], versions: [] };

/** Where a list continues: after this key, or after this version of it. */
export type After = { key: string; versionId: string | undefined };

export type Versions = ReturnType<typeof openVersions>;

/**
 * All versions of all objects: content in files named by version id (never by key), the rest in memory. A version id depends only on
 * the bucket, the key, the content and the number of versions that the key has had, so the same drop into an empty store has the
 * same version id. Removed versions stay counted: no id is used twice.
 */
export const openVersions = (directory: string) => {
  const buckets = new Map<string, Map<string, History>>();
  const historyOf = (bucket: string, key: string): History => buckets.get(bucket)?.get(key) ?? nothingYet;
  /** Stores a version. `concat`, since `push` and spreading reserve memory for 16 more, and most keys have one version. */
  const append = (bucket: string, key: string, version: Version): void => {
    const { made, versions } = historyOf(bucket, key);
    const keys = buckets.get(bucket) ?? new Map<string, History>();
    buckets.set(bucket, keys.set(key, { made: made.concat(version.versionId), versions: versions.concat(version) }));
  };
  const path = (versionId: string): string => join(directory, versionId);
  const nextId = (bucket: string, key: string, md5: string | null): string => {
    const { made } = historyOf(bucket, key);
    const seed = JSON.stringify([bucket, key, md5, made.length]);
    return createHash('sha256').update(seed).digest().subarray(0, 24).toString('base64url');
  };

  let lastSequence = 0;
  /** From the clock, so that it also grows across a restart; 18 digits as at S3. */
  const sequencer = (): string => {
    lastSequence = Math.max(lastSequence + 1, Date.now() * 1000);
    return lastSequence.toString(16).toUpperCase().padStart(18, '0');
  };

  return {
    path,
    /** The temporary file of an upload. The dot distinguishes it from every version id. */
    landingPath: (): string => join(directory, `landing.${randomUUID()}`),
    current: (bucket: string, key: string): Version | undefined => historyOf(bucket, key).versions.at(-1),
    find: (bucket: string, key: string, versionId: string): Version | undefined =>
      historyOf(bucket, key).versions.find((version) => version.versionId === versionId),
    /** Whether the key ever had the version, also if it is removed. */
    wasThere: (bucket: string, key: string, versionId: string): boolean =>
      historyOf(bucket, key).made.includes(versionId),
    /** The versions after a place, in S3's order: keys by their bytes, the newest version of each first. */
    list: (bucket: string, prefix: string, after: After): { key: string; version: Version; isLatest: boolean }[] =>
      [...(buckets.get(bucket) ?? [])]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, history]) => ({ key, ...history, order: compareBytes(key, after.key) }))
        .filter(({ order }) => order > 0 || (order === 0 && after.versionId !== undefined))
        .toSorted((one, other) => compareBytes(one.key, other.key))
        .flatMap(({ key, made, versions, order }) => {
          // A set, because a key may have tens of thousands of versions.
          const older =
            order === 0 ? new Set(made.slice(0, Math.max(0, made.indexOf(after.versionId ?? '')))) : undefined;
          return versions
            .map((version) => ({ key, version, isLatest: version === versions.at(-1) }))
            .filter(({ version }) => older?.has(version.versionId) ?? true)
            .toReversed();
        }),
    /** Has no `await`: the newest version is the one whose upload ended last, and conditions that were checked still hold. */
    add: (bucket: string, key: string, landed: string, content: Content) => {
      const version = { ...content, versionId: nextId(bucket, key, content.etag), at: new Date() };
      renameSync(landed, path(version.versionId));
      append(bucket, key, version);
      return { ...version, sequencer: sequencer() };
    },
    mark: (bucket: string, key: string): DeleteMarker => {
      const marker = { marker: true as const, versionId: nextId(bucket, key, null), at: new Date() };
      append(bucket, key, marker);
      return marker;
    },
    remove: async (bucket: string, key: string, version: Version): Promise<void> => {
      const { made, versions } = historyOf(bucket, key);
      buckets.get(bucket)?.set(key, { made, versions: versions.filter((other) => other !== version) });
      await rm(path(version.versionId), { force: true });
    },
  };
};
