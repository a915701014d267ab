import { describe, expect, test } from 'vitest';
import { csvLine, plainCell } from '../../shared/campaigns/cells.ts';
import { ManifestError } from '../../shared/campaigns/errors.ts';
import { KeySet } from '../../shared/campaigns/key-set.ts';
import { linesOf } from '../../shared/campaigns/lines.ts';
import { type Record as ManifestRecord, readManifest } from '../../shared/campaigns/manifest.ts';
import { readRow } from '../../shared/campaigns/row.ts';
import { rowErrorOf } from '../../shared/campaigns/row-error.ts';

/** The chunks of a stream: each byte alone, so that every boundary is met, or all at once. */
async function* chunksOf(content: Uint8Array, size: number) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

const read = async (content: string | Uint8Array, format: 'csv' | 'ndjson' = 'csv', size = 100_000) => {
  const records: ManifestRecord[] = [];
  let sha256 = '';
  const source = chunksOf(typeof content === 'string' ? Buffer.from(content) : content, size);
  for await (const record of readManifest(source, format, (hash) => {
    sha256 = hash;
  }))
    records.push(record);
  return { records, sha256 };
};

const HEADER = 'accountId,enrollmentId,mediaKey,userAuthorized\n';

const good = { accountId: 'ana', enrollmentId: 'ENR1', mediaKey: 'media/a.jpg', userAuthorized: true };

