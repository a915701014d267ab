import { BarChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Figure, holds } from './figures.ts';

use([BarChart, GridComponent, TitleComponent, MarkLineComponent, SVGRenderer]);

/** Each figure that has a target, as the part of its target that it takes: a bar that crosses 1 misses it. */
export const picture = (figures: readonly Figure[], title: string): string => {
  const rows = figures.flatMap((figure) => {
    const { target, value } = figure;
    if (!target) return [];
    const part = 'atMost' in target ? value / (target.atMost || 1) : target.atLeast / value;
    return [{ name: `${figure.metric} ${figure.what}`, value: Math.min(part, 3), missed: holds(figure) === false }];
  });
  const height = 90 + 20 * rows.length;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 1000, height });
  chart.setOption({
    animation: false,
    title: { text: title, subtext: 'measured / target (for a least: target / measured); beyond 1 misses', left: 10 },
    grid: { left: 520, right: 30, top: 60, bottom: 25 },
    xAxis: { type: 'value', max: 3 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ name }) => name),
      axisLabel: { fontSize: 10, width: 500, overflow: 'truncate' },
    },
    series: [
      {
        type: 'bar',
        data: rows.map(({ value, missed }) => ({ value, itemStyle: { color: missed ? '#c2410c' : '#15803d' } })),
        markLine: { symbol: 'none', silent: true, data: [{ xAxis: 1 }], label: { show: false } },
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
};
