import { describe, expect } from 'vitest';
import type { RowStatus } from '../../shared/campaigns/campaign.ts';
import { readCampaign, recordRow } from '../../shared/campaigns/items.ts';
import { readManifest } from '../../shared/campaigns/manifest.ts';
import { objectsOf } from '../../shared/campaigns/objects.ts';
import { type Row, readRow, requestOf } from '../../shared/campaigns/row.ts';
import { type Sum, sumUp } from '../../shared/campaigns/sum-up.ts';
import { explain, outcomeReasons } from '../../shared/domain/reasons.ts';
import { campaign } from '../support/campaign.ts';
import { BUCKET } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { objectText } from '../support/planned.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('SumUp', { media: true });

const settingsOf = ({ ledger }: LocalAws) => ({ ledger, mediaBucket: BUCKET, bus: 'outcomes' });

let count = 0;

type Fields = Row & { rowKey: string };

const rowOf = (rowKey: string, more: Omit<Partial<Row>, 'rowKey'> = {}): Fields => ({
  accountId: `a-${rowKey}`,
  enrollmentId: `ENR-${rowKey}`,
  mediaKey: `media/${rowKey}.jpg`,
  userAuthorized: true,
  rowKey,
  ...more,
});

/** A campaign that runs, with its planned rows. @returns its id */
const running = async (
  aws: LocalAws,
  rows: readonly Fields[],
  of: Parameters<typeof campaign>[0] = {},
): Promise<string> => {
  count += 1;
  const campaignId = `CMP${String(count).padStart(32, 'd')}`;
  const owner = { campaignId, purpose: 'default', createdBy: 'iam:person' };
  const lines = rows.map((row, n) =>
    JSON.stringify({ campaignId, line: n + 2, rowKey: row.rowKey, request: requestOf(owner, row, 'v1') }),
  );
  await aws.put(objectsOf(campaignId).rows, `${lines.join('\n')}\n`);
  await aws.putItem({
    pk: `CAMP#${campaignId}`,
    ...campaign({ campaignId, status: 'running', runnable: rows.length, ...of }),
  });
  return campaignId;
};

/** The rows of a retry file, as a plan reads them. */
const retried = async (campaignId: string, mode: 'flag' | 'receipt' = 'flag'): Promise<Fields[]> => {
  const rows: Fields[] = [];
  async function* content() {
    yield Buffer.from((await objectText(objectsOf(campaignId).retry)) ?? '');
  }
  for await (const record of readManifest(content(), 'csv')) {
    if ('fault' in record) throw record.fault;
    rows.push(readRow(record.fields, mode));
  }
  return rows;
};

const results = async (campaignId: string) =>
  ((await objectText(objectsOf(campaignId).results)) ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { rowKey: string; status: string; reason?: string; retry: boolean });

describe('the retry file', () => {
  test('is a manifest with the rows of exactly those reasons that the table calls retryable', async ({ aws }) => {
    const reasons = [...outcomeReasons];
    const id = await running(aws, [rowOf('approved'), ...reasons.map((reason) => rowOf(reason))]);
    await recordRow(aws.table, id, 'approved', { status: 'approved' });
    for (const reason of reasons) await recordRow(aws.table, id, reason, { status: explain(reason).status, reason });
    expect(await sumUp(settingsOf(aws), id, undefined)).toMatchObject({ next: 'end', left: 0 });
    const retryable = reasons.filter((reason) => ['now', 'later'].includes(explain(reason).retry));
    expect(retryable.length).toBeGreaterThan(5);
    expect(retryable.length).toBeLessThan(reasons.length - 5);
    expect((await retried(id)).map(({ rowKey }) => rowKey)).toEqual(retryable);
    const listed = await results(id);
    expect(listed).toHaveLength(reasons.length + 1);
    expect(listed.filter(({ retry }) => retry).map(({ rowKey }) => rowKey)).toEqual(retryable);
  });

  test('has each row as it was, also with formulas, quotes, options and a receipt', async ({ aws }) => {
    const receipt = `CNS${'1'.repeat(32)}`;
    const rows = [
      rowOf('plain'),
      rowOf('formula', { reference: '@SUM(A1)', mediaKey: 'media/a,"b".jpg' }),
      rowOf('options', { options: { threshold: 0.8 }, purpose: 'onboarding' }),
      rowOf('receipt', { consentReceiptId: receipt }),
    ];
    const id = await running(aws, rows);
    for (const { rowKey } of rows)
      await recordRow(aws.table, id, rowKey, { status: 'failed', reason: 'execution_failed' });
    await sumUp(settingsOf(aws), id, undefined);
    const again = await retried(id);
    expect(again).toEqual(rows.map((row) => ({ purpose: 'default', ...row, forceNew: `retry of ${id}` })));
    const text = (await objectText(objectsOf(id).retry)) ?? '';
    expect(
      text
        .split('\n')
        .flatMap((line) => line.split(','))
        .filter((cell) => /^[=+\-@]/.test(cell)),
    ).toEqual([]);
  });

  test('has a row that did not run without the order to decide again: it has no answer yet', async ({ aws }) => {
    const id = await running(aws, [rowOf('r1'), rowOf('r2')]);
    await recordRow(aws.table, id, 'r1', { status: 'approved' });
    const stuck: Sum = { next: 'rows', left: 1, idle: 3, children: 10 };
    expect(await sumUp(settingsOf(aws), id, stuck)).toMatchObject({ next: 'end' });
    expect(await retried(id)).toEqual([{ ...rowOf('r2'), purpose: 'default' }]);
    expect(await readCampaign(aws.table, id)).toMatchObject({ status: 'ended', approved: 1, not_run: 1 });
  });
});

describe('a sum', () => {
  test.for<[Parameters<typeof campaign>[0], boolean, string, string]>([
    [{ status: 'running' }, true, 'rows', 'running'],
    [{ status: 'pausing' }, true, 'rows', 'pausing'],
    [{ status: 'pausing' }, false, 'end', 'paused'],
    [{ status: 'canceling' }, true, 'rows', 'canceling'],
    [{ status: 'canceling' }, false, 'end', 'canceled'],
  ])(
    'of a campaign with rows left that is %s (first: %s) is followed by %s, and it is %s',
    async ([of, isFirst, next, status], { aws }) => {
      const id = await running(aws, [rowOf('r1'), rowOf('r2')], of);
      await recordRow(aws.table, id, 'r1', { status: 'approved' });
      const last: Sum | undefined = isFirst ? undefined : { next: 'rows', left: 2, idle: 0, children: 10 };
      expect((await sumUp(settingsOf(aws), id, last)).next).toBe(next);
      expect((await readCampaign(aws.table, id))?.status).toBe(status);
    },
  );

  test('counts each row once, also one that is recorded several times, and keeps its first result', async ({ aws }) => {
    const id = await running(aws, [rowOf('r1')]);
    const as = (status: RowStatus) => recordRow(aws.table, id, 'r1', { status });
    await as('approved');
    await as('declined');
    await as('approved');
    expect(await readCampaign(aws.table, id)).toMatchObject({ approved: 1, declined: 0 });
    await sumUp(settingsOf(aws), id, undefined);
    expect(await results(id)).toMatchObject([{ rowKey: 'r1', status: 'approved' }]);
  });
});
