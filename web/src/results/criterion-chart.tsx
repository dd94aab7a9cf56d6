import { Text } from '@mantine/core';
import { useCallback } from 'react';
import type { Schemas } from '../api/client';
import { count, num, whole } from '../ui/format';
import { Chart } from './chart';
import { axis, type ChartTheme, tooltip } from './chart-theme';
import type { EChartsCoreOption } from './echarts';

type Entry = Schemas['SweepEntryDto'];
type Choice = Schemas['ChoiceDto'];

export interface Criterion {
  key: 'inertia' | 'silhouette' | 'calinskiHarabasz' | 'daviesBouldin' | 'gap' | 'stability';
  /** The field of the choice that holds its pick; none where it informs and does not choose. */
  pick?: 'elbow' | 'silhouette' | 'calinskiHarabasz' | 'daviesBouldin' | 'gap';
  title: string;
  unit: string;
  /** How it is read. */
  rule: string;
}

export const CRITERIA: readonly Criterion[] = [
  {
    key: 'inertia',
    pick: 'elbow',
    title: 'Elbow',
    unit: 'inertia',
    rule: 'More clusters always fit better; the knee (by Kneedle) is where it stops paying off.',
  },
  {
    key: 'silhouette',
    pick: 'silhouette',
    title: 'Silhouette',
    unit: 'silhouette',
    rule: 'How much closer rows are to their own cluster than to the next: the highest is best.',
  },
  {
    key: 'gap',
    pick: 'gap',
    title: 'Gap statistic',
    unit: 'gap',
    rule: 'How much tighter than rows spread evenly: the first k that the next does not clearly beat.',
  },
  {
    key: 'calinskiHarabasz',
    pick: 'calinskiHarabasz',
    title: 'Calinski-Harabasz',
    unit: 'Calinski-Harabasz',
    rule: 'Spread between clusters over spread within: the highest is best.',
  },
  {
    key: 'daviesBouldin',
    pick: 'daviesBouldin',
    title: 'Davies-Bouldin',
    unit: 'Davies-Bouldin',
    rule: 'How much neighbouring clusters overlap: the lowest is best.',
  },
  {
    key: 'stability',
    title: 'Stability',
    unit: 'adjusted Rand index',
    rule: 'Whether halves of the rows lead to the same clusters: 1 always, 0 no more than by chance. It has no vote.',
  },
];

/** The number of clusters that a criterion is for; null where it cannot tell. */
export function pickOf(choice: Choice, { pick }: Criterion): number | null {
  return pick ? choice[pick] : null;
}

const PICK = '#d55e00';
/** Of how many rows the gap statistic takes its sample at most, as the service says. */
const GAP_ROWS = 1_000;
/** And of how many the stability. */
const STABILITY_ROWS = 2_000;

interface Props {
  criterion: Criterion;
  sweep: Entry[];
  choice: Choice;
  rows: number;
  silhouetteRows: number;
}

