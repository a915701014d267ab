import { defined } from './defined.ts';
import type { LedgerRecord } from './record.ts';
import type { Options } from './request.ts';
import type { Outcome, Receipt } from './revalidation.ts';

/** The case that an outcome is about: a claim, a record, or what is known of a request that was never claimed. */
export type Subject = {
  revalidationId: string;
  receipt?: Receipt | undefined;
  requested?: Options | undefined;
} & {
  [Name in 'accountId' | 'enrollmentId' | 'validationId' | 'reference' | 'purpose' | 'policyVersion' | 'claimedAt']?:
    | string
    | undefined;
};

/** How the case ended. Without a time of its own it ends now. */
export type End = Omit<Outcome, keyof Subject | 'movedAt' | 'isRepeat' | 'decidedAt'> & { decidedAt?: string };

/**
 * Builds an outcome. Every outcome is built here, whether Truora, a caller or the workflow decided it. Its threshold is that of the
 * verdict, or else the one that was asked for.
 */
export const outcomeOf = (subject: Subject, end: End): Outcome => {
  const { revalidationId, accountId, enrollmentId, validationId, reference, purpose, policyVersion } = subject;
  const { claimedAt, receipt, requested } = subject;
  const { decidedAt = new Date().toISOString(), ...decision } = end;
  const policy = { purpose, policyVersion, threshold: requested?.threshold };
  const about = { revalidationId, accountId, enrollmentId, validationId, reference, ...policy };
  return defined({ ...about, ...decision, claimedAt, movedAt: receipt?.movedAt, decidedAt });
};

/** The outcome of an ended case as the answer to a repeat of its request: with the time of the first claim. */
export const repeatOf = (outcome: Outcome, { claimedAt }: Pick<LedgerRecord, 'claimedAt'>): Outcome => ({
  ...outcome,
  claimedAt,
  isRepeat: true,
});
