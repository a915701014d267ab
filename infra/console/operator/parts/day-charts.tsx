import { useMemo } from 'react';
import type { DayNumbers } from '../api.ts';
import { useWords } from '../words/use-words.ts';
import { Chart } from './chart.tsx';

/** Colors that differ for color-blind readers, too. */
const colors = { approved: '#0b7a5c', declined: '#c24f00', other: '#6b7280', funnel: '#0f62c4' };

const axis = { type: 'value' as const, minInterval: 1, splitLine: { lineStyle: { color: '#e5e7eb' } } };

const funnelSteps = ['claimed', 'created', 'moved', 'decided', 'approved'] as const;

/** How many cases came to each point, the first on top. */
export const FunnelChart = ({ funnel }: Pick<DayNumbers, 'funnel'>) => {
  const { say } = useWords();
  const options = useMemo(
    () => ({
      grid: { left: 8, right: 40, top: 8, bottom: 8, containLabel: true },
      xAxis: { ...axis, show: false },
      yAxis: {
        type: 'category' as const,
        inverse: true,
        axisTick: { show: false },
        axisLine: { show: false },
        data: funnelSteps.map((step) => say(step)),
      },
      series: [
        {
          type: 'bar' as const,
          data: funnelSteps.map((step) => funnel[step]),
          itemStyle: { color: colors.funnel, borderRadius: 3 },
          label: { show: true, position: 'right' as const },
        },
      ],
    }),
    [funnel, say],
  );
  return <Chart options={options} label={funnelSteps.map((step) => `${say(step)}: ${funnel[step]}`).join(', ')} />;
};

const ends = ['approved', 'declined', 'other'] as const;

/** The cases of each hour by their end. */
export const HoursChart = ({ hours }: Pick<DayNumbers, 'hours'>) => {
  const { say } = useWords();
  const options = useMemo(
    () => ({
      grid: { left: 8, right: 8, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, data: ends.map((end) => say(end)) },
      tooltip: { trigger: 'axis' as const, renderMode: 'richText' as const },
      xAxis: { type: 'category' as const, axisTick: { show: false }, data: hours.map((_, hour) => String(hour)) },
      yAxis: axis,
      series: ends.map((end) => ({
        type: 'bar' as const,
        stack: 'all',
        name: say(end),
        itemStyle: { color: colors[end] },
        data: hours.map((hour) => hour[end]),
      })),
    }),
    [hours, say],
  );
  const total = (end: (typeof ends)[number]) => hours.reduce((sum, hour) => sum + hour[end], 0);
  return (
    <Chart
      options={options}
      label={`${say('perHour')}. ${ends.map((end) => `${say(end)}: ${total(end)}`).join(', ')}`}
    />
  );
};
