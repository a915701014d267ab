import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { plainCell } from './cells.ts';
import { ManifestError, RowFault } from './errors.ts';
import { linesOf } from './lines.ts';
import { columns, fieldsOfCells, neededColumns } from './row.ts';

/** The longest record. A quote that is never closed ends there, so that it does not fill the memory. Bytes. */
const MAX_RECORD = 65_536;

/** A record of a manifest: its fields, not checked, or what kept them from being read. */
export type Record = { line: number; fields: unknown } | { line: number; fault: unknown };

/** Why a text is not UTF-8: a UTF-16 byte-order mark, or a zero byte, which every ASCII letter has in UTF-16. */
const isUtf16 = (start: Uint8Array): boolean =>
  (start[0] === 0xff && start[1] === 0xfe) ||
  (start[0] === 0xfe && start[1] === 0xff) ||
  start.subarray(0, 64).includes(0);

/** Passes the bytes on, checks that they are UTF-8, and hashes them. @throws ManifestError `manifest_encoding` */
async function* checkedText(source: AsyncIterable<Uint8Array>, hash: { update(chunk: Uint8Array): unknown }) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array) => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new ManifestError('manifest_encoding');
    }
  };
  let isFirst = true;
  for await (const chunk of source) {
    if (isFirst && isUtf16(chunk)) throw new ManifestError('manifest_encoding');
    isFirst = false;
    decode(chunk);
    hash.update(chunk);
    yield chunk;
  }
  decode();
}

/**
 * The records of a manifest, one at a time, in constant memory. A byte-order mark is left out.
 * @param onHash gets the SHA-256 of the whole manifest after the last record
 * @throws ManifestError
 */
export async function* readManifest(
  source: AsyncIterable<Uint8Array>,
  format: 'csv' | 'ndjson',
  onHash: (sha256: string) => void = () => {},
): AsyncGenerator<Record> {
  const hash = createHash('sha256');
  const text = checkedText(source, hash);
  yield* format === 'csv' ? readCsv(text) : readNdjson(text);
  onHash(hash.digest('hex'));
}

const lineBreaks = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);

async function* readCsv(source: AsyncIterable<Uint8Array>): AsyncGenerator<Record> {
  // Of the last whole record: the parser may fail before that one is read here.
  let lastLine = 0;
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
    on_record: (record, { lines }) => {
      lastLine = lines;
      return record;
    },
  });
  // Its error is the error of the iteration below.
  pipeline(Readable.from(source, { objectMode: false }), parser).catch(() => {});
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const line = info.lines - lineBreaks(record);
      if (!header) header = readHeader(record, line);
      else yield recordOf(header, record, line);
    }
  } catch (error) {
    throw error instanceof CsvError ? new ManifestError('manifest_malformed', lastLine + 1) : error;
  }
  if (!header) throw new ManifestError('manifest_empty');
}

/** @throws ManifestError for a column that is not known or given twice, and where a needed one is not there */
const readHeader = (cells: readonly string[], line: number): string[] => {
  const names = cells.map((cell) => cell.trim());
  const isKnown = (name: string) => (columns as readonly string[]).includes(name);
  if (!names.some(isKnown)) throw new ManifestError('manifest_without_header', line);
  if (!names.every(isKnown) || new Set(names).size < names.length)
    throw new ManifestError('manifest_unknown_column', line);
  if (!neededColumns.every((name) => names.includes(name))) throw new ManifestError('manifest_without_header', line);
  return names;
};

const recordOf = (header: readonly string[], cells: readonly string[], line: number): Record => {
  const fault = (rule: string) => ({ line, fault: new RowFault('row', rule) });
  if (cells.length !== header.length) return fault(`must have ${header.length} cells, as the header has`);
  try {
    return { line, fields: fieldsOfCells(header, cells.map(plainCell)) };
  } catch (error) {
    return { line, fault: error };
  }
};

async function* readNdjson(source: AsyncIterable<Uint8Array>): AsyncGenerator<Record> {
  let line = 0;
  for await (const { text } of linesOf(source, MAX_RECORD, () => new ManifestError('manifest_malformed', line + 1))) {
    line += 1;
    const json = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (json.trim() !== '') yield objectIn(json, line);
  }
}

const objectIn = (json: string, line: number): Record => {
  try {
    return { line, fields: JSON.parse(json) };
  } catch {
    return { line, fault: new RowFault('row', 'must be one JSON object') };
  }
};
