import * as z from 'zod/mini';
import type { OutcomeStatus } from './lifecycle.ts';
import { Timestamp, Verdict } from './revalidation.ts';

/** A verdict of Truora's that came after we had closed the case: what, when we learnt of it, and what made us ask. */
export const Amendment = z.extend(z.omit(Verdict, { decidedAt: true }), {
  at: Timestamp,
  /** A late call of Truora's, or the last look of the sweep. */
  from: z.enum(['webhook', 'sweep']),
});

export type Amendment = z.infer<typeof Amendment>;

/** Ends that we came to without Truora's word about the face, so that it may still come. */
const closedWithoutWord = ['expired', 'failed', 'canceled'] as const satisfies readonly OutcomeStatus[];

type Standing = { status: OutcomeStatus; reason?: string | undefined };

/** What stands by now: the last amendment, or the outcome. */
export const currentOutcomeOf = (outcome: Standing, amendments: readonly Amendment[] = []): Standing =>
  amendments.at(-1) ?? outcome;

/** Whether Truora is asked about it at all: not once it has said something about the face. */
export const mayChange = ({ status }: Standing): boolean =>
  (closedWithoutWord as readonly OutcomeStatus[]).includes(status);

/**
 * Whether a verdict changes what stands. That Truora's time ran out says nothing about a face, and nothing new of a case
 * that we have closed ourselves.
 */
export const changes = (standing: Standing, { status, reason }: Verdict): boolean =>
  mayChange(standing) && status !== 'expired' && !(status === standing.status && reason === standing.reason);
