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
  values: number[];
  /** Which share of each is selected, 0..1; undefined where all of it is. */
  shares: readonly number[] | undefined;
  /** What stands beside a bar. */
  told: (value: number) => string;
  label: (cluster: number) => string;
  onCluster: (cluster: number) => void;
}

/** One figure a cluster, as bars in the clusters' colours. */
export function ClusterBars({ title, file, basis, unit, values, shares, told: figure, label, onCluster }: Props) {
  const told = useCallback(
    (cluster: number) =>
      `${figure(values[cluster])}${shares ? `, ${(100 * shares[cluster]).toFixed(0)} % selected` : ''}`,
    [values, shares, figure],
  );
  const option = useCallback(
    (theme: ChartTheme): EChartsCoreOption => ({
      grid: { left: 8, right: (shares ? 150 : 72) * theme.em, top: 8, bottom: 36 * theme.em, containLabel: true },
      tooltip: tooltip(theme, ({ dataIndex }: { dataIndex: number }) => {
        return `${label(dataIndex)}: ${told(dataIndex)}`;
      }),
      xAxis: axis(theme, unit, { scale: false, splitNumber: 4 }),
      yAxis: {
        type: 'category',
        inverse: true,
        data: values.map((_, cluster) => label(cluster)),
        axisLabel: { color: theme.ink, width: 110 * theme.em, overflow: 'truncate' },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: theme.line } },
      },
      series: [
        {
          type: 'bar',
          stack: 'all',
          barMaxWidth: 22 * theme.em,
          data: values.map((value, cluster) => ({
            value: value * (shares?.[cluster] ?? 1),
            itemStyle: { color: clusterColor(cluster), opacity: 0.9 },
          })),
        },
        {
          type: 'bar',
          stack: 'all',
          data: values.map((value, cluster) => value * (1 - (shares?.[cluster] ?? 1))),
          itemStyle: { color: theme.grey },
          label: {
            show: true,
            position: 'right',
            color: theme.ink,
            formatter: ({ dataIndex }: { dataIndex: number }) => told(dataIndex),
          },
        },
      ],
    }),
    [values, shares, unit, told, label],
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
      summary={`${title}. ${values.map((_, c) => `${label(c)}: ${told(c)}`).join(', ')}.`}
      basis={basis}
      option={option}
      onDrawn={onDrawn}
      height={`${Math.max(7.5, values.length * 1.9 + 4)}rem`}
      table={() => ({
        columns: ['cluster', unit, ...(shares ? ['% selected'] : [])],
        rows: values.map((value, c) => [label(c), value, ...(shares ? [100 * shares[c]] : [])]),
      })}
    />
  );
}
