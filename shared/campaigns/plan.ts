import { setTimeout as sleep } from 'node:timers/promises';
import { headText, openText, putFile } from '../aws/text-objects.ts';
import { TruoraBusyError, TruoraUncertainError } from '../domain/errors.ts';
import { type Campaign, MAX_ROWS } from './campaign.ts';
import { type CheckSettings, checkFields, checkRow } from './check-row.ts';
import { ManifestError, RowFault } from './errors.ts';
import { KeySet } from './key-set.ts';
import { linesOf } from './lines.ts';
import { type Record as ManifestRecord, readManifest } from './manifest.ts';
import { objectsOf } from './objects.ts';
import type { PlanCursor } from './plan-cursor.ts';
import { mediaOf, PlannedRow, readRow, requestOf } from './row.ts';
import { errorHeader, errorLine, type RowError, rowErrorOf } from './row-error.ts';
import { type Spool, spooling } from './spool.ts';

type Of<Stage extends PlanCursor['stage']> = Extract<PlanCursor, { stage: Stage }>;

/** What a plan works with. */
export type PlanSettings = CheckSettings & { campaign: Campaign; remainingMs: () => number };

/** The longest line of a row: the fields of a call at their longest, as JSON. Bytes. */
const MAX_LINE = 65_536;

/** Rows that are checked at once. */
const AT_ONCE = 20;

/** A call starts no other group of rows with less time left: a group may wait for Truora's deadline, twice. Milliseconds. */
const RESERVE_MS = 90_000;

/** Rows that are checked in a second at the slowest pace: a group never takes longer than one call of the function. */
const SLOWEST_READS = 1;

/** Truora is asked again after it. Milliseconds. */
const BUSY_MS = 5000;

const tally = (counts: { [reason: string]: number }, reason: string): void => {
  counts[reason] = (counts[reason] ?? 0) + 1;
};

const opened = async (bucket: string, key: string, more: { versionId?: string; from?: number } = {}) => {
  const { versionId, from } = more;
  const stream = await openText({ bucket, key, versionId }, from);
  if (!stream) throw new ManifestError('manifest_gone');
  return stream;
};

/**
 * The first stage: parses every row and finds duplicates, in one call and in constant memory. It reads the planned version of the
 * manifest and nothing else.
 * @param most rows that a manifest may have
 * @throws ManifestError
 */
export const readRows = async (settings: PlanSettings, most = MAX_ROWS): Promise<Of<'check'>> => {
  const { campaign, mediaBucket: bucket } = settings;
  const { campaignId, manifest } = campaign;
  const objects = objectsOf(campaignId);
  return spooling(2, async (read, errors) => {
    const source = await opened(bucket, manifest.key, { versionId: manifest.versionId });
    const refusals: { [reason: string]: number } = {};
    const keys = new KeySet();
    let [rows, sha256] = [0, ''];
    const records = readManifest(source, manifest.format, (hash) => {
      sha256 = hash;
    });
    for await (const record of records) {
      rows += 1;
      if (rows > most) throw new ManifestError('manifest_too_many_rows', record.line);
      const row = rowOf(settings, record, keys);
      if ('reason' in row) {
        tally(refusals, row.reason);
        await errors.add(errorLine(row));
      } else await read.add(`${JSON.stringify(row)}\n`);
    }
    if (rows === 0) throw new ManifestError('manifest_empty');
    await put(bucket, [
      [read, objects.read],
      [errors, objects.part('errors', 0)],
    ]);
    return { stage: 'check', from: 0, part: 1, rows, runnable: 0, refusals, sha256 };
  });
};

const put = async (bucket: string, files: readonly (readonly [Spool, string])[]): Promise<void> => {
  for (const [spool, key] of files) {
    await spool.close();
    await putFile({ bucket, key }, spool.path);
  }
};

const rowOf = (settings: PlanSettings, record: ManifestRecord, keys: KeySet): PlannedRow | RowError => {
  const { campaign, consentMode } = settings;
  const { line } = record;
  try {
    if ('fault' in record) throw record.fault;
    const row = readRow(record.fields, consentMode);
    if (!keys.add(row.rowKey)) throw new RowFault('rowKey', 'is on an earlier line too');
    const request = requestOf(campaign, row);
    checkFields(settings, request);
    return { campaignId: campaign.campaignId, line, rowKey: row.rowKey, request };
  } catch (error) {
    return rowErrorOf(line, error);
  }
};

