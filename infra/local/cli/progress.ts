import { Announcement } from '../../../shared/domain/announcement.ts';
import { readCaught } from '../../../shared/domain/caught.ts';
import type { Outcome } from '../../../shared/domain/revalidation.ts';
import { definition } from '../../workflow/definition.ts';
import type { BusEvent } from '../bus.ts';
import type { MachineEvent } from '../history.ts';

const { States } = definition({ patienceSeconds: 1 });

/** Prints each state as it happens: when it ended, what it asks, and what came of it. */
export const progress = (say: (line: string) => void): ((event: MachineEvent) => void) => {
  const startedAt = new Map<string, number>();
  return ({ executionArn, at, type, state = '', error, cause, output }) => {
    const began = startedAt.get(executionArn) ?? at.getTime();
    startedAt.set(executionArn, began);
    const seconds = ((at.getTime() - began) / 1000).toFixed(2).padStart(6);
    const line = (sign: string, text: string) => say(`${seconds} s  ${sign} ${state.padEnd(16)}  ${text}`);
    if (States[state]?.Type === 'Choice') return;
    if (type === 'StateExited') line('+', States[state]?.Comment ?? '');
    if (type === 'StateFailed' && error && States[state]?.Type === 'Task') {
      line('-', `${error}: ${readCaught({ Error: error, Cause: String(cause) }).detail}`);
    }
    if (type === 'ExecutionSucceeded') say(`${seconds} s    recorded: ${(output as Outcome).status}`);
    if (type === 'ExecutionFailed') say(`${seconds} s    recorded: failed`);
  };
};

/** Prints what the bus was told of an outcome: ids and the status, as every listener gets them. */
export const heard =
  (say: (line: string) => void): ((event: BusEvent) => void) =>
  ({ 'detail-type': type, detail }) => {
    const { status, revalidationId, eventId } = Announcement.parse(detail);
    say(`            ${type}: ${status}, ${revalidationId} (${eventId})`);
  };

/** The outcome for a person. */
export const summary = (outcome: Outcome): string => {
  const { status, reason, detail, similarity, threshold, decidedBy, revalidationId, validationId } = outcome;
  const score = similarity === undefined ? [] : [`similarity ${similarity}, threshold ${threshold ?? 'unknown'}`];
  const why = reason === undefined ? [] : [`reason ${reason}${detail ? ` (${detail})` : ''}`];
  return [
    `${status}${[...why, ...score].map((part) => `, ${part}`).join('')}, decided by ${decidedBy}`,
    `  re-validation ${revalidationId}${validationId ? `, Truora's validation ${validationId}` : ''}`,
  ].join('\n');
};
