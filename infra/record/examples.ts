import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** A stored answer of Truora: `operation.case`, its status and its scrubbed body. */
export type Example = { name: string; status: number; body: unknown };

type Kept = { source?: unknown; status?: unknown; body?: unknown };

const keptIn = (file: string): Kept => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : {});

/**
 * Writes the answers that differ from the recorded ones. An unchanged answer keeps its date, so that git shows only changes of
 * Truora.
 * @returns for each example whether it is new, changed or unchanged
 */
export const writeExamples = (folder: string, examples: Example[], today: Date): [string, string][] =>
  examples.map(({ name, status, body }) => {
    const file = join(folder, `${name}.json`);
    const kept = keptIn(file);
    const same = isDeepStrictEqual([kept.status, kept.body], [status, body]);
    if (kept.source === 'recorded' && same) return [name, 'unchanged'];
    const recordedAt = today.toISOString().slice(0, 10);
    writeFileSync(file, `${JSON.stringify({ source: 'recorded', recordedAt, status, body }, null, 2)}\n`);
    return [name, same ? 'recorded for the first time, as it was expected' : 'CHANGED'];
  });