describe('a manifest', () => {
  test.each([1, 7, 100_000])('is read in chunks of %i bytes, with the lines of its rows', async (size) => {
    const { records, sha256 } = await read(
      `${HEADER}ana,ENR1,"media/a,""b"".jpg",true\n\nbo,ENR2,media/b.jpg,TRUE\n`,
      'csv',
      size,
    );
    expect(records).toEqual([
      { line: 2, fields: { ...good, mediaKey: 'media/a,"b".jpg' } },
      { line: 4, fields: { accountId: 'bo', enrollmentId: 'ENR2', mediaKey: 'media/b.jpg', userAuthorized: true } },
    ]);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('may have its columns in any order, options as JSON and CRLF', async () => {
    const { records } = await read(
      'options,mediaKey,enrollmentId,accountId\r\n"{""threshold"":0.8}",media/a.jpg,ENR1,ana\r\n',
    );
    expect(records).toEqual([
      {
        line: 2,
        fields: { options: { threshold: 0.8 }, mediaKey: 'media/a.jpg', enrollmentId: 'ENR1', accountId: 'ana' },
      },
    ]);
  });

  test('may begin with a byte-order mark', async () => {
    expect((await read(`\uFEFF${HEADER}ana,ENR1,media/a.jpg,true\n`)).records).toEqual([{ line: 2, fields: good }]);
    expect((await read(`\uFEFF${JSON.stringify(good)}\n`, 'ndjson')).records).toEqual([{ line: 1, fields: good }]);
  });

  test('counts the lines of a cell with a line break', async () => {
    const { records } = await read(`reference,${HEADER}"a\nb",ana,ENR1,media/a.jpg,true\nc,bo,ENR2,media/b.jpg,true\n`);
    expect(records.map(({ line }) => line)).toEqual([2, 4]);
  });

  test('of NDJSON has an object in each line', async () => {
    const { records } = await read(`${JSON.stringify(good)}\n\n{"a":\n`, 'ndjson', 3);
    expect(records[0]).toEqual({ line: 1, fields: good });
    expect(rowErrorOf(3, (records[1] as { fault: unknown }).fault)).toMatchObject({
      line: 3,
      field: 'row',
      rule: 'must be one JSON object',
    });
  });
});

describe('refuses a manifest', () => {
  const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

  test.each<[string, string | Uint8Array, string, number | undefined]>([
    ['that is empty', '', 'manifest_empty', undefined],
    ['without a header', 'ana,ENR1,media/a.jpg,true\n', 'manifest_without_header', 1],
    ['whose header lacks a needed column', 'accountId,mediaKey\nana,media/a.jpg\n', 'manifest_without_header', 1],
    ['with an unknown column', 'accountId,enrollmentId,mediaKey,colour\n', 'manifest_unknown_column', 1],
    ['with a column twice', 'accountId,enrollmentId,mediaKey,accountId\n', 'manifest_unknown_column', 1],
    ['in UTF-16 with a byte-order mark', utf16(HEADER), 'manifest_encoding', undefined],
    ['in UTF-16 without one', Buffer.from(HEADER, 'utf16le'), 'manifest_encoding', undefined],
    ['in Latin-1', Buffer.from(`${HEADER}ana,ENR1,media/á.jpg,true\n`, 'latin1'), 'manifest_encoding', undefined],
    [
      'that ends within a character',
      Buffer.from(`${HEADER}ana,ENR1,media/á`).subarray(0, -1),
      'manifest_encoding',
      undefined,
    ],
    [
      'with a quote that is never closed',
      `${HEADER}ana,ENR1,media/a.jpg,true\nbo,"ENR2,media\nx\n`,
      'manifest_malformed',
      3,
    ],
    ['with a quote within a cell', `${HEADER}a"na,ENR1,media/a.jpg,true\n`, 'manifest_malformed', 2],
  ])('%s', async (_, content, reason, line) => {
    const error = await read(content).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ManifestError);
    expect([error.reason, error.line]).toEqual([reason, line]);
  });

  test('whose open quote would fill the memory, long before its end', async () => {
    let chunks = 0;
    async function* endless() {
      yield Buffer.from(`${HEADER}"`);
      for (; chunks < 10_000; chunks += 1) yield Buffer.alloc(65_536, 'x');
    }
    const all = async () => {
      for await (const _ of readManifest(endless(), 'csv'));
    };
    await expect(all()).rejects.toMatchObject({ reason: 'manifest_malformed', line: 2 });
    expect(chunks).toBeLessThan(10);
  });
});

describe('a row', () => {
  const errorOf = (fields: unknown, mode: 'flag' | 'receipt' = 'flag') => {
    try {
      readRow(fields, mode);
    } catch (error) {
      return rowErrorOf(5, error);
    }
    throw new Error('the row was read');
  };

  test.each<[string, Record<string, unknown>, string, string, string]>([
    ['without an account', { ...good, accountId: undefined }, 'request_invalid', 'accountId', 'is missing'],
    [
      'with media elsewhere',
      { ...good, mediaKey: 'secrets/a.jpg' },
      'request_invalid',
      'mediaKey',
      'must begin with media/, inbox/ or campaigns/{folder}/media/',
    ],
    [
      'with a manifest as its media',
      { ...good, mediaKey: 'campaigns/manifests/a.csv' },
      'request_invalid',
      'mediaKey',
      'must begin with media/, inbox/ or campaigns/{folder}/media/',
    ],
    [
      'with a blank in its key',
      { ...good, rowKey: 'a b' },
      'request_invalid',
      'rowKey',
      'must be 1 to 90 visible ASCII characters, without blanks',
    ],
    [
      'without consent',
      { ...good, userAuthorized: undefined },
      'consent_missing',
      'userAuthorized',
      'must be true: the person must have agreed',
    ],
    [
      'whose person did not agree',
      { ...good, userAuthorized: 'false' },
      'consent_missing',
      'userAuthorized',
      'must be true: the person must have agreed',
    ],
    [
      'with an unknown option',
      { ...good, options: { colour: 1 } },
      'request_invalid',
      'options.colour',
      'unknown field',
    ],
  ])('%s is refused by line, field and rule, without a value', (_, fields, reason, field, rule) => {
    expect(errorOf(fields)).toEqual({ line: 5, reason, field, rule });
  });

  test('needs a receipt where the deployment asks for receipts, and the word of the caller elsewhere', () => {
    expect(errorOf(good, 'receipt')).toMatchObject({ reason: 'consent_missing', field: 'consentReceiptId' });
    const receipt = `CNS${'0'.repeat(32)}`;
    const { userAuthorized: _, ...without } = good;
    expect(readRow({ ...without, consentReceiptId: receipt }, 'receipt')).toMatchObject({ consentReceiptId: receipt });
    expect(errorOf({ ...without, consentReceiptId: receipt })).toMatchObject({ reason: 'consent_missing' });
  });

  test('has a key of its own, the same for the same person and media', () => {
    const key = readRow(good, 'flag').rowKey;
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(readRow({ ...good, reference: 'x' }, 'flag').rowKey).toBe(key);
    expect(readRow({ ...good, mediaKey: 'media/b.jpg' }, 'flag').rowKey).not.toBe(key);
    expect(readRow({ ...good, rowKey: 'r1' }, 'flag').rowKey).toBe('r1');
  });
});

test.each(['=1+1', '+1', '-1', '@a', '\tb', '\rc'])(
  'a cell that begins as the formula %j is no formula in the output',
  (cell) => {
    const line = csvLine([cell, 'x']);
    expect(line).toBe(`"'${cell}",x\n`);
    expect(plainCell(`'${cell}`)).toBe(cell);
  },
);

test('cells with quotes, commas and line breaks read back as they were', async () => {
  const cells = ['a"b', 'c,d', 'e\nf', '', "it's"];
  const { records } = await read(`accountId,enrollmentId,mediaKey,reference,purpose\n${csvLine(cells)}`);
  expect(records).toEqual([
    { line: 2, fields: { accountId: 'a"b', enrollmentId: 'c,d', mediaKey: 'e\nf', purpose: "it's" } },
  ]);
});

test('a set of keys finds each duplicate, and takes no key for another', () => {
  const keys = new KeySet();
  for (let n = 0; n < 20_000; n += 1) expect(keys.add(`row-${n}`)).toBe(true);
  for (let n = 0; n < 20_000; n += 999) expect(keys.add(`row-${n}`)).toBe(false);
});

test('lines say their length in bytes, by which a reader goes on', async () => {
  const text = 'á\r\nb\n\nlast';
  const lines: { text: string; bytes: number }[] = [];
  for await (const line of linesOf(chunksOf(Buffer.from(text), 2), 100)) lines.push(line);
  expect(lines.map((line) => line.text)).toEqual(['á', 'b', '', 'last']);
  expect(lines.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(Buffer.byteLength(text));
});
