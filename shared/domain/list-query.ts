import * as z from 'zod/mini';
import { CaseStatus, type ListPosition, PageSize, readCursor } from './api.ts';
import { RequestInvalidError } from './errors.ts';
import { parseOrRefuse } from './parse.ts';

const TIME_RULE = 'must be a date or a time with its zone, such as 2026-11-23 or 2026-11-23T10:00:00Z';

/** A day means its first moment in UTC. The result has the form of the ledger's times, so that texts compare as times. */
const Time = z.pipe(
  z.union([z.iso.date(TIME_RULE), z.iso.datetime({ offset: true, error: TIME_RULE })], TIME_RULE),
  z.transform((text: string) => new Date(text).toISOString()),
);

/** The query of a list. Each part is optional. */
export const ListQuery = z.strictObject({
  status: z.optional(CaseStatus),
  since: z.optional(Time),
  until: z.optional(Time),
  limit: PageSize,
  cursor: z.optional(z.string()),
});

/** What a list is about: `claimed` holds the first and the last time of a claim, both inclusive. */
export type ListFilter = {
  status: CaseStatus | undefined;
  claimed: { from: string; to: string };
  limit: number;
  after: ListPosition | undefined;
};

const broken = (path: string, code: string, detail: string) =>
  new RequestInvalidError('request_invalid', `${path}: ${detail}`, [{ path, code, detail }]);

/** Before and after every claim. */
const [FIRST, LAST] = ['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'];

/** The ledger's times have milliseconds, so the last one before `until` is one millisecond earlier. */
const lastBefore = (time: string): string => new Date(Date.parse(time) - 1).toISOString();

/** Reads the query of a list. @throws RequestInvalidError that names each part and its rule */
export const readListQuery = (query: Record<string, string | undefined>): ListFilter => {
  const { status, since, until, limit, cursor } = parseOrRefuse(ListQuery, query);
  if (since !== undefined && until !== undefined && since >= until)
    throw broken('until', 'out_of_range', 'must be later than since');
  const claimed = { from: since ?? FIRST, to: until === undefined ? LAST : lastBefore(until) };
  const after = cursor ? readCursor(cursor) : undefined;
  // DynamoDB refuses a start outside of the times that are asked for.
  if (after && (after.claimedAt < claimed.from || after.claimedAt > claimed.to))
    throw broken('cursor', 'rule', 'must be sent with the since and until of the previous page');
  return { status, claimed, limit, after };
};