/** One criterion over the numbers of clusters: its own pick, and the choice. */
export function CriterionChart({ criterion, sweep, choice, rows, silhouetteRows }: Props) {
  const { key, title, unit, rule } = criterion;
  const own = pickOf(choice, criterion);
  const option = useCallback(
    (theme: ChartTheme): EChartsCoreOption => ({
      grid: { left: 8, right: 20, top: 26 * theme.em, bottom: 34 * theme.em, containLabel: true },
      tooltip: tooltip(
        theme,
        (params: { dataIndex: number } | { dataIndex: number }[]) => {
          const entry = sweep.at((Array.isArray(params) ? params[0] : params).dataIndex);
          const spread = key === 'gap' && entry?.gapError != null ? ` ± ${num(entry.gapError)}` : '';
          return entry ? `k ${entry.k}\n${unit} ${num(entry[key])}${spread}` : '';
        },
        { trigger: 'axis' },
      ),
      xAxis: axis(theme, 'number of clusters', {
        nameGap: 24 * theme.em,
        minInterval: 1,
        min: (sweep.at(0)?.k ?? 1) - 0.5,
        max: (sweep.at(-1)?.k ?? 1) + 0.5,
        axisTick: { show: false },
        axisLabel: { color: theme.ink, formatter: (k: number) => (Number.isInteger(k) ? String(k) : '') },
        splitLine: { show: false },
      }),
      yAxis: axis(theme, '', {
        splitNumber: 4,
        axisLabel: { color: theme.ink, formatter: (value: number) => num(value) },
      }),
      series: [
        {
          type: 'line',
          data: sweep.map((entry) => [entry.k, entry[key]]),
          symbol: 'circle',
          symbolSize: 6,
          lineStyle: { color: theme.accent, width: 2 },
          itemStyle: { color: theme.accent },
          markLine: {
            silent: true,
            symbol: 'none',
            animation: false,
            data: [{ xAxis: choice.chosen }],
            lineStyle: { color: theme.strong, type: 'dashed', width: 1.5 },
            label: {
              formatter: `chosen: ${choice.chosen}`,
              color: theme.strong,
              position: 'end',
              // Away from the edge that is nearer, where the figures of the axis stand.
              align: 2 * choice.chosen < (sweep.at(0)?.k ?? 0) + (sweep.at(-1)?.k ?? 0) ? 'left' : 'right',
            },
          },
        },
        ...(key === 'gap' ? [errorBars(theme, sweep)] : []),
        {
          type: 'scatter',
          silent: true,
          data: sweep.filter(({ k }) => k === own).map((entry) => [entry.k, entry[key]]),
          symbol: 'diamond',
          symbolSize: 16,
          itemStyle: { color: PICK, borderColor: theme.ground, borderWidth: 1.5 },
          z: 5,
        },
      ],
    }),
    [sweep, choice, key, unit, own],
  );
  const says = verdict(criterion, own, choice.chosen);
  const sampled = { silhouette: silhouetteRows, gap: GAP_ROWS, stability: STABILITY_ROWS };
  const used = Math.min(rows, key in sampled ? sampled[key as keyof typeof sampled] : rows);
  const basis = used < rows ? `a sample of ${whole(used)} of ${whole(rows)} rows` : `all ${whole(rows)} rows`;
  return (
    <Chart
      title={title}
      file={`which-k-${key}`}
      summary={`${title} for ${sweep[0]?.k ?? ''} to ${sweep.at(-1)?.k ?? ''} clusters. ${says}. ${sweep
        .map((entry) => `${entry.k}: ${num(entry[key])}`)
        .join(', ')}.`}
      basis={`${rule} On ${basis}.`}
      option={option}
      height="13rem"
      table={() => ({
        columns: ['clusters', unit, ...(key === 'gap' ? ['standard error'] : [])],
        rows: sweep.map((entry) => [entry.k, entry[key], ...(key === 'gap' ? [entry.gapError] : [])]),
      })}
    >
      <Text size="sm">{says}</Text>
    </Chart>
  );
}

/** What a criterion is for, in words. */
function verdict({ pick }: Criterion, own: number | null, chosen: number): string {
  if (!pick) return 'Tells how far to trust each';
  if (own === null) return 'Cannot tell';
  return `Is for ${count(own, 'cluster')}${own === chosen ? '' : ', against the choice'}`;
}

interface Drawer {
  value: (i: number) => number;
  coord: (point: [number, number]) => [number, number];
}

/** One standard error up and down. */
function errorBars(theme: ChartTheme, sweep: Entry[]) {
  return {
    type: 'custom' as const,
    silent: true,
    z: 1,
    data: sweep.flatMap(({ k, gap, gapError }) =>
      gap == null || gapError == null ? [] : [[k, gap - gapError, gap + gapError]],
    ),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_: unknown, { value, coord }: Drawer) => {
      const [x, low] = coord([value(0), value(1)]);
      const [, high] = coord([value(0), value(2)]);
      const stroke = { stroke: theme.ink, lineWidth: 1.5 };
      const bar = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: stroke,
      });
      return {
        type: 'group' as const,
        children: [bar(x, low, x, high), bar(x - 4, low, x + 4, low), bar(x - 4, high, x + 4, high)],
      };
    },
  };
}
