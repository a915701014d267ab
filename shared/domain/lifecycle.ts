/**
 * The phases of a re-validation and their successors. The ledger derives the conditions of its writes from this table. Phases
 * only move forward; a phase without a successor is an end and never changes.
 */
export const lifecycle = {
  claimed: ['created', 'approved', 'declined', 'expired', 'refused', 'failed', 'canceled', 'alternative_required'],
  created: ['moved', 'approved', 'declined', 'expired', 'failed', 'canceled', 'alternative_required'],
  moved: ['approved', 'declined', 'expired', 'failed', 'canceled', 'alternative_required'],
  approved: [],
  declined: [],
  expired: [],
  refused: [],
  failed: [],
  canceled: [],
  alternative_required: [],
} as const satisfies Record<string, readonly string[]>;

export type Phase = keyof typeof lifecycle;

/** The seven ways a re-validation can end. `alternative_required`: the face is no longer used, and the person takes another way. */
export const outcomeStatuses = [
  'approved',
  'declined',
  'expired',
  'refused',
  'failed',
  'canceled',
  'alternative_required',
] as const;

export type OutcomeStatus = (typeof outcomeStatuses)[number];

export const phases = Object.keys(lifecycle) as Phase[];

export const isEnd = (phase: Phase): phase is OutcomeStatus => lifecycle[phase].length === 0;

/** The phases before `next`: a write of `next` requires one of them on the record. */
export const predecessors = (next: Phase): Phase[] =>
  phases.filter((phase) => (lifecycle[phase] as readonly Phase[]).includes(next));
