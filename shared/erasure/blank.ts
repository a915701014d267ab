import type { Item } from '../aws/dynamodb.ts';
import { type Attempt, isNotFound } from '../domain/attempts.ts';
import { defined } from '../domain/defined.ts';
import { LedgerRecord } from '../domain/record.ts';

/** Stands for an id of Truora's that was deleted, so that the count of what was charged stays. */
const GONE = 'erased-';

export const isGone = (id: string): boolean => id.startsWith(GONE);

/** No list can be read for an erased person any more: a call that a list did not show stays in doubt. */
const openOrCertain = ({ n, at, result }: Attempt): Attempt => ({
  n,
  at,
  result: isNotFound({ n, at, result }) ? 'unconfirmed' : result,
});

/**
 * What stays of a record: its id, the name of the erased person, status, dates, and what was charged. Of the reasons only that of a
 * refusal stays, for the count of avoided charges: the others are about a face.
 * @returns undefined for a record that cannot be read; nothing of it stays
 */
export const blankRecord = (item: Item, person: string, at: string): Item | undefined => {
  const { data: record } = LedgerRecord.safeParse(item);
  if (!record) return undefined;
  const { revalidationId, phase, claimedAt, trail, attempts, orphans, validationId, askedAgain, announced } = record;
  const { outcome, erasedAt = at } = record;
  return defined({
    pk: item.pk,
    day: item.day,
    revalidationId,
    phase,
    owner: 'erased',
    claimedAt,
    trail,
    attempts: attempts?.map(openOrCertain),
    orphans: orphans?.map((_, n) => `${GONE}${n + 1}`),
    validationId: validationId && `${GONE}0`,
    askedAgain,
    announced,
    outcome:
      outcome &&
      defined({
        revalidationId,
        status: outcome.status,
        reason: outcome.status === 'refused' ? outcome.reason : undefined,
        decidedBy: outcome.decidedBy,
        decidedAt: outcome.decidedAt,
      }),
    person,
    erasedAt,
    expiresAt: item.expiresAt,
  }) as Item;
};

/** What stays of a consent: hashes and dates, the proof that there was one. Its id is a hash of what it said. */
const keptOfConsent = ['receiptId', 'textSha256', 'givenAt', 'validUntil', 'revokedAt', 'expiresAt'] as const;

export const blankConsent = (item: Item, person: string, at: string): Item =>
  defined({
    pk: item.pk,
    ...Object.fromEntries(keptOfConsent.map((name) => [name, item[name]])),
    person,
    erasedAt: item.erasedAt ?? at,
  }) as Item;
