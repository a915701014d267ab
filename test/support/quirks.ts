/** A validation as Truora keeps it, and as its list would show it if it showed it as it was asked for. */
export type Row = {
  validation_id: string;
  account_id: string;
  type: string;
  threshold: number;
  creation_date: string;
  [more: string]: unknown;
};

/** A page of the list, and how Truora answers with it. */
export type Answered = { status: number; headers?: Record<string, string>; body: unknown };

/** A way in which a Truora of our own making differs from what is documented: in a row, or in the list around the rows. */
export type Quirk = {
  kind: string;
  /** @param draw a number in 0..1, the same for all rows of one case */
  echo?: (row: Row, draw: number) => object;
  list?: (rows: object[], draw: number) => Answered;
  /** What it is surely read as, where that is more than "no harm". */
  isOurs?: true;
};

const HOUR = 3_600_000;

const local = ({ creation_date }: Row, hours: number): string =>
  new Date(Date.parse(creation_date) + hours * HOUR).toISOString().slice(0, 19);

const east = (draw: number) => 1 + Math.floor(draw * 14);

const west = (draw: number) => -1 - Math.floor(draw * 12);

const echoes: Quirk[] = [
  { kind: 'says all as it was asked', echo: () => ({}), isOurs: true },
  {
    kind: 'threshold in single precision',
    echo: ({ threshold }) => ({ threshold: Math.fround(threshold) }),
    isOurs: true,
  },
  { kind: 'threshold in percent', echo: ({ threshold }) => ({ threshold: threshold * 100 }) },
  { kind: 'threshold rounded', echo: ({ threshold }) => ({ threshold: Math.round(threshold * 10) / 10 }) },
  { kind: "threshold of the account's own floor", echo: () => ({ threshold: 0.93 }) },
  { kind: 'threshold as a text', echo: ({ threshold }) => ({ threshold: String(threshold) }) },
  { kind: 'type face_recognition', echo: () => ({ type: 'face_recognition' }) },
  { kind: 'type face-validation', echo: () => ({ type: 'face-validation' }) },
  { kind: 'type in capitals', echo: () => ({ type: 'FACE-RECOGNITION' }) },
  { kind: 'type of a number', echo: () => ({ type: 3 }) },
  { kind: 'account in capitals', echo: ({ account_id }) => ({ account_id: account_id.toUpperCase() }) },
  { kind: 'account with a blank', echo: ({ account_id }) => ({ account_id: `${account_id} ` }) },
  { kind: 'date without a zone', echo: (row) => ({ creation_date: local(row, 0) }) },
  { kind: 'date without a zone, east', echo: (row, draw) => ({ creation_date: local(row, east(draw)) }) },
  { kind: 'date without a zone, west', echo: (row, draw) => ({ creation_date: local(row, west(draw)) }) },
  {
    kind: 'date without a zone or a T',
    echo: (row, draw) => ({ creation_date: local(row, west(draw)).replace('T', ' ') }),
  },
  { kind: 'date of another zone', echo: (row, draw) => ({ creation_date: `${local(row, east(draw))}Z` }) },
  { kind: 'date of another zone, west', echo: (row, draw) => ({ creation_date: `${local(row, west(draw))}Z` }) },
  {
    kind: 'date as a number',
    echo: ({ creation_date }) => ({ creation_date: Math.floor(Date.parse(creation_date) / 1000) }),
  },
  { kind: 'no date', echo: () => ({ creation_date: null }) },
  { kind: 'a date for people', echo: () => ({ creation_date: 'yesterday' }) },
];

/** The rows stand on a second page, of which the first tells in its own way. */
const paged = (
  kind: string,
  more: (isMore: boolean, all: number) => object,
  headers?: Record<string, string>,
): Quirk => ({
  kind,
  list: (rows) => ({
    status: 200,
    headers: rows.length > 0 ? (headers ?? {}) : {},
    body: { validations: [], ...more(rows.length > 0, rows.length) },
  }),
});

const pages: Quirk[] = [
  paged('links.next', (isMore) => ({ links: { next: isMore ? '/v1/accounts/x/validations?page=2' : null } })),
  paged('a link of rel next', (isMore) => ({ links: isMore ? [{ rel: 'next', href: '/v1/x' }] : [] })),
  paged('pagination.has_more', (isMore) => ({ pagination: { has_more: isMore } })),
  paged('meta.total', (_, all) => ({ meta: { total: all } })),
  paged('total_pages', (isMore) => ({ page: 1, total_pages: isMore ? 2 : 1 })),
  paged('page_token', (isMore) => ({ page_token: isMore ? 'abc' : '' })),
  paged('hasNext', (isMore) => ({ hasNext: isMore })),
  paged('next_offset', (isMore) => ({ paging: { next_offset: isMore ? 50 : null } })),
  paged('is_last', (isMore) => ({ is_last: !isMore })),
  paged('x-total-count', () => ({}), { 'x-total-count': '3' }),
  paged('a link header', () => ({}), { link: '<https://truora/x?page=2>; rel="next"' }),
];

const lists: Quirk[] = [
  { kind: 'the list is null', list: () => ({ status: 200, body: { validations: null } }) },
  { kind: 'the list is always empty', list: () => ({ status: 200, body: { validations: [] } }) },
  { kind: 'the list is not there', list: () => ({ status: 404, body: { code: 404 } }) },
  { kind: 'rows under another name', list: (rows) => ({ status: 200, body: { items: rows } }) },
  { kind: 'rows beside an empty list', list: (rows) => ({ status: 200, body: { validations: [], items: rows } }) },
  {
    kind: 'rows by their ids',
    list: (rows) => ({ status: 200, body: { validations: null, by_id: Object.fromEntries(Object.entries(rows)) } }),
  },
  { kind: 'a part of the list', list: () => ({ status: 206, body: { validations: [] } }) },
];

export const quirks: readonly Quirk[] = [...echoes, ...pages, ...lists];
