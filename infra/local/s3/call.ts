import type { IncomingHttpHeaders } from 'node:http';
import type { Versions } from './versions.ts';

export type ObjectCreated = {
  bucket: string;
  key: string;
  versionId: string;
  etag: string;
  bytes: number;
  reason: 'PutObject' | 'POST Object';
  /** Compared as hex, it orders the events of one key. */
  sequencer: string;
  at: Date;
};

/** One request, with its address read and its bucket known to exist. */
export type Call = {
  versions: Versions;
  bucket: string;
  key: string;
  query: Map<string, string>;
  headers: IncomingHttpHeaders;
  /** Breaking off in the middle leaves the connection whole, so that a refusal can still be answered. */
  body: AsyncIterable<Buffer>;
};

export type Answer = {
  status: number;
  headers: Record<string, string>;
  /** The part of a file that is the body; HEAD leaves it out. */
  part?: { path: string; start: number; bytes: number };
  /** A body that is no file. */
  text?: string;
  created?: ObjectCreated;
};
