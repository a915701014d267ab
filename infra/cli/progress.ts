import { Announcement } from '../../shared/domain/announcement.ts';
import { type Outcome, readCaught } from '../../shared/domain/revalidation.ts';
import type { BusEvent } from '../local/event-bus.ts';
import type { MachineEvent } from '../local/history.ts';
import { definition } from '../workflow/definition.ts';

const { States } = definition({ callbackTimeoutSeconds: 1 });

/**
 * Prints each state as it happens: when, and what it asks or what came of it; at the end the outcome.
 * The first letters of their names distinguish several executions at once.
 */
export const progress = (say: (line: string) => void, { several = false } = {}): ((event: MachineEvent) => void) => {
  const startedAt = new Map<string, number>();
  const caught = new Set<string>();
  return ({ executionArn, at, type, state = '', error, cause, output }) => {
    const began = startedAt.get(executionArn) ?? at.getTime();
    startedAt.set(executionArn, began);
    const seconds = ((at.getTime() - began) / 1000).toFixed(2).padStart(6);
    const which = several ? `${executionArn.split(':').at(-1)?.slice(0, 4)} ` : '';
    const line = (sign: string, text: string) => say(`${which}${seconds} s  ${sign} ${state.padEnd(16)}  ${text}`);
    if (type === 'ExecutionSucceeded') say(`${which}${seconds} s    recorded: ${ending(output as Outcome)}`);
    if (type === 'ExecutionFailed') say(`${which}${seconds} s    recorded: failed, ${String(cause)}`);
    if (States[state]?.Type !== 'Task') return;
    if (type === 'StateFailed' && error) {
      line('-', `${error}: ${readCaught({ Error: error, Cause: String(cause) }).detail}`);
    }
    if (type === 'StateCaught') caught.add(executionArn);
    // The engine leaves a state that a Catch has taken over as it leaves one that went well.
    if (type === 'StateExited' && !caught.delete(executionArn)) line('+', States[state]?.Comment ?? '');
  };
};

const ending = ({ status, reason }: Outcome): string => (reason ? `${status}, ${reason}` : status);

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
