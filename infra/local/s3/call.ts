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

/** One request with a parsed address; its bucket exists. */
export type Call = {
  versions: Versions;
  bucket: string;
  key: string;
  query: Map<string, string>;
  headers: IncomingHttpHeaders;
  /** A reader may stop in the middle; the connection stays open, so that a refusal can still be sent. */
  body: AsyncIterable<Buffer>;
};

export type Answer = {
  status: number;
  headers: Record<string, string>;
  /** The part of a file that is the body; HEAD leaves it out. */
  part?: { path: string; start: number; bytes: number };
  /** A body that is not from a file. */
  text?: string;
  created?: ObjectCreated;
};
