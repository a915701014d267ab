import { type Attempt, isInDoubt } from '../domain/attempts.ts';
import { TruoraContractError } from '../domain/errors.ts';
import type { Options } from '../domain/request.ts';
import { isSameNumber } from '../domain/tolerance.ts';
import { type Created, createdOf } from './creation.ts';
import type { ListedRow } from './list-page.ts';
import { isLinkOver } from './upload-link.ts';

/**
 * How far Truora's clock may be from ours. What is older than an intent by more than that was not created by its call; a
 * bound too small would miss our own validation, and pay for another. Seconds.
 */
const CLOCK_SKEW = 900;

/** A time without a zone may be any on earth: UTC is up to 14 h before it, in the east, or 12 h after it. Milliseconds. */
const EASTERN = 14 * 3_600_000;

const WESTERN = 12 * 3_600_000;

/** A validation that may have come of a call whose answer was lost. */
export type Found = {
  validationId: string;
  createdAt: number;
  /**
   * `may_be_ours` differs from what was asked only in what Truora may say otherwise (threshold, type, capitals, form of the date):
   * it is no proof of anything but that "not found" would be a guess.
   */
  match: 'ours' | 'may_be_ours';
  /** All that its create answer would have told us, if it is surely ours, still waits for media and shows where that goes. */
  usable: Created | undefined;
};

type Asked = { accountId: string; requested: Options; openedAt: string };

/**
 * The one reader of a whole list (`listValidations`): the validations on it that the call of an intent may have created, oldest
 * first. They are not older than the call, and without a verdict, since nobody has sent media to ours. One that has expired
 * meanwhile was created all the same, and is only of no use. None means: for sure, as far as a list can be believed.
 * @param known the record's own, which came of other calls or were found before
 * @throws TruoraContractError for one that does not say when it was created: nothing could be concluded from its absence
 */
export const candidatesOn = (list: readonly ListedRow[], asked: Asked, known: ReadonlySet<string>): Found[] => {
  const since = Date.parse(asked.openedAt) - CLOCK_SKEW * 1000;
  return list
    .filter((row) => !isDecided(row) && !known.has(row.validation_id))
    .map((row) => ({ row, time: timeOf(row) }))
    .filter(({ time }) => time.latest >= since)
    .sort((one, other) => one.time.at - other.time.at)
    .map(({ row, time: { at, isExact } }) => {
      const isOurs = isExact && isAsAsked(row, asked);
      return {
        validationId: row.validation_id,
        createdAt: at,
        match: isOurs ? 'ours' : 'may_be_ours',
        usable: isOurs ? usable(row, asked, at) : undefined,
      };
    });
};

/** Where some are surely ours, those that may be are not: Truora spells all its rows in one way. */
export const surestOf = (found: readonly Found[]): Found[] => {
  const ours = found.filter(({ match: says }) => says === 'ours');
  return ours.length > 0 ? ours : [...found];
};

/** What the two looks mean together. Of several usable ones the oldest is taken; all others are orphans. */
export const attemptResultOf = (found: readonly Found[], seenBefore: readonly string[]) => {
  const adopted = found.find(({ usable }) => usable)?.usable;
  const all = new Set([...seenBefore, ...found.map(({ validationId }) => validationId)]);
  return { adopted, orphans: [...all].filter((id) => id !== adopted?.validationId) };
};

/** What stands on a record as its own, and so came of no call in doubt. */
export const ownOf = ({ validationId, orphans = [] }: Creations): Set<string> =>
  new Set([...orphans, ...(validationId ? [validationId] : [])]);

/**
 * What calls in doubt have created after all, later than anybody waited for them (no window is long enough for every network).
 * Looked for once more when nothing else is to be done for a record: such a validation is an orphan. That there is none is
 * believed of a list that shows another of the record's own; where it has none of its own, what was known stands.
 * @returns for each call in doubt what was found, and what it is worth if none of that is the record's
 */
