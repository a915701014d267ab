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
 * Writes one metric as a line in CloudWatch's embedded metric format, which needs no call and no permission. It is written to
 * stdout directly, because Lambda changes what goes through the console (see logger.ts). No log level of ours drops it. Lambda counts
 * a line without a level as INFO (documented), so Lambda's own application level must stay at INFO. Without a namespace, nothing is
 * written: a missing metric must not stop a case.
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

/** Emits the metrics of a recorded outcome. */
export const emitOutcome = (outcome: Outcome): void => {
  const { status, reason, decidedBy } = outcome;
  emit('Outcomes', 1, { status, reason: closedReason(reason) });
  if (reason === 'verdict_mismatch' || reason === 'verdict_of_another_enrollment') emit('VerdictMismatches', 1);
  if (reason === 'verdict_unconfirmed') emit('VerdictsUnconfirmed', 1);
  const milliseconds = timeToVerdict(outcome);
  if (milliseconds !== undefined) emit('TimeToVerdict', milliseconds, { decidedBy });
};

/** Emits the metrics of one call to Truora. */
export const emitTruoraCall = (seen: {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  milliseconds: number;
  failed: boolean;
}): void => {
  const call = truoraCalls[seen.method];
  emit('TruoraLatency', Math.round(seen.milliseconds), { call });
  emit('TruoraErrors', seen.failed ? 1 : 0, { call });
};
