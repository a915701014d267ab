import * as z from 'zod/mini';
import { Announcement } from '../../../shared/domain/announcement.ts';
import { type Outcome, readCaught } from '../../../shared/domain/revalidation.ts';
import { Journal } from '../../../shared/workflow/contract.ts';
import type { BusEvent } from '../../local/event-bus.ts';
import type { MachineEvent } from '../../local/history.ts';
import { definition } from '../../workflow/definition.ts';

const { States } = definition({ callbackTimeoutSeconds: 1 });

const Found = z.partial(Journal);

/** What a state has found, by the entry that it added to the journal. */
const found: Record<string, (journal: z.infer<typeof Found>) => string | undefined> = {
  ClaimRequest: ({ claim }) => claim && `${claim.revalidationId} of account ${claim.accountId}`,
  CheckEnrollment: ({ enrollment }) => enrollment && `enrollment ${enrollment.enrollmentId} is ready`,
  CreateValidation: ({ validation }) => validation && `validation ${validation.validationId} created`,
  MoveMedia: ({ receipt }) => receipt && `${receipt.bytes} bytes sent`,
  AwaitWebhook: ({ notification }) => (notification ? 'webhook received' : 'no webhook in time'),
  ReadVerdict: ({ verdict }) => verdict && `Truora says ${withScore(verdict)}`,
  RecordOutcome: () => 'outcome recorded and announced',
  RecordRefusal: () => 'refusal recorded and announced',
  RecordFailure: () => 'failure recorded and announced',
  ReadOutcome: () => 'decided before: the recorded outcome is the answer',
};

const withScore = ({
  status,
  reason,
  similarity,
  threshold,
}: Pick<Outcome, 'status' | 'reason' | 'similarity' | 'threshold'>) =>
  [
    status,
    ...(reason ? [reason] : []),
    ...(similarity === undefined
      ? []
      : [`similarity ${similarity}${threshold === undefined ? '' : ` of ${threshold}`}`]),
  ].join(', ');

/**
 * Prints each state of each execution as it happens: when, and what it found; at the end the outcome with the account, the id and
 * the similarity. The first letters of their names distinguish several executions at once.
 */
export const progress = (print: (line: string) => void, { several = false } = {}): ((event: MachineEvent) => void) => {
  const startedAt = new Map<string, number>();
  const caught = new Set<string>();
  return ({ executionArn, at, type, state = '', error, cause, output }) => {
    const began = startedAt.get(executionArn) ?? at.getTime();
    startedAt.set(executionArn, began);
    const seconds = ((at.getTime() - began) / 1000).toFixed(2).padStart(6);
    const which = several ? `${executionArn.split(':').at(-1)?.slice(0, 4)} ` : '';
    const line = (sign: string, text: string) =>
      print(`${which}${seconds} s  ${sign} ${state.padEnd(16)}  ${text}`.trimEnd());
    if (type === 'ExecutionSucceeded') print(`${which}${seconds} s  recorded: ${ending(output as Outcome)}`);
    if (type === 'ExecutionFailed') print(`${which}${seconds} s  recorded: failed, ${String(cause)}`);
    if (/^Execution(Succeeded|Failed)$/.test(type)) startedAt.delete(executionArn);
    if (States[state]?.Type !== 'Task') return;
    if (type === 'StateFailed' && error) {
      line('-', `${error}: ${readCaught({ Error: error, Cause: String(cause) }).detail}`);
    }
    if (type === 'StateCaught') caught.add(executionArn);
    // The engine leaves a state that a Catch has taken over as it leaves one that went well.
    if (type === 'StateExited' && !caught.delete(executionArn)) {
      const { data } = Found.safeParse(output);
      line('+', (data && found[state]?.(data)) ?? '');
    }
  };
};

const ending = (outcome: Outcome): string =>
  [
    withScore({ ...outcome, threshold: undefined }),
    ...(outcome.accountId ? [`account ${outcome.accountId}`] : []),
    outcome.revalidationId,
  ].join(', ');

/** Prints an event of the bus: ids and the status, as every listener gets them. */
export const announced =
  (print: (line: string) => void): ((event: BusEvent) => void) =>
  ({ 'detail-type': type, detail }) => {
    const { status, revalidationId } = Announcement.parse(detail);
    print(`            event "${type}": ${status}, ${revalidationId}`);
  };

/** The outcome for a person. */
export const summary = (outcome: Outcome): string => {
  const { status, reason, detail, similarity, threshold, decidedBy, revalidationId, validationId, accountId } = outcome;
  const score = similarity === undefined ? [] : [`similarity ${similarity}, threshold ${threshold ?? 'unknown'}`];
  const why = reason === undefined ? [] : [`reason ${reason}${detail ? ` (${detail})` : ''}`];
  return [
    `${status}${[...why, ...score].map((part) => `, ${part}`).join('')}, decided by ${decidedBy}`,
    `  account ${accountId ?? 'unknown'}, re-validation ${revalidationId}`,
    ...(validationId ? [`  Truora's validation ${validationId}`] : []),
  ].join('\n');
};
