import * as z from 'zod/mini';
import { defined } from './defined.ts';
import type { OutcomeStatus } from './lifecycle.ts';
import { Timestamp, Verdict } from './revalidation.ts';

/**
 * A verdict of Truora that arrives after the case is closed: the verdict, when we learned it, and what made us ask. A case that ended
 * for another way, or whose consent was revoked, stays `alternative_required`.
 */
export const Amendment = z.extend(z.omit(Verdict, { decidedAt: true, status: true, reason: true }), {
  status: z.enum([...Verdict.shape.status.options, 'alternative_required']),
  reason: Verdict.shape.reason,
  /** Of `alternative_required`: what Truora decided, which counts for nothing. */
  verdict: z.optional(Verdict.shape.status),
  at: Timestamp,
  /** A late webhook, or the last check of the sweep. */
  from: z.enum(['webhook', 'sweep']),
});

export type Amendment = z.infer<typeof Amendment>;

/** Outcomes without a verdict of Truora about the face. A verdict may still arrive. */
const closedWithoutVerdict = [
  'expired',
  'failed',
  'canceled',
  'alternative_required',
] as const satisfies readonly OutcomeStatus[];

type Current = { status: OutcomeStatus; reason?: string | undefined; verdict?: Verdict['status'] | undefined };

/** The current result: the last amendment, or else the outcome. */
export const currentOutcomeOf = (outcome: Current, amendments: readonly Amendment[] = []): Current =>
  amendments.at(-1) ?? outcome;

/** Whether Truora is still asked about the case. False once Truora has given a verdict about the face. */
export const mayChange = ({ status, verdict }: Current): boolean =>
  verdict === undefined && (closedWithoutVerdict as readonly OutcomeStatus[]).includes(status);

/**
 * Whether a verdict changes the current result. `expired` does not: it says nothing about the face, and the case is closed
 * already.
 */
export const changes = (current: Current, { status, reason }: Pick<Verdict, 'status' | 'reason'>): boolean =>
  mayChange(current) && status !== 'expired' && !(status === current.status && reason === current.reason);

/**
 * The amendment for a verdict. Where the face may not be used any more, it keeps what Truora decided and no score, and approves nothing.
 * @param isUsable false for a case that ended as `alternative_required`, and for one whose consent was revoked
 */
export const amendmentOf = (
  { decidedAt: at, ...verdict }: Verdict,
  from: Amendment['from'],
  isUsable: boolean,
): Amendment =>
  isUsable
    ? { ...verdict, at, from }
    : defined({ status: 'alternative_required' as const, verdict: verdict.status, at, from });