export const lateOrphansOn = (
  list: readonly ListedRow[],
  { attempts = [], ...record }: Omit<Asked, 'openedAt'> & Creations,
): { attempt: Attempt; orphans: string[] }[] => {
  const own = ownOf(record);
  const isBlind = own.size > 0 && !list.some(({ validation_id: id }) => own.has(id));
  const known = new Set(own);
  return attempts.filter(isInDoubt).map((attempt) => {
    const found = candidatesOn(list, { ...record, openedAt: attempt.at }, known).map(({ validationId: id }) => id);
    for (const id of found) known.add(id);
    const staysBlind = attempt.result === 'blind' && own.size === 0;
    return { attempt: { ...attempt, result: isBlind || staysBlind ? 'blind' : 'not_found' }, orphans: found };
  });
};

type Creations = {
  attempts?: Attempt[] | undefined;
  orphans?: string[] | undefined;
  validationId?: string | undefined;
};

const isDecided = ({ validation_status, failure_status }: ListedRow): boolean =>
  validation_status === 'success' || failure_status === 'declined';

/** Word for word what was asked, but for single precision. What Truora does not say of a validation cannot tell it from ours. */
const isAsAsked = ({ account_id, type, threshold }: ListedRow, { accountId, requested }: Asked): boolean => {
  const isFace = type === undefined || type === 'face-recognition';
  const isOtherwise = requested.threshold !== undefined && threshold !== undefined;
  const isSame = typeof threshold === 'number' && isSameNumber(threshold, requested.threshold ?? threshold);
  return account_id === accountId && isFace && (!isOtherwise || isSame);
};

const ZONED = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)$/i;

const UNZONED = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)([.,]\d+)?)?$/i;

/** Seconds, or thousandths, millionths or billionths of one, since 1970: told apart by their digits until the year 2286. */
const EPOCH = /^\d{10}(\d{3}){0,3}(\.\d+)?$/;

/**
 * When a row was created, and when at the latest if its time is of no known zone. Documented: RFC 3339 in UTC, in nanoseconds.
 * Another form is read as far as it can be; one that lies ahead of any clock is local time under a zone that it is not in.
 */
const timeOf = ({ creation_date: said = '' }: ListedRow): { at: number; latest: number; isExact: boolean } => {
  const text = String(said).trim();
  if (ZONED.test(text)) {
    const at = read(text.replace(',', '.').replace(' ', 'T'));
    return { at, latest: at, isExact: at <= Date.now() + CLOCK_SKEW * 1000 };
  }
  const [, day, time, fraction = ''] = UNZONED.exec(text) ?? [];
  if (day) {
    const at = read(`${day}T${time ?? '00:00'}${fraction.replace(',', '.')}Z`);
    return { at: at - EASTERN, latest: at + WESTERN + (time ? 0 : 24 * 3_600_000), isExact: false };
  }
  if (EPOCH.test(text)) {
    const at = Number(text.slice(0, 10)) * 1000;
    return { at, latest: at + 1000, isExact: false };
  }
  const at = read(/(GMT|UTC|Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : '');
  return { at, latest: at, isExact: false };
};

const read = (text: string): number => {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new TruoraContractError('truora_contract_broken', 'a validation was created at no time');
  return at;
};

const usable = (row: ListedRow, asked: Asked, at: number): Found['usable'] => {
  const { instructions, file_upload_link, validation_status, failure_status, threshold, validation_id } = row;
  const isWaiting = validation_status === 'pending' && failure_status === undefined;
  const link = instructions?.file_upload_link ?? file_upload_link;
  if (!isWaiting || !link) return undefined;
  const answer = {
    validation_id,
    account_id: asked.accountId,
    threshold: typeof threshold === 'number' ? threshold : undefined,
    file_upload_link: link,
  };
  const created = createdOf(answer, asked, new Date(at));
  // The validation may live longer than its link, but takes no media then.
  const isOver = isLinkOver(link, new Date(at)) || Date.parse(created.deadline) <= Date.now();
  return isOver ? undefined : created;
};
