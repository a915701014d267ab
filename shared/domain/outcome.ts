import { defined } from './defined.ts';
import type { LedgerRecord } from './record.ts';
import type { Outcome, Receipt } from './revalidation.ts';

/** The case that an outcome is about: a claim, a record, or what is known of a request that was never claimed. */
export type Subject = { revalidationId: string; receipt?: Receipt | undefined } & {
  [Name in 'accountId' | 'enrollmentId' | 'validationId' | 'reference' | 'claimedAt']?: string | undefined;
};

/** How the case ended. Without a time of its own it ends now. */
export type End = Omit<Outcome, keyof Subject | 'movedAt' | 'isRepeat' | 'decidedAt'> & { decidedAt?: string };

/** Builds an outcome. Every outcome is built here, whether Truora, a caller or the workflow decided it. */
export const outcomeOf = (subject: Subject, end: End): Outcome => {
  const { revalidationId, accountId, enrollmentId, validationId, reference, claimedAt, receipt } = subject;
  const { decidedAt = new Date().toISOString(), ...decision } = end;
  const about = { revalidationId, accountId, enrollmentId, validationId, reference };
  return defined({ ...about, ...decision, claimedAt, movedAt: receipt?.movedAt, decidedAt });
};

/** The outcome of an ended case as the answer to a repeat of its request: with the time of the first claim. */
export const repeatOf = (outcome: Outcome, { claimedAt }: Pick<LedgerRecord, 'claimedAt'>): Outcome => ({
  ...outcome,
  claimedAt,
  isRepeat: true,
});
