import type { Outcome } from '../domain/revalidation.ts';
import {
  closedReason,
  type DimensionsOf,
  type MetricName,
  metrics,
  timeToVerdict,
  truoraCalls,
} from '../workflow/metrics.ts';
import { env } from './env.ts';

/**
 * Says one number, as a line in CloudWatch's embedded metric format: no call, no waiting, no rights. It goes straight to
 * stdout, since Lambda puts words of its own in front of what goes to the console, and then the line is JSON no more.
 * A number is never worth a case: where nobody said under which name to keep it, it is left out.
 */
export const emit = <Name extends MetricName>(
  name: Name,
  value: number,
  ...[dimensions]: keyof DimensionsOf<Name> extends never ? [] : [DimensionsOf<Name>]
): void => {
  const namespace = namespaceFromEnv();
  if (!namespace) return;
  const { unit, by } = metrics[name];
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: by, Metrics: [{ Name: name, Unit: unit }] }],
    },
    ...dimensions,
    [name]: value,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

const namespaceFromEnv = (): string | undefined => {
  try {
    return env('METRICS_NAMESPACE');
  } catch {
    return undefined;
  }
};

/** What an outcome that has just been recorded means in numbers. */
export const emitOutcome = (outcome: Outcome): void => {
  const { status, reason, decidedBy } = outcome;
  emit('Outcomes', 1, { status, reason: closedReason(reason) });
  if (reason === 'verdict_mismatch' || reason === 'verdict_of_another_enrollment') emit('VerdictMismatches', 1);
  if (reason === 'verdict_unconfirmed') emit('VerdictsUnconfirmed', 1);
  const milliseconds = timeToVerdict(outcome);
  if (milliseconds !== undefined) emit('TimeToVerdict', milliseconds, { decidedBy });
};

/** What one call to Truora means in numbers. */
export const emitTruoraCall = (seen: {
  method: 'GET' | 'POST' | 'PUT';
  milliseconds: number;
  failed: boolean;
}): void => {
  const call = truoraCalls[seen.method];
  emit('TruoraLatency', Math.round(seen.milliseconds), { call });
  emit('TruoraErrors', seen.failed ? 1 : 0, { call });
};
