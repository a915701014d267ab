import { type MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type DimensionsOf, type MetricName, metrics, namespaceOf } from '../../shared/workflow/metrics.ts';

/**
 * One of our numbers, as CloudWatch is asked for it.
 * @throws TypeError where it is not kept along these dimensions: an alarm on it would be silent for ever
 */
export const ours = <Name extends MetricName>(
  config: { stage: string },
  name: Name,
  dimensions: Partial<DimensionsOf<Name>>,
  options: MetricOptions = {},
): Metric => {
  const asked = Object.keys(dimensions);
  const kept: readonly (readonly string[])[] = metrics[name].by;
  if (!kept.some((set) => set.length === asked.length && asked.every((one) => set.includes(one)))) {
    throw new TypeError(`${name} is not kept by [${asked.join(', ')}]`);
  }
  return new Metric({
    namespace: namespaceOf(config),
    metricName: name,
    dimensionsMap: dimensions as Record<string, string>,
    ...options,
  });
};

/** Finds one of our numbers for every value that its dimensions have taken, as a graph of its own each. */
export const everyOf = <Name extends MetricName>(
  config: { stage: string },
  name: Name,
  by: (typeof metrics)[Name]['by'][number],
  fixed: Partial<DimensionsOf<Name>> = {},
  statistic = 'Sum',
): ConstructorParameters<typeof MathExpression>[0] => {
  const schema = [namespaceOf(config), ...(by as readonly string[])].map((one) => `"${one}"`).join(',');
  const only = Object.entries(fixed).map(([key, value]) => ` ${key}="${value}"`);
  return {
    // An empty label is the value of the dimension itself.
    label: '',
    expression: `SEARCH('{${schema}} MetricName="${name}"${only.join('')}', '${statistic}')`,
    usingMetrics: {},
  };
};
