/** Fixtures of records: items in each phase. The hook resets the local AWS. */

import { isEnd, type OutcomeStatus, type Phase } from '../../shared/domain/lifecycle.ts';
import type { Claim, Outcome, Receipt, Validation } from '../../shared/domain/revalidation.ts';
import { claimOf, executionOf, inMinutes, newValidationId, sha256 } from './journal.ts';
import type { LocalAws } from './local-aws.ts';
import { withLocalAws } from './with-local-aws.ts';

export const OURS = executionOf('ours');

export const THEIRS = executionOf('theirs');

export const test = withLocalAws(undefined);

test.beforeEach(({ aws }) => aws.setDelivery());

export const validationOf = (overrides: Partial<Validation> = {}): Validation => ({
  validationId: newValidationId(),
  deadline: inMinutes(5),
  threshold: 0.65,
  ...overrides,
});

export const receiptOf = (): Receipt => ({ bytes: 4, sha256: sha256('face'), movedAt: new Date().toISOString() });

export const outcomeOf = ({ revalidationId, accountId }: Claim, status: OutcomeStatus): Outcome => ({
  revalidationId,
  accountId,
  status,
  ...(status === 'approved' ? {} : { reason: `because_${status}` }),
  decidedBy: 'workflow',
  decidedAt: new Date().toISOString(),
});

export const keyOf = ({ revalidationId }: Pick<Claim, 'revalidationId'>) => `RUN#${revalidationId}`;

export const seconds = (at: number) => Math.floor(at / 1000);

/** A record as it stands in a phase, written past the code that is tested. */
export const existing = async (aws: LocalAws, phase: Phase, more: Record<string, unknown> = {}) => {
  const wanted = claimOf();
  const validation = validationOf();
  const { validationId, ...used } = validation;
  const item = {
    pk: keyOf(wanted),
    ...wanted,
    owner: OURS,
    phase,
    trail: [{ phase: 'claimed', at: wanted.claimedAt }],
    expiresAt: seconds(Date.now()) + 1000,
    ...(phase === 'claimed' || phase === 'refused' ? {} : { validationId, used }),
    ...(phase === 'moved' ? { receipt: receiptOf() } : {}),
    ...(isEnd(phase) ? { outcome: outcomeOf(wanted, phase) } : {}),
    ...more,
  };
  await aws.putItem(item);
  return { wanted, validation, item };
};
