/**
 * What a re-validation may become, and nothing else: the one table from which the ledger derives the conditions of its
 * writes. Phases only move forward; a row without a successor is an end, and an end is never left.
 */
export const lifecycle = {
  claimed: ['created', 'approved', 'declined', 'expired', 'refused', 'failed', 'canceled'],
  created: ['moved', 'approved', 'declined', 'expired', 'failed', 'canceled'],
  moved: ['approved', 'declined', 'expired', 'failed', 'canceled'],
  approved: [],
  declined: [],
  expired: [],
  refused: [],
  failed: [],
  canceled: [],
} as const satisfies Record<string, readonly string[]>;

export type Phase = keyof typeof lifecycle;

/** The six ways a re-validation can end. */
export const outcomeStatuses = ['approved', 'declined', 'expired', 'refused', 'failed', 'canceled'] as const;

export type OutcomeStatus = (typeof outcomeStatuses)[number];

export const phases = Object.keys(lifecycle) as Phase[];

export const isEnd = (phase: Phase): phase is OutcomeStatus => lifecycle[phase].length === 0;

/** The phases from which `next` may be reached: what a write to `next` demands of the record it finds. */
export const predecessors = (next: Phase): Phase[] =>
  phases.filter((phase) => (lifecycle[phase] as readonly Phase[]).includes(next));
