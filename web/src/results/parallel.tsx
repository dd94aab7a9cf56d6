import { MultiSelect } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import type { Schemas } from '../api/client';
import { clusterColor } from '../ui/palette';
import { count, num, whole } from '../ui/format';
import { Chart } from './chart';
import type { ChartTheme } from './chart-theme';
import type { ECharts, EChartsCoreOption } from './echarts';
import type { Linked } from './linked';
import { type SampleColumn, thin } from './sample';
import { withRange } from './selection';

/** Lines beyond this are a carpet to the eye and a burden to the browser. */
const LINES = 2_000;
/** Axes to begin with, by the width of the window in px: more would be a thicket. */
const AXES = [
  [600, 4],
  [1600, 6],
  [Infinity, 8],
] as const;
const MOST_AXES = 16;
/** Px to the left and to the right, together. */
const MARGINS = 96;

interface Props extends Linked {
  clusters: Schemas['ClusterDto'][];
  /** Names of the columns trained on. */
  trained: string[];
}

/** Each row a line over the columns, the clusters' means in bold; a stretch of an axis selects. */
export function Parallel({ sample, picked, selection, focus, label, onSelection, clusters, trained }: Props) {
  const able = useMemo(() => sample.columns.filter(({ numeric, min, max }) => numeric && min < max), [sample]);
  const [own, setOwn] = useState<string[]>();
  const chosen = useMemo(() => own ?? telling(able, clusters, trained), [own, able, clusters, trained]);
  const axes = useMemo(
    () => chosen.flatMap((name) => able.find((column) => column.name === name) ?? []),
    [chosen, able],
  );
  const lines = useMemo(() => thin(sample.length, LINES), [sample]);
  const option = useCallback(
    (theme: ChartTheme, width: number): EChartsCoreOption => {
      const values = (position: number) => axes.map(({ numbers }) => numbers[position]);
      const line = (data: number[][], color: string, width: number, opacity: number, z: number) => ({
        type: 'parallel' as const,
        data,
        z,
        silent: true,
        smooth: false,
        progressive: 0,
        // A brushed axis must not fade what the selection has already greyed.
        activeOpacity: opacity,
        inactiveOpacity: opacity,
        lineStyle: { color, width, opacity },
      });
      const drawn = (cluster: number, on: number) =>
        Array.from(lines).filter((i) => picked.mask[i] === on && (on === 0 || sample.clusters[i] === cluster));
      const present = new Set(sample.clusters.filter((_, i) => picked.mask[i] === 1));
      const faint = Math.min(0.5, Math.max(0.06, 40 / lines.length));
      return {
        animation: false,
        parallel: {
          left: MARGINS / 2,
          right: MARGINS / 2,
          top: 36 * theme.em,
          bottom: 28,
          parallelAxisDefault: {
            nameTextStyle: { color: theme.ink, fontSize: 11 * theme.em },
            nameTruncate: { maxWidth: (width - MARGINS) / Math.max(1, axes.length - 1) - 8 },
            axisLabel: { color: theme.ink, fontSize: 10 * theme.em, hideOverlap: true },
            axisLine: { lineStyle: { color: theme.ink } },
            axisTick: { lineStyle: { color: theme.ink } },
            areaSelectStyle: { width: 16, borderColor: theme.strong, color: theme.accent, opacity: 0.35 },
            realtime: false,
          },
        },
        parallelAxis: axes.map(({ name, min, max }, dim) => ({
          dim,
          id: `axis ${dim}`,
          name,
          min,
          max,
          scale: true,
          axisLabel: { formatter: (value: number) => tick(value, min, max) },
        })),
        series: [
          line(drawn(-1, 0).map(values), theme.grey, 1, faint * 0.6, 1),
          ...sample.centers.map((_, c) => line(drawn(c, 1).map(values), clusterColor(c), 1, faint, 2)),
          ...sample.centers.flatMap((_, c) => {
            const mean = meanOf(clusters[c], axes);
            return mean && present.has(c) ? [line([mean], clusterColor(c), 4, 1, 3)] : [];
          }),
          ...(focus === undefined ? [] : [line([values(focus)], theme.strong, 2.5, 1, 4)]),
        ],
      };
    },
    [axes, lines, picked, sample, clusters, focus],
  );
  const onDrawn = useCallback(
    (chart: ECharts) => {
      chart.off('axisareaselected');
      axes.forEach(({ name }, dim) => {
        const range = selection.ranges.get(name);
        if (range) {
          chart.dispatchAction({ type: 'axisAreaSelect', parallelAxisId: `axis ${dim}`, intervals: [range] });
        }
      });
      chart.on('axisareaselected', (event) => {
        const { parallelAxisId, intervals } = event as AxisArea;
        const column = axes.at(Number(parallelAxisId.slice(5)));
        // Of several stretches the one drawn last counts.
        const range = intervals.at(-1);
        if (column)
          onSelection((now) => withRange(now, column.name, range && [Math.min(...range), Math.max(...range)]));
      });
    },
    [axes, selection.ranges, onSelection],
  );
  // A single number has no axis to be parallel to.
  if (axes.length < 2) return null;
  const shown =
    lines.length === sample.length ? sample.basis : `${whole(lines.length)} lines, taken evenly from ${sample.basis}`;
  return (
    <Chart
      title="Parallel axes"
      file="parallel-axes"
      summary={`Parallel coordinates of ${count(axes.length, 'column')}: ${axes.map(({ name }) => name).join(', ')}. ${sample.centers
        .map((_, c) => `${label(c)}: ${clusters[c]?.summary ?? 'no summary'}`)
        .join('. ')}.`}
      basis={`On ${shown}. Bold lines are the means of the clusters, on all rows. Drag along an axis to select.`}
      option={option}
      onDrawn={onDrawn}
      height="clamp(24rem, 52vh, 48rem)"
      table={() => ({
        columns: ['row', 'cluster', ...axes.map(({ name }) => name)],
        rows: Array.from(lines, (i) => [
          sample.rows[i] + 1,
          sample.clusters[i],
          ...axes.map(({ numbers }) => numbers[i]),
        ]),
      })}
    >
      {able.length > 2 && (
        <MultiSelect
          size="xs"
          label="Axes"
          data={able.map(({ name }) => name)}
          value={chosen}
          maxValues={MOST_AXES}
          searchable
          onChange={(names) => {
            if (names.length > 1) setOwn(names);
          }}
        />
      )}
    </Chart>
  );
}

