import { type Attempt, isInDoubt } from '../domain/attempts.ts';
import { asksSpeech } from '../domain/capture.ts';
import { TruoraContractError } from '../domain/errors.ts';
import type { Options } from '../domain/request.ts';
import { isSameNumber } from '../domain/tolerance.ts';
import { type Created, createdOf } from './creation.ts';
import { isDecided, type ListedRow } from './list-page.ts';
import { phraseOf } from './phrase.ts';
import { isLinkOver } from './upload-link.ts';

/**
 * How far Truora's clock may be from ours. A validation that is older than the intent by more was not created by its call. A
 * bound that is too small would miss our own validation and cause a second charge. Seconds.
 */
const CLOCK_SKEW = 900;

/**
 * A time without a zone may be of any zone, from UTC+14 to UTC-12. A time labelled UTC may be local time with a wrong label
 * (assumed), so it may be later by as much as the westernmost zone. Milliseconds.
 */
const EASTERN = 14 * 3_600_000;

const WESTERN = 12 * 3_600_000;

/** A validation that a call with a lost answer may have created. */
export type Found = {
  validationId: string;
  createdAt: number;
  /**
   * `may_be_ours` differs from the request only in fields that Truora may write differently (threshold, type, capitals, form or
   * zone of the date): it only means that "not found" would be a guess.
   */
  match: 'ours' | 'may_be_ours';
  /** The data of its create answer, if it is certainly ours, still waits for media and has an upload link. */
  usable: Created | undefined;
};

/** A create call whose answer was lost. */
type LostCall = {
  accountId: string;
  requested: Options;
  openedAt: string;
  /** Whether the list is known to write UTC for UTC. */
  isInUtc?: boolean;
};

/**
 * The validations of a whole list (`listValidations`) that the call of an intent may have created, oldest first. They are not
 * older than the call and have no verdict, because ours has received no media. An expired one counts too: it was created. One
 * that is older only by its zone counts where nothing shows that the list writes UTC: no row that is certainly ours. An empty
 * result means that the list shows none.
 * @param known the record's own validations, from other calls or found before
 * @throws TruoraContractError for a row without a readable creation time: its call would be unknown
 */
export const candidatesOn = (list: readonly ListedRow[], call: LostCall, known: ReadonlySet<string>): Found[] => {
  const since = Date.parse(call.openedAt) - CLOCK_SKEW * 1000;
  const found = list
    .filter((row) => !isDecided(row) && !known.has(row.validation_id))
    .map((row) => ({ row, time: timeOf(row) }))
    .filter(({ time }) => time.latest >= since)
    .sort((one, other) => one.time.at - other.time.at)
    .map(({ row, time: { at, isExact } }) => {
      const isEarly = isExact && at < since;
      return { row, at, isEarly, isOurs: isExact && !isEarly && isAsRequested(row, call) };
    });
  const isInUtc = call.isInUtc || found.some(({ isOurs }) => isOurs);
  return found
    .filter(({ isEarly }) => !(isEarly && isInUtc))
    .map(({ row, at, isOurs }) => ({
      validationId: row.validation_id,
      createdAt: at,
      match: isOurs ? 'ours' : 'may_be_ours',
      usable: isOurs ? usable(row, call, at) : undefined,
    }));
};

/** The certain candidates, or else all: Truora writes all rows in one form, so a certain one excludes the uncertain ones. */
export const surestOf = (found: readonly Found[]): Found[] => {
  const ours = found.filter(({ match }) => match === 'ours');
  return ours.length > 0 ? ours : [...found];
};

/** The result of both checks. The oldest usable validation is adopted; all others are orphans. */
export const attemptResultOf = (found: readonly Found[], seenBefore: readonly string[]) => {
  const adopted = found.find(({ usable }) => usable)?.usable;
  const all = new Set([...seenBefore, ...found.map(({ validationId }) => validationId)]);
  return { adopted, orphans: [...all].filter((id) => id !== adopted?.validationId) };
};

/** The validations that are on the record already, so no uncertain call created them. */
export const ownOf = ({ validationId, orphans = [] }: Creations): Set<string> =>
  new Set([...orphans, ...(validationId ? [validationId] : [])]);

/**
 * Validations that uncertain calls created later than the settle time (no wait is long enough for every network). They are checked
 * once more at the end of a case and are orphans. A list without them is evidence only when it shows another validation of the
 * record; for a record without one, an earlier result stays.
 * @returns for each uncertain call its result and the orphans
 */
