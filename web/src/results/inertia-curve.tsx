import { useCallback } from 'react';
import type { Schemas } from '../api/client';
import { num } from '../ui/format';
import { Chart } from './chart';
import { axis, type ChartTheme, tooltip } from './chart-theme';
import type { EChartsCoreOption } from './echarts';

type Point = [k: number, restart: number, iteration: number, inertia: number];

/** How the inertia falls while a run trains, restart after restart; the one under way in colour. */
export default function InertiaCurve({ progress }: { progress: Schemas['RunProgressDto'] }) {
  const { trace } = progress;
  const option = useCallback(
    (theme: ChartTheme): EChartsCoreOption => {
      const points = (trace ?? []) as Point[];
      const last = points.at(-1);
      const current = ([k, restart]: Point) => k === last?.[0] && restart === last[1];
      return {
        animation: false,
        grid: { left: 8, right: 12, top: 10, bottom: 28 * theme.em, containLabel: true },
        tooltip: tooltip(theme, ({ dataIndex }: { dataIndex: number }) => {
          const point = points.at(dataIndex);
          if (!point) return '';
          return `k ${point[0]}, restart ${point[1]}, iteration ${point[2]}\ninertia ${num(point[3])}`;
        }),
        xAxis: axis(theme, 'from the beginning to now', {
          nameGap: 10,
          axisLabel: { show: false },
          axisTick: { show: false },
          splitLine: { show: false },
        }),
        yAxis: axis(theme, '', {
          splitNumber: 3,
          axisLabel: { color: theme.ink, formatter: (value: number) => num(value) },
        }),
        series: [
          {
            type: 'scatter',
            data: points.map((point, i) => [i, point[3]]),
            symbolSize: 6,
            itemStyle: { color: theme.grey },
          },
          {
            type: 'line',
            step: 'end',
            silent: true,
            symbol: 'none',
            data: lowest(points).map((value, i) => [i, value]),
            lineStyle: { color: theme.ink, width: 1.5, type: 'dashed' },
          },
          {
            type: 'line',
            data: points.map((point, i) => [i, current(point) ? point[3] : null]),
            symbol: 'circle',
            symbolSize: 7,
            lineStyle: { color: theme.accent, width: 2 },
            itemStyle: { color: theme.accent },
          },
        ],
      };
    },
    [trace],
  );
  const table = () => ({
    columns: ['clusters', 'restart', 'iteration', 'inertia'],
    rows: (trace ?? []) as Point[],
  });
  return (
    <Chart
      title="Inertia"
      file="inertia"
      summary={`Inertia while training, now ${num(progress.inertia)} at iteration ${progress.iteration} of restart ${progress.restart} for ${progress.k} clusters.`}
      basis="On all rows that are trained on. Lower is tighter. The restart under way is in blue, the dashed line is the best so far; each restart begins anew, and the best is kept."
      option={option}
      table={table}
      height="10rem"
    />
  );
}

/** The lowest so far for the same number of clusters. */
function lowest(points: Point[]): number[] {
  let best = Infinity;
  return points.map(([k, , , inertia], i) => {
    best = k === points[i - 1]?.[0] ? Math.min(best, inertia) : inertia;
    return best;
  });
}
