import * as z from 'zod/mini';
import { openText, putFile } from '../aws/text-objects.ts';
import type { Ledger } from '../ledger/records.ts';
import { announceCampaign } from './announce.ts';
import { type Campaign, childrenFor, counted, type RowStatus } from './campaign.ts';
import { ManifestError } from './errors.ts';
import { moveTo, type RowResult, readCampaign, rowResults, setCounts } from './items.ts';
import { linesOf } from './lines.ts';
import { objectsOf } from './objects.ts';
import { isRetryable, resultLine, retryHeader, retryLine } from './results.ts';
import { PlannedRow } from './row.ts';
import { type Spool, spooling } from './spool.ts';

/** What comes after a sum: the rows that have no result, or the end. `idle` counts the rounds in which no row ended. */
export const Sum = z.object({
  next: z.enum(['rows', 'end']),
  left: z.int(),
  idle: z.int(),
  /** Children at once, the object with the rows, and where the Distributed Map writes what it did. */
  children: z.int(),
  rows: z.optional(z.string()),
  runs: z.optional(z.string()),
});

export type Sum = z.infer<typeof Sum>;

export type SumSettings = { ledger: Ledger; mediaBucket: string; bus: string };

/** After so many rounds in which no row ended, the rows that are left count as not run. */
const MOST_IDLE = 3;

const MAX_LINE = 65_536;

/** DynamoDB reads at most so many items at once (documented), and so many reads are made at once. */
const GROUP = 100;

const READS = 4;

type Files = { results: Spool; retry: Spool; left: Spool };

type Pass = { counts: Record<RowStatus, number>; left: number };

const none = (): Record<RowStatus, number> =>
  Object.fromEntries(counted.map((status) => [status, 0])) as Record<RowStatus, number>;

async function* rowsOf(bucket: string, campaignId: string): AsyncGenerator<PlannedRow[]> {
  const stream = await openText({ bucket, key: objectsOf(campaignId).rows });
  if (!stream) throw new ManifestError('manifest_gone');
  let group: PlannedRow[] = [];
  for await (const { text } of linesOf(stream, MAX_LINE)) {
    group.push(PlannedRow.parse(JSON.parse(text)));
    if (group.length < GROUP * READS) continue;
    yield group;
    group = [];
  }
  yield group;
}

const resultsOf = async (table: string, campaignId: string, rows: readonly PlannedRow[]) => {
  const parts = Array.from({ length: Math.ceil(rows.length / GROUP) }, (_, n) =>
    rows.slice(n * GROUP, (n + 1) * GROUP),
  );
  const keys = parts.map((part) => part.map(({ rowKey }) => rowKey));
  const found = await Promise.all(keys.map((some) => rowResults(table, campaignId, some)));
  return new Map(found.flatMap((one) => [...one]));
};

/** Goes through all rows that can run, in constant memory, and writes what ended and what is left. */
const pass = async (settings: SumSettings, campaignId: string, files: Files, isLast: boolean): Promise<Pass> => {
  const counts = none();
  let left = 0;
  await files.retry.add(retryHeader);
  for await (const rows of rowsOf(settings.mediaBucket, campaignId)) {
    const results = await resultsOf(settings.ledger.table, campaignId, rows);
    for (const row of rows) {
      const result: RowResult | undefined = results.get(row.rowKey) ?? (isLast ? { status: 'not_run' } : undefined);
      if (!result) {
        left += 1;
        await files.left.add(`${JSON.stringify(row)}\n`);
        continue;
      }
      counts[result.status] += 1;
      await files.results.add(resultLine(row, result));
      if (isRetryable(result)) await files.retry.add(retryLine(row, result));
    }
  }
  return { counts, left };
};

const keep = async ({ mediaBucket: bucket }: SumSettings, campaignId: string, files: Files): Promise<void> => {
  const objects = objectsOf(campaignId);
  for (const [name, spool] of Object.entries(files)) {
    await spool.close();
    await putFile({ bucket, key: objects[name as keyof Files] }, spool.path);
  }
};

/**
 * Counts what ended, writes `results.ndjson`, `retry.csv` and the rows that are left, and decides what comes: another round of rows, a
 * pause, or the end, which is announced. The results are in the ledger, so that nothing is lost with an execution that was killed; a
 * repeat finds the same.
 * @param last the sum before, in the same execution
 */
export const sumUp = async (settings: SumSettings, campaignId: string, last: Sum | undefined): Promise<Sum> => {
  const { ledger, bus } = settings;
  const campaign = await readCampaign(ledger.table, campaignId);
  if (!campaign) throw new TypeError('there is no such campaign');
  if (campaign.status === 'ended' || campaign.status === 'canceled') {
    await announceCampaign(bus, campaign);
    return over(0);
  }
  const isStuck = campaign.status === 'running' && (last?.idle ?? 0) >= MOST_IDLE;
  const { left } = await spooling(3, async (...[results, retry, rest]) => {
    const files = { results, retry, left: rest } as Files;
    const passed = await pass(settings, campaignId, files, isStuck || (campaign.status === 'canceling' && !!last));
    await setCounts(ledger.table, campaignId, passed.counts);
    await keep(settings, campaignId, files);
    return passed;
  });
  const idle = last && left >= last.left ? last.idle + 1 : 0;
  const next = await decide(settings, campaign, left, last === undefined);
  // What a caller asked for meanwhile comes in the next round, which begins no row.
  const { left: rows, runs } = objectsOf(campaignId);
  return next ?? { next: 'rows', left, idle, children: childrenFor(campaign.askedPace), rows, runs };
};

const over = (left: number): Sum => ({ next: 'end', left, idle: 0, children: 0 });

/** @returns undefined where the rows that are left come */
const decide = async (
  { ledger, bus }: SumSettings,
  campaign: Campaign,
  left: number,
  isFirst: boolean,
): Promise<Sum | undefined> => {
  const { campaignId, status } = campaign;
  // An execution that was killed left rows that have begun: a round finds them, also in a campaign that begins no other row.
  if (left > 0 && (status === 'running' || isFirst)) return undefined;
  if (status === 'pausing') return (await moveTo(ledger, campaignId, 'paused', {}, ['pausing'])) && over(left);
  if (status === 'running' || status === 'canceling') {
    const endedAt = new Date().toISOString();
    const ended = await moveTo(ledger, campaignId, status === 'running' ? 'ended' : 'canceled', { endedAt }, [status]);
    if (!ended) return undefined;
    await announceCampaign(bus, ended);
  }
  return over(left);
};
