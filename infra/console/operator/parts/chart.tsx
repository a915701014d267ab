import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([BarChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

type Options = Parameters<ReturnType<typeof init>['setOption']>[0];

/**
 * A chart as SVG, as wide as its place.
 * @param label what it shows, in words, for a reader who does not see it
 */
export const Chart = ({ options, label }: { options: Options; label: string }) => {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init>>(null);
  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current, null, { renderer: 'svg' });
    chart.current = made;
    const resized = new ResizeObserver(() => made.resize());
    resized.observe(place.current);
    return () => {
      resized.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption({ animation: false, textStyle: { fontFamily: 'system-ui, sans-serif' }, ...options });
  }, [options]);
  return <div className="chart" ref={place} role="img" aria-label={label} />;
};