interface AxisArea {
  parallelAxisId: string;
  intervals: [number, number][];
}

/** What stands at a tick; nothing where the end of the axis is so near that both could not be read. */
function tick(value: number, min: number, max: number): string {
  const near = (end: number) => value !== end && Math.abs(value - end) < 0.04 * (max - min);
  return near(min) || near(max) ? '' : num(value);
}

function meanOf(cluster: Schemas['ClusterDto'] | undefined, axes: SampleColumn[]): number[] | undefined {
  if (!cluster) return undefined;
  return axes.map(({ name }) => cluster.columns.find((column) => column.name === name)?.mean ?? NaN);
}

/** The columns trained on in which the clusters differ most, in the order of the table. */
function telling(able: SampleColumn[], clusters: Schemas['ClusterDto'][], trained: string[]): string[] {
  const apart = (name: string) =>
    Math.max(0, ...clusters.map(({ columns }) => Math.abs(columns.find((each) => each.name === name)?.zScore ?? 0)));
  const names = able.map(({ name }) => name).filter((name) => trained.includes(name));
  const room = AXES.find(([below]) => innerWidth < below)?.[1];
  const best = new Set([...names].sort((a, b) => apart(b) - apart(a)).slice(0, room));
  return names.filter((name) => best.has(name));
}
