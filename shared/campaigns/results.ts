import { explain } from '../domain/reasons.ts';
import type { CallRequest } from '../domain/request.ts';
import { csvLine } from './cells.ts';
import type { RowResult } from './items.ts';
import { columns, mediaOf, type PlannedRow, type Row } from './row.ts';

/** Whether the row may be run again as it is, by the table of reasons: not where the person has to capture new media. */
export const isRetryable = ({ status, reason }: RowResult): boolean => {
  if (status === 'not_run') return true;
  if (status === 'approved' || reason === undefined) return false;
  return ['now', 'later'].includes(explain(reason).retry);
};

/** One line of `results.ndjson`. */
export const resultLine = ({ line, rowKey, request }: PlannedRow, result: RowResult): string => {
  const { accountId, reference } = request;
  return `${JSON.stringify({ line, rowKey, accountId, reference, ...result, retry: isRetryable(result) })}\n`;
};

export const retryHeader = csvLine(columns);

const cellsOf = (
  campaignId: string,
  { rowKey, request }: PlannedRow,
  { status }: RowResult,
): Record<keyof Row, string> => {
  const { accountId, enrollmentId, consentReceiptId, purpose, reference, options }: CallRequest = request;
  return {
    accountId,
    enrollmentId,
    mediaKey: mediaOf(request).key,
    consentReceiptId: consentReceiptId ?? '',
    userAuthorized: 'true',
    purpose: purpose ?? '',
    reference: reference ?? '',
    options: options ? JSON.stringify(options) : '',
    // Its media has an answer already, which a plain repeat would return.
    forceNew: status === 'not_run' ? '' : `retry of ${campaignId}`,
    rowKey,
  };
};

/** One line of `retry.csv`, which is a manifest. */
export const retryLine = (row: PlannedRow, result: RowResult): string => {
  const cells = cellsOf(row.campaignId, row, result);
  return csvLine(columns.map((name) => cells[name]));
};
