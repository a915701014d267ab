import { AlreadyDecidedError } from '../domain/errors.ts';
import type { Subject } from '../domain/outcome.ts';
import type { Claim } from '../domain/revalidation.ts';
import { type EarlyEnd, recordCancellation } from '../ledger/outcomes.ts';
import type { Ledger } from '../ledger/records.ts';
import { isErased } from '../ledger/tombstones.ts';
import { announce, type OutcomeBus } from '../logic/outcome.ts';

/** What the end of an erased person's case works with. */
type CancelSettings = { ledger: Ledger; outcomeBus: OutcomeBus };

/** The caller on a case that an erasure has canceled. */
export const CANCELED_BY = 'iam:erasure';

/** Ends a case of an erased person, unless it has ended. */
export const cancelErased = async ({ ledger, outcomeBus }: CancelSettings, of: Subject): Promise<EarlyEnd> => {
  const ending = await recordCancellation(ledger, of, CANCELED_BY);
  if (ending.isNew && ending.record.outcome) outcomeBus.emitOutcome(ending.record.outcome);
  return ending;
};

/**
 * Directly before the charged call, and before the first byte of media moves: looks for the tombstone of the person, consistently. An
 * erasure writes it first and ends the cases after it; where it dies in between, the sweep ends them minutes later. Nothing is paid for
 * or sent in that time. The case ends here as the erasure would end it. The look costs one read unit.
 * @throws AlreadyDecidedError when the person was erased
 */
export const requireNotErased = async (
  settings: () => CancelSettings,
  table: string,
  claim: Claim & Pick<Subject, 'validationId'>,
): Promise<void> => {
  if (!(await isErased(table, claim.accountId))) return;
  const { ledger, outcomeBus } = settings();
  const { record } = await cancelErased({ ledger, outcomeBus }, claim);
  const { outcome, announced } = record;
  if (outcome) await announce(ledger, outcomeBus, { outcome, isAnnounced: announced !== undefined });
  throw new AlreadyDecidedError('already_decided', claim.revalidationId);
};
