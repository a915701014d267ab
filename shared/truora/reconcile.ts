import { type Attempt, isInDoubt } from '../domain/creation.ts';
import { TruoraContractError } from '../domain/errors.ts';
import type { Options } from '../domain/request.ts';
import { type Created, createdOf } from './creation.ts';
import type { ValidationAnswer } from './schemas.ts';
import { isShare } from './share.ts';

/**
 * How far Truora's clock may be from ours. What is older than an intent by more than that was not created by its call; a
 * bound too small would miss our own validation, and pay for another. Seconds.
 */
const CLOCK_SKEW = 900;

/** A validation that may have come of a call whose answer was lost. */
export type Found = {
  validationId: string;
  createdAt: number;
  /** All that its create answer would have told us, if it still waits for media and shows where that goes. */
  usable: Created | undefined;
};

type Asked = { accountId: string; requested: Options; openedAt: string };

/**
 * The validations on a person's list that the call of an intent may have created, oldest first: of the same person, type and
 * threshold, not older than the call, and without a verdict, since nobody has sent media to ours. One that has expired
 * meanwhile was created all the same, and is only of no use.
 * @throws TruoraContractError for one that does not say when it was created: nothing could be concluded from its absence
 */
export const foundOn = (list: readonly ValidationAnswer[], asked: Asked): Found[] =>
  list
    .filter((one) => isLikeOurs(one, asked))
    .map((one) => ({ validationId: one.validation_id, createdAt: createdAt(one), usable: usable(one, asked) }))
    .filter((one) => one.createdAt >= Date.parse(asked.openedAt) - CLOCK_SKEW * 1000)
    .sort((one, other) => one.createdAt - other.createdAt);

/** What the two looks mean together. Of several usable ones the oldest is taken; all others are orphans. */
export const fateOf = (found: readonly Found[], seenBefore: readonly string[]) => {
  const adopted = found.find(({ usable }) => usable)?.usable;
  const all = new Set([...seenBefore, ...found.map(({ validationId }) => validationId)]);
  return { adopted, orphans: [...all].filter((id) => id !== adopted?.validationId) };
};

/**
 * What calls that were given up have created after all, later than anybody waited for them (no window is long enough for
 * every network). Looked for once more when nothing else is to be done for a record: such a validation is an orphan.
 */
export const straysOn = (
  list: readonly ValidationAnswer[],
  { attempts = [], orphans = [], validationId, ...asked }: Omit<Asked, 'openedAt'> & Creations,
): { attempt: Attempt; orphans: string[] }[] => {
  const known = new Set([...orphans, validationId]);
  return attempts
    .filter(isInDoubt)
    .map((attempt) => ({
      attempt: { ...attempt, result: 'orphaned' as const },
      orphans: foundOn(list, { ...asked, openedAt: attempt.at })
        .map((found) => found.validationId)
        .filter((id) => !known.has(id) && known.add(id)),
    }))
    .filter((stray) => stray.orphans.length > 0);
};

type Creations = {
  attempts?: Attempt[] | undefined;
  orphans?: string[] | undefined;
  validationId?: string | undefined;
};

/** What Truora does not say of a validation cannot tell it from ours. */
const isLikeOurs = (one: ValidationAnswer, { accountId, requested }: Asked): boolean => {
  const { account_id, type = 'face-recognition', validation_status, failure_status, threshold } = one;
  const isDecided = validation_status === 'success' || failure_status === 'declined';
  const isOtherwise = ![undefined, threshold].includes(requested.threshold) && isShare(threshold);
  return account_id === accountId && type === 'face-recognition' && !isDecided && !isOtherwise;
};

const createdAt = ({ creation_date }: ValidationAnswer): number => {
  const at = Date.parse(creation_date ?? '');
  if (Number.isNaN(at)) throw new TruoraContractError('truora_contract_broken', 'a validation was created at no time');
  return at;
};

const usable = (one: ValidationAnswer, claim: Asked): Found['usable'] => {
  const isWaiting = one.validation_status === 'pending' && one.failure_status === undefined;
  if (!isWaiting || !(one.instructions?.file_upload_link ?? one.file_upload_link)) return undefined;
  const created = createdOf(one, claim, new Date(createdAt(one)));
  return Date.parse(created.deadline) > Date.now() ? created : undefined;
};
