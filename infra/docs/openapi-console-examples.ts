import type { DayNumbers, Health, OperatorCase } from '../../shared/domain/console.ts';
import { approved } from './openapi-examples.ts';

const at = '2026-11-23T10:00:00.000Z';

export const operatorCase: OperatorCase = {
  case: approved,
  media: { type: 'image/jpeg', bytes: 48_211 },
  attempts: [
    { n: 1, at, result: 'created', ...(approved.validationId ? { validationId: approved.validationId } : {}) },
  ],
  orphans: [],
  askedAgain: 0,
  announcedAt: '2026-11-23T10:00:04.000Z',
  execution: 'ended',
  states: [
    { name: 'ClaimRequest', at, failures: 0 },
    { name: 'CheckEnrollment', at: '2026-11-23T10:00:00.400Z', failures: 0 },
    { name: 'CreateValidation', at: '2026-11-23T10:00:00.900Z', failures: 1 },
  ],
};

export const dayNumbers: DayNumbers = {
  day: '2026-11-23',
  isComplete: true,
  funnel: { claimed: 3, created: 3, moved: 2, decided: 2, approved: 1 },
  open: 1,
  ended: { approved: 1, declined: 1, expired: 0, refused: 0, failed: 0, canceled: 0, alternative_required: 0 },
  reasons: [{ reason: 'similarity_threshold_not_passed', status: 'declined', class: 'no_match', count: 1 }],
  decidedBy: { webhook: 2, poll: 0, amended: 0 },
  secondsToVerdict: { p50: 3.2, p95: 5.1 },
  hours: Array.from({ length: 24 }, (_, hour) => ({
    approved: hour === 10 ? 1 : 0,
    declined: hour === 10 ? 1 : 0,
    other: 0,
  })),
  spend: { charges: 3, orphans: 0, counted: 3, budget: 10_000 },
};

export const health: Health = {
  at,
  followUps: { due: 2, overdue: 0, oldest: '2026-11-23T09:58:10.000Z' },
  throttle: { isClosed: false, callsToday: 3, budget: 10_000 },
  jobs: [{ name: 'SweepLedger', at: '2026-11-23T09:57:00.000Z', seen: 4, failed: 0 }],
  deadLetters: [
    { queue: 'drops', messages: 0 },
    { queue: 'jobs', messages: 0 },
    { queue: 'evidence', messages: 1 },
  ],
  keyDays: 3650,
};
