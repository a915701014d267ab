import * as z from 'zod/mini';
import type { OutcomeStatus } from './lifecycle.ts';
import { Timestamp, Verdict } from './revalidation.ts';

/** A verdict of Truora that arrives after the case is closed: the verdict, when we learned it, and what made us ask. */
export const Amendment = z.extend(z.omit(Verdict, { decidedAt: true }), {
  at: Timestamp,
  /** A late webhook, or the last check of the sweep. */
  from: z.enum(['webhook', 'sweep']),
});

export type Amendment = z.infer<typeof Amendment>;

/** Outcomes without a verdict of Truora about the face. A verdict may still arrive. */
const closedWithoutVerdict = ['expired', 'failed', 'canceled'] as const satisfies readonly OutcomeStatus[];

type Current = { status: OutcomeStatus; reason?: string | undefined };

/** The current result: the last amendment, or else the outcome. */
export const currentOutcomeOf = (outcome: Current, amendments: readonly Amendment[] = []): Current =>
  amendments.at(-1) ?? outcome;

/** Whether Truora is still asked about the case. False once Truora has given a verdict about the face. */
export const mayChange = ({ status }: Current): boolean =>
  (closedWithoutVerdict as readonly OutcomeStatus[]).includes(status);

/**
 * Whether a verdict changes the current result. `expired` does not: it says nothing about the face, and the case is closed
 * already.
 */
export const changes = (current: Current, { status, reason }: Verdict): boolean =>
  mayChange(current) && status !== 'expired' && !(status === current.status && reason === current.reason);
