import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { getItem, putNew, queryKeys, updateItem } from '../aws/dynamodb.ts';
import { Counts, ErasureReason } from '../domain/erasure.ts';
import { RequestInvalidError } from '../domain/errors.ts';
import { AccountId, TruoraId } from '../domain/ids.ts';
import { BY_DUE } from '../domain/record.ts';
import { CalledBy } from '../domain/request.ts';
import { Timestamp } from '../domain/revalidation.ts';

/**
 * The name of a person after an erasure: SHA-256 of the account id, with a prefix so that it equals no other hash of it.
 *
 * Without a secret salt. Every claim compares with it, so a salt would be read at each claim, and an erasure could not be repeated after
 * the loss of the salt. A person who knows an account id can find out that it was erased here; a guessable id is the caller's choice, and
 * national ids are refused.
 */
export const personOf = (accountId: string): string =>
  createHash('sha256').update(`face-revalidation/person/${accountId}`).digest('hex');

/** The tombstone of a person. Claims look for it, and the sweep for its follow-up. It never expires. */
export const Tombstone = z.extend(Counts, {
  person: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  requestedAt: Timestamp,
  requestedBy: z.optional(CalledBy),
  reason: z.optional(ErasureReason),
  /** Until the erasure is finished; unknown where the ledger was restored from a time before it. */
  accountId: z.optional(AccountId),
  /** Enrollments that are not deleted at Truora yet. */
  enrollmentsLeft: z.optional(z.set(TruoraId)),
  /** Validations of erased records: what a function that was running wrote by their ids is deleted by the last search. */
  validationsLeft: z.optional(z.set(TruoraId)),
  finishedAt: z.optional(Timestamp),
  /** Whether a certificate was signed: not where the deployment signed no evidence at the end. */
  isCertified: z.optional(z.boolean()),
  dueAt: z.optional(Timestamp),
});

export type Tombstone = z.infer<typeof Tombstone>;

export const TOMBSTONE = 'ERASED#';

const keyOf = (person: string) => `${TOMBSTONE}${person}`;

/** The shard of the index of follow-ups that holds tombstones only. */
const SHARD = 'due#erased';

export const readTombstone = async (table: string, person: string): Promise<Tombstone | undefined> => {
  const item = await getItem(table, keyOf(person));
  return item && Tombstone.parse(item);
};

/**
 * Refuses an erased person. Every writer of a new item about a person asks before it writes. Writers that asked just before the
 * tombstone was written end within their function's time limit, and the last search of the table begins after that (`quietSeconds`): so no
 * transaction is needed, which would double the price of each claim.
 * @throws RequestInvalidError `account_erased`
 */
export const refuseErased = async (table: string, accountId: string): Promise<void> => {
  if (!(await isErased(table, accountId))) return;
  throw new RequestInvalidError('account_erased', 'accountId: this person was erased; a new account id is needed');
};

/** Whether a person was erased, or is being erased. */
export const isErased = async (table: string, accountId: string): Promise<boolean> =>
  (await getItem(table, keyOf(personOf(accountId)))) !== undefined;

/** Seconds after which no function that began before can write any more: SweepLedger runs longest, for 120 s; three times 50 is more. */
export const quietSeconds = (settleSeconds: number): number => 3 * settleSeconds;

const later = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

/** Writes the tombstone, unless there is one. @param afterSeconds when the sweep takes it up */
export const putTombstone = async (
  table: string,
  tombstone: Pick<Tombstone, 'person' | 'requestedAt' | 'accountId' | 'requestedBy' | 'reason'>,
  afterSeconds: number,
): Promise<boolean> =>
  putNew(table, { pk: keyOf(tombstone.person), ...tombstone, shard: SHARD, dueAt: later(afterSeconds) });

/**
 * Makes the sweep search once more for what is there of an erased person. Writers of a record without a claim call it before they write,
 * because a refusal names the person too. Nothing is written for any other person.
 */
export const wakeErasure = async (
  table: string,
  accountId: string | undefined,
  settleSeconds: number,
): Promise<void> => {
  if (accountId !== undefined) await searchAgain(table, personOf(accountId), settleSeconds);
};

/** Makes the sweep search once more, when no function that runs now can write any more. */
export const searchAgain = async (table: string, person: string, settleSeconds: number): Promise<void> => {
  await updateItem(table, keyOf(person), {
    set: { shard: SHARD, dueAt: later(quietSeconds(settleSeconds)) },
    when: { person: [person] },
  });
};

/** The tombstones whose follow-up is due, oldest first. */
export const dueTombstones = async (table: string, limit: number): Promise<Tombstone[]> => {
  const upTo = new Date().toISOString();
  const { keys } = await queryKeys(table, BY_DUE, SHARD, { limit, upTo });
  const all = await Promise.all(keys.map(({ pk }) => readTombstone(table, pk.slice(TOMBSTONE.length))));
  return all.filter((one) => one !== undefined);
};

/** Adds to a count of an erasure. */
export const count = async (table: string, person: string, what: keyof Counts, by = 1): Promise<void> => {
  if (by > 0) await updateItem(table, keyOf(person), { set: {}, add: { [what]: by }, when: { person: [person] } });
};

/** What an erasure has to do yet, and notes before the item that names it goes. */
type Left = 'enrollmentsLeft' | 'validationsLeft';

/** A note on an erasure that has finished meanwhile makes it due again. */
const dueNow = () => ({ shard: SHARD, dueAt: later(0) });

/** Notes an enrollment for its deletion at Truora, or a validation, before the item that names it goes. */
export const noteLeft = async (table: string, person: string, what: Left, id: string): Promise<void> => {
  await updateItem(table, keyOf(person), {
    set: {},
    setIfAbsent: dueNow(),
    add: { [what]: id },
    when: { person: [person] },
  });
};

export const forgetLeft = async (table: string, person: string, what: Left, id: string): Promise<void> => {
  await updateItem(table, keyOf(person), { set: {}, take: { [what]: id }, when: { person: [person] } });
};

/** Notes the account id on a tombstone that does not know it. */
export const noteAccount = async (table: string, person: string, accountId: string): Promise<void> => {
  const setIfAbsent = { accountId, ...dueNow() };
  await updateItem(table, keyOf(person), { set: {}, setIfAbsent, when: { person: [person] } });
};

export const postponeErasure = async (table: string, { person, dueAt = '' }: Tombstone, seconds: number) => {
  await updateItem(table, keyOf(person), { set: { dueAt: later(seconds) }, when: { dueAt: [dueAt] } });
};

/**
 * Ends an erasure: the tombstone forgets the account id. Nothing is written where another function has made it due again or noted
 * something meanwhile: it stays due.
 * @param tombstone as it was before the last steps
 */
export const finishErasure = async (
  table: string,
  { person, accountId, dueAt = '' }: Tombstone,
  { at, isCertified }: { at: string; isCertified: boolean },
): Promise<void> => {
  await updateItem(table, keyOf(person), {
    set: { finishedAt: at, isCertified },
    remove: ['accountId', BY_DUE.attribute, BY_DUE.sort],
    when: {
      dueAt: [dueAt],
      accountId: accountId === undefined ? [] : [accountId],
      enrollmentsLeft: [],
      validationsLeft: [],
    },
  });
};
