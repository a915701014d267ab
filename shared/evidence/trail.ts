import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { encode } from './base64url.ts';

/** An entry of the trail with the hash of the entry before it; absent in the first one. */
export const ChainedEntry = z.object({ phase: z.string(), at: z.string(), previous: z.optional(z.string()) });

export type ChainedEntry = z.infer<typeof ChainedEntry>;

/** The hash of an entry: SHA-256 of a JSON list of its values, so that the order of members has no effect. */
const hashOf = ({ phase, at, previous = null }: { phase: string; at: string; previous?: string | null | undefined }) =>
  encode(
    createHash('sha256')
      .update(JSON.stringify([phase, at, previous]))
      .digest(),
  );

/** Chains the entries of a trail, oldest first. `head` is the hash of the last one; undefined for an empty trail. */
export const chainOf = (
  trail: readonly { phase: string; at: string }[],
): { entries: ChainedEntry[]; head: string | undefined } => {
  let head: string | undefined;
  const entries = trail.map(({ phase, at }) => {
    const entry = head === undefined ? { phase, at } : { phase, at, previous: head };
    head = hashOf(entry);
    return entry;
  });
  return { entries, head };
};

/** Whether each entry has the hash of the one before it, and `head` is that of the last one. */
export const isChained = (entries: readonly ChainedEntry[], head: string | undefined): boolean => {
  const chained = chainOf(entries);
  return head === chained.head && entries.every(({ previous }, at) => previous === chained.entries[at]?.previous);
};
