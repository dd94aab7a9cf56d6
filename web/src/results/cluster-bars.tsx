import { useCallback } from 'react';
import { clusterColor } from '../ui/palette';
import { Chart } from './chart';
import { axis, type ChartTheme, tooltip } from './chart-theme';
import type { ECharts, EChartsCoreOption } from './echarts';

interface Props {
  title: string;
  file: string;
  basis: string;
  unit: string;
  values: (number | null)[];
  /** A line across, with its name. */
  mean?: { value: number; name: string } | undefined;
  /** What stands beside a bar. */
  told: (value: number, cluster: number) => string;
  label: (cluster: number) => string;
  selected: ReadonlySet<number>;
  onCluster: (cluster: number) => void;
}

/** One figure a cluster, as bars in the clusters' colours. */
export function ClusterBars({ title, file, basis, unit, values, mean, told, label, selected, onCluster }: Props) {
  const option = useCallback(
    (theme: ChartTheme): EChartsCoreOption => ({
      grid: { left: 8, right: 72, top: mean ? 22 : 8, bottom: 36, containLabel: true },
      tooltip: tooltip(theme, ({ dataIndex }: { dataIndex: number }) => {
        const value = values[dataIndex];
        return `${label(dataIndex)}: ${value == null ? '-' : told(value, dataIndex)}`;
      }),
      xAxis: axis(theme, unit, { scale: false, splitNumber: 4, ...(Math.min(0, ...reals(values)) < 0 && { min: -1 }) }),
      yAxis: {
        type: 'category',
        inverse: true,
        data: values.map((_, cluster) => label(cluster)),
        axisLabel: { color: theme.ink, width: 110, overflow: 'truncate' },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: theme.line } },
      },
      series: [
        {
          type: 'bar',
          barMaxWidth: 22,
          data: values.map((value, cluster) => ({
            value,
            itemStyle: {
              color: selected.size > 0 && !selected.has(cluster) ? theme.grey : clusterColor(cluster),
              opacity: 0.9,
            },
          })),
          label: {
            show: true,
            position: 'right',
            color: theme.ink,
            formatter: ({ dataIndex }: { dataIndex: number }) => {
              const value = values[dataIndex];
              return value == null ? '' : told(value, dataIndex);
            },
          },
          ...(mean && {
            markLine: {
              silent: true,
              symbol: 'none',
              data: [{ xAxis: mean.value }],
              lineStyle: { color: theme.strong, type: 'dashed' },
              label: { formatter: mean.name, color: theme.ink, position: 'start' },
            },
          }),
        },
      ],
    }),
    [values, mean, unit, told, label, selected],
  );
  const onDrawn = useCallback(
    (chart: ECharts) => {
      chart.off('click');
      chart.on('click', ({ dataIndex }) => {
        onCluster(dataIndex);
      });
    },
    [onCluster],
  );
  return (
    <Chart
      title={title}
      file={file}
      summary={`${title}. ${values.map((value, c) => `${label(c)}: ${value == null ? 'not known' : told(value, c)}`).join(', ')}.`}
      basis={basis}
      option={option}
      onDrawn={onDrawn}
      height={`${Math.max(120, values.length * 30 + 64)}px`}
      table={() => ({ columns: ['cluster', unit], rows: values.map((value, c) => [label(c), value]) })}
    />
  );
}

function reals(values: (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