export const lateOrphansOn = (
  list: readonly ListedRow[],
  { attempts = [], ...record }: Omit<LostCall, 'openedAt'> & Creations,
): { attempt: Attempt; orphans: string[] }[] => {
  const own = ownOf(record);
  const isBlind = own.size > 0 && !list.some(({ validation_id: id }) => own.has(id));
  const known = new Set(own);
  const isInUtc = attempts.some((attempt) => isTimely(list, attempt));
  return attempts.filter(isInDoubt).map((attempt) => {
    const found = candidatesOn(list, { ...record, openedAt: attempt.at, isInUtc }, known).map(
      ({ validationId: id }) => id,
    );
    for (const id of found) known.add(id);
    const staysBlind = attempt.result === 'blind' && own.size === 0;
    return { attempt: { ...attempt, result: isBlind || staysBlind ? 'blind' : 'not_found' }, orphans: found };
  });
};

/** Whether the list shows what a call has created, and not as older than the call: so it writes no western time as UTC. */
const isTimely = (list: readonly ListedRow[], { at, validationId }: Attempt): boolean =>
  list.some(
    ({ validation_id, creation_date }) =>
      validation_id === validationId && Date.parse(String(creation_date)) >= Date.parse(at) - CLOCK_SKEW * 1000,
  );

type Creations = {
  attempts?: Attempt[] | undefined;
  orphans?: string[] | undefined;
  validationId?: string | undefined;
};

/** Whether a row equals the request within single precision. An absent field does not distinguish it from ours. */
const isAsRequested = ({ account_id, type, threshold }: ListedRow, { accountId, requested }: LostCall): boolean => {
  const isFace = type === undefined || type === 'face-recognition';
  const isOtherwise = requested.threshold !== undefined && threshold !== undefined;
  const isSame = typeof threshold === 'number' && isSameNumber(threshold, requested.threshold ?? threshold);
  return String(account_id) === accountId && isFace && (!isOtherwise || isSame);
};

/** `Date.parse` refuses anything behind the zone. */
const ZONED = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)/i;

const UNZONED = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)([.,]\d+)?)?$/i;

/** Seconds, milliseconds, microseconds or nanoseconds since 1970; the number of digits is unambiguous until the year 2286. */
const EPOCH = /^\d{10}(\d{3}){0,3}(\.\d+)?$/;

/**
 * A time of day with a zone behind a date that has one meaning: the year first, or the month as a word. `11-12-2026` is a day of
 * November or of December, and its year is no zone.
 */
const NAMED =
  /^(\+?\d{4,6}-\d\d-\d\d|.*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)).*\d:\d\d([.,]\d+)? ?(Z|GMT|UTC|(GMT|UTC)?[+-]\d\d:?\d\d)$/i;

const IN_UTC = /(Z|GMT|UTC|[+-]00:?00)$/i;

/**
 * The creation time of a row, and the latest possible one when the zone is unknown or may be wrong. Documented: RFC 3339 in UTC with nanoseconds.
 * Other forms are parsed too. A time ahead of every clock is local time with a wrong zone, so it is not exact.
 */
const timeOf = ({ creation_date: written }: ListedRow): { at: number; latest: number; isExact: boolean } => {
  const text = String(written).trim();
  if (ZONED.test(text)) {
    const at = read(text.replace(',', '.').replace(' ', 'T'));
    return { at, latest: latestOf(text, at), isExact: at <= Date.now() + CLOCK_SKEW * 1000 };
  }
  const unzoned = UNZONED.exec(text);
  if (unzoned) {
    const [, day, time, fraction = ''] = unzoned;
    const at = read(`${day}T${time ?? '00:00'}${fraction.replace(',', '.')}Z`);
    return { at: at - EASTERN, latest: at + WESTERN + (time ? 0 : 24 * 3_600_000), isExact: false };
  }
  if (EPOCH.test(text)) {
    const at = Number(text.slice(0, 10)) * 1000;
    return { at, latest: at + 1000, isExact: false };
  }
  const at = read(NAMED.test(text) ? text : '');
  return { at, latest: latestOf(text, at), isExact: false };
};

const latestOf = (text: string, at: number): number => (IN_UTC.test(text) ? at + WESTERN : at);

const read = (text: string): number => {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new TruoraContractError('truora_contract_broken', 'a validation has no readable creation time');
  return at;
};

const usable = (row: ListedRow, call: LostCall, at: number): Found['usable'] => {
  const { instructions, file_upload_link, validation_status, failure_status, threshold, validation_id } = row;
  const isWaiting = validation_status === 'pending' && failure_status === undefined;
  const link = instructions?.file_upload_link ?? file_upload_link;
  const phrase = phraseOf(row);
  // Without its phrase a validation for speech cannot be used.
  if (!isWaiting || !link || (asksSpeech(call.requested) && phrase === undefined)) return undefined;
  const answer = {
    validation_id,
    account_id: call.accountId,
    threshold: typeof threshold === 'number' ? threshold : undefined,
    file_upload_link: link,
    speech_token: phrase,
  };
  const created = createdOf(answer, call, new Date(at));
  // The validation may live longer than its link, but without the link it takes no media.
  const isOver = isLinkOver(link, new Date(at)) || Date.parse(created.deadline) <= Date.now();
  return isOver ? undefined : created;
};
