import { type MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type DimensionsOf, type MetricName, metrics, namespaceOf } from '../../shared/workflow/metrics.ts';

/**
 * One of our metrics, for CloudWatch.
 * @throws TypeError when it is not written with these dimensions: an alarm on it would never fire
 */
export const metricOf = <Name extends MetricName>(
  config: { stage: string },
  name: Name,
  dimensions: Partial<DimensionsOf<Name>>,
  options: MetricOptions = {},
): Metric => {
  const wanted = Object.keys(dimensions);
  const kept: readonly (readonly string[])[] = metrics[name].by;
  if (!kept.some((set) => set.length === wanted.length && wanted.every((one) => set.includes(one)))) {
    throw new TypeError(`${name} is not kept by [${wanted.join(', ')}]`);
  }
  return new Metric({
    namespace: namespaceOf(config),
    metricName: name,
    dimensionsMap: dimensions as Record<string, string>,
    ...options,
  });
};

/** A search expression: one graph for each value of the metric's dimensions. */
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
    // An empty label shows the value of the dimension.
    label: '',
    expression: `SEARCH('{${schema}} MetricName="${name}"${only.join('')}', '${statistic}')`,
    usingMetrics: {},
  };
};