/** The second stage, in as many calls as it takes: media, consent and enrollment of each row, at the pace of reads. */
export const checkRows = async (settings: PlanSettings, cursor: Of<'check'>): Promise<Of<'check'> | Of<'join'>> => {
  const { campaign, mediaBucket: bucket } = settings;
  const objects = objectsOf(campaign.campaignId);
  const { size, stream } = await leftOf(bucket, objects.read, cursor.from);
  return spooling(2, async (rows, errors) => {
    let next = { ...cursor, refusals: { ...cursor.refusals } };
    for await (const group of groupsOf(stream)) {
      const checked = await checkGroup(settings, group);
      if (!checked) break;
      next = await added(next, checked, rows, errors);
      next.from += group.reduce((sum, { bytes }) => sum + bytes, 0);
      if (settings.remainingMs() < RESERVE_MS) break;
    }
    await put(bucket, [
      [rows, objects.part('rows', cursor.part)],
      [errors, objects.part('errors', cursor.part)],
    ]);
    const { from, ...rest } = { ...next, part: cursor.part + 1 };
    return from < size ? { ...rest, from } : { ...rest, stage: 'join' };
  });
};

const leftOf = async (bucket: string, key: string, from: number) => {
  const head = await headText({ bucket, key });
  if (!head) throw new ManifestError('manifest_gone');
  // S3 refuses a range that begins at the end.
  return { size: head.bytes, stream: from < head.bytes ? await opened(bucket, key, { from }) : undefined };
};

type Line = { text: string; bytes: number };

async function* groupsOf(stream: AsyncIterable<Uint8Array> | undefined): AsyncGenerator<Line[]> {
  let group: Line[] = [];
  for await (const line of stream ? linesOf(stream, MAX_LINE) : []) {
    group.push(line);
    if (group.length < AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

type Checked = { row: PlannedRow; mediaUntil: number } | RowError;

/** Checks a group no faster than the pace of reads, twice the pace of rows. @returns undefined where Truora stays busy */
const checkGroup = async (settings: PlanSettings, group: readonly Line[]): Promise<Checked[] | undefined> => {
  const notBefore = Date.now() + (1000 * group.length) / Math.max(SLOWEST_READS, 2 * settings.campaign.askedPace);
  for (;;) {
    try {
      const checked = await Promise.all(group.map(({ text }) => checkOne(settings, text)));
      await sleep(Math.max(0, notBefore - Date.now()));
      return checked;
    } catch (error) {
      if (!(error instanceof TruoraBusyError || error instanceof TruoraUncertainError)) throw error;
      if (settings.remainingMs() < RESERVE_MS) return undefined;
      await sleep(BUSY_MS);
    }
  }
};

const checkOne = async (settings: PlanSettings, text: string): Promise<Checked> => {
  const row = PlannedRow.parse(JSON.parse(text));
  try {
    const { versionId, mediaUntil } = await checkRow(settings, row.request);
    const media = versionId === undefined ? row.request.media : { ...mediaOf(row.request), versionId };
    return { row: { ...row, request: { ...row.request, media } }, mediaUntil };
  } catch (error) {
    if (error instanceof TruoraBusyError || error instanceof TruoraUncertainError) throw error;
    return rowErrorOf(row.line, error);
  }
};

const added = async (cursor: Of<'check'>, checked: readonly Checked[], rows: Spool, errors: Spool) => {
  let { runnable, mediaUntil } = cursor;
  for (const one of checked) {
    if ('row' in one) {
      runnable += 1;
      mediaUntil = Math.min(mediaUntil ?? Number.POSITIVE_INFINITY, one.mediaUntil);
      await rows.add(`${JSON.stringify(one.row)}\n`);
    } else {
      tally(cursor.refusals, one.reason);
      await errors.add(errorLine(one));
    }
  }
  return { ...cursor, runnable, ...(mediaUntil === undefined ? {} : { mediaUntil }) };
};

/** The last stage: makes one object of the parts, of the rows and of the errors. */
export const joinParts = async (
  { campaign, mediaBucket: bucket }: PlanSettings,
  { part }: Of<'join'>,
): Promise<void> => {
  const objects = objectsOf(campaign.campaignId);
  await spooling(2, async (rows, errors) => {
    await errors.add(errorHeader);
    for (let number = 0; number < part; number += 1) {
      if (number > 0) await append(bucket, objects.part('rows', number), rows);
      await append(bucket, objects.part('errors', number), errors);
    }
    await put(bucket, [
      [rows, objects.rows],
      [errors, objects.errors],
    ]);
  });
};

const append = async (bucket: string, key: string, to: Spool): Promise<void> => {
  for await (const { text } of linesOf(await opened(bucket, key), MAX_LINE)) await to.add(`${text}\n`);
};
