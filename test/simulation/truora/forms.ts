import type { Answer } from '../../../shared/truora/http.ts';
import type { Forms, Listing, Story } from './story.ts';

type Row = Record<string, unknown>;

/** The account's own threshold where it has one (documented as 0.65 to begin with). */
const OWN_THRESHOLD = 0.9;

const spelled: Record<NonNullable<Forms['threshold']>, (threshold: number) => number> = {
  'single precision': Math.fround,
  rounded: (threshold) => Math.round(threshold * 10) / 10,
  percent: (threshold) => threshold * 100,
  'the account’s own': (threshold) => Math.max(threshold, OWN_THRESHOLD),
};

const upper = (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : value);

const numbersAsTexts = (value: unknown): unknown => {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, numbersAsTexts(inside)]));
};

/** A date as a clock in another zone shows it, and without saying in which. */
const localDate = (date: string, hoursEast: number): string =>
  new Date(Date.parse(date) + hoursEast * 3_600_000).toISOString().replace('Z', '');

/** One validation as Truora writes it in this story. */
export const formed = (row: Row, forms: Forms = {}, isListed = false): Row => {
  const { threshold, type, creation_date, account_id } = row;
  const isEmpty = forms.details !== undefined && row.validation_status !== 'success';
  const out: Row = {
    ...row,
    ...(forms.threshold ? { threshold: spelled[forms.threshold](Number(threshold)) } : {}),
    type: forms.type ?? type,
    ...(forms.account && isListed ? { account_id: upper(account_id) } : {}),
    ...(forms.hoursEast === undefined ? {} : { creation_date: localDate(String(creation_date), forms.hoursEast) }),
    ...(forms.words ? { validation_status: upper(row.validation_status) } : {}),
    ...(forms.words && row.failure_status ? { failure_status: upper(row.failure_status) } : {}),
    ...(isEmpty ? { details: [] } : {}),
  };
  return (forms.numbers ? numbersAsTexts(out) : out) as Row;
};

/** A person's list as Truora writes it in this story. */
export const listed = (rows: readonly Row[], listing: Listing | undefined): { status: number; body: Row } => {
  switch (listing?.kind) {
    case 'not found':
      return { status: 404, body: { code: 1404, http_code: 404, message: 'not found' } };
    case 'null':
      return { status: 200, body: { validations: null } };
    case 'nameless':
      return { status: 200, body: {} };
    // An empty list has nothing to put elsewhere, and no second page.
    case 'elsewhere':
      return { status: 200, body: { validations: [], ...(rows.length > 0 ? { [listing.under]: rows } : {}) } };
    case 'paged':
      return { status: 200, body: { validations: [], ...(rows.length > 0 ? listing.more : {}) } };
    default:
      return { status: 200, body: { validations: rows } };
  }
};

/** The list of a person's other enrollments: a hint, of which nothing may depend. */
export const othersOf = (accountId: string, others: Story['others']): Row => {
  if (others === 'nonsense') return { enrollments: 'many' };
  const one = { enrollment_id: 'ENR-other', account_id: accountId, status: 'success' };
  return { enrollments: others === 'finished' ? [one] : [] };
};

/** What stands before the JSON. */
export const marked = (answer: Answer, { mark }: Forms = {}): Answer =>
  mark ? { ...answer, body: `\ufeff${answer.body}` } : answer;
