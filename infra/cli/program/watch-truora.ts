import type { MachineEvent } from '../../local/history.ts';
import type { TaskState } from '../../workflow/asl.ts';
import { definition } from '../../workflow/definition.ts';

const { States } = definition({ callbackTimeoutSeconds: 1 });

/** The errors of a Truora that is gone, slow or refuses for now. */
const outages = ['TruoraBusyError', 'TruoraUncertainError', 'TruoraUnauthorizedError'];

/**
 * The longest time that a state repeats a call after an error, by its Retry. Seconds.
 * @returns 0 for an error that is not repeated
 */
export const longestRetrySeconds = (state: string, error: string): number => {
  const { Retry = [] } = (States[state] ?? {}) as Partial<TaskState>;
  const retrier = Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL'));
  if (!retrier) return 0;
  const { MaxAttempts = 3, IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  let seconds = 0;
  for (let n = 0; n < MaxAttempts; n += 1) seconds += Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds);
  return seconds;
};

/**
 * Reports once for each state that Truora does not answer: until when it is asked again, and that Ctrl-C is safe.
 * @param log takes the line
 */
export const watchTruora = (log: (line: string) => void): ((event: MachineEvent) => void) => {
  const reported = new Set<string>();
  return ({ type, state = '', error = '', at }) => {
    if (type !== 'StateFailed' && type !== 'StateRetried') return;
    if (!outages.includes(error) || reported.has(state)) return;
    const seconds = longestRetrySeconds(state, error);
    if (seconds === 0) return;
    reported.add(state);
    const end = new Date(at.getTime() + seconds * 1000).toTimeString().slice(0, 5);
    const until = state === 'ReadVerdict' ? 'until the deadline of the validation' : `until ${end} at the latest`;
    log(
      `Truora cannot be used now. It is asked again ${until}; then the case ends. Ctrl-C is safe: the same command continues, and nothing is paid twice.`,
    );
  };
};
