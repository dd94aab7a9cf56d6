import { useCallback, useMemo } from 'react';
import type { Schemas } from '../api/client';
import { whole } from '../ui/format';
import { Chart } from './chart';
import { type ChartTheme, tooltip } from './chart-theme';
import type { ECharts, EChartsCoreOption } from './echarts';

type Cluster = Schemas['ClusterDto'];

/** Blue below the mean of all rows, orange above: the pair that no kind of colour blindness confuses. */
const LIGHT = ['#0a5a96', '#6aa9d8', '#f4f4f4', '#f0b04a', '#a65300'];
const DARK = ['#7cc4f5', '#2a6f9e', '#333333', '#a3691a', '#f5b34d'];
/** Cells beyond this have no room for a figure each. */
const FIGURES = 240;
/** Beyond so many deviations all is as dark. */
const REACH = 2;
const ROW_REM = 1.7;

interface Props {
  clusters: Cluster[];
  label: (cluster: number) => string;
  /** The clusters that anything is selected of; undefined for all. */
  lit: ReadonlySet<number> | undefined;
  onCluster: (cluster: number) => void;
}

/** How far each cluster's mean lies from that of all rows, column by column. */
export function HeatMap({ clusters, label, lit, onCluster }: Props) {
  const columns = useMemo(() => ordered(clusters), [clusters]);
  const cells = useMemo(() => {
    const found = (cluster: Cluster, name: string) => cluster.columns.find((column) => column.name === name)?.zScore;
    return clusters.flatMap((cluster, i) =>
      columns.map((name, j): [number, number, number | null] => [i, j, found(cluster, name) ?? null]),
    );
  }, [clusters, columns]);
  const option = useCallback(
    (theme: ChartTheme): EChartsCoreOption => ({
      animation: false,
      grid: { left: 12, right: 16, top: 8, bottom: 56 * theme.em, containLabel: true },
      tooltip: tooltip(theme, ({ value }: { value: [number, number, number | null] }) => {
        const z = value[2] === null ? 'the same everywhere' : `${signed(value[2])} standard deviations`;
        return `${label(clusters[value[0]]?.cluster ?? value[0])}\n${columns[value[1]] ?? ''}: ${z}`;
      }),
      xAxis: {
        type: 'category',
        data: clusters.map(({ cluster }) => label(cluster)),
        axisLabel: { color: theme.ink, hideOverlap: true, width: 90 * theme.em, overflow: 'truncate' },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'category',
        data: columns,
        inverse: true,
        axisLabel: { color: theme.ink, width: 130 * theme.em, overflow: 'truncate' },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      visualMap: {
        min: -REACH,
        max: REACH,
        calculable: false,
        orient: 'horizontal',
        left: 'center',
        bottom: 0,
        itemHeight: 120,
        itemWidth: 12,
        text: ['above', 'below'],
        textStyle: { color: theme.ink },
        inRange: { color: theme.dark ? DARK : LIGHT },
      },
      series: [
        {
          type: 'heatmap',
          data: cells.flatMap(([i, j, z]) =>
            z === null
              ? []
              : [{ value: [i, j, z], ...cell(theme, z, lit === undefined || lit.has(clusters[i].cluster)) }],
          ),
          itemStyle: { borderColor: theme.ground, borderWidth: 1 },
          label: {
            show: cells.length <= FIGURES,
            formatter: ({ value }: { value: [number, number, number] }) => signed(value[2]),
            fontSize: 11 * theme.em,
          },
        },
      ],
    }),
    [cells, clusters, columns, label, lit],
  );
  const onDrawn = useCallback(
    (chart: ECharts) => {
      chart.off('click');
      chart.on('click', ({ value }) => {
        const cluster = clusters.at((value as number[])[0]);
        if (cluster) onCluster(cluster.cluster);
      });
    },
    [clusters, onCluster],
  );
  const rows = clusters.reduce((sum, { size }) => sum + (size ?? 0), 0);
  return (
    <Chart
      title="Heat map of z-scores"
      file="heat-map"
      summary={`Heat map of z-scores, ${columns.length} columns by ${clusters.length} clusters. ${clusters
        .map(({ cluster, summary }) => `${label(cluster)}: ${summary ?? 'no summary'}`)
        .join('. ')}.`}
      basis={`On all ${whole(rows)} rows. How many standard deviations (strongest colour from ${REACH} on) of all rows a cluster's mean lies above or below theirs; the columns that tell most come first.`}
      option={option}
      onDrawn={onDrawn}
      height={`${columns.length * ROW_REM + 6}rem`}
      table={() => ({
        columns: ['column', ...clusters.map(({ cluster }) => label(cluster))],
        rows: columns.map((name, j) => [name, ...clusters.map((_, i) => cells[i * columns.length + j][2])]),
      })}
    />
  );
}

/** A cell that is not selected is as the ground, its figure in grey. */
function cell(theme: ChartTheme, z: number, lit: boolean) {
  if (lit) return { label: { color: figure(theme, z) } };
  return { itemStyle: { color: theme.dark ? '#3a3a3a' : '#e9ecef' }, label: { color: theme.ink } };
}

/** Ink that can be read on the colour of a cell. */
function figure({ dark }: ChartTheme, z: number): string {
  const onDarkCell = dark ? Math.abs(z) < 1.25 : z < -1.6 || z > 1.9;
  return onDarkCell ? '#ffffff' : '#111111';
}

function signed(z: number): string {
  const text = z.toFixed(1);
  return Number(text) === 0 ? '0.0' : `${z > 0 ? '+' : ''}${text}`;
}

/** Columns by how far apart the clusters are in them. */
function ordered(clusters: Cluster[]): string[] {
  const apart = new Map<string, number>();
  for (const { columns } of clusters) {
    for (const { name, zScore } of columns) apart.set(name, Math.max(apart.get(name) ?? 0, Math.abs(zScore ?? 0)));
  }
  return [...apart].sort(([, a], [, b]) => b - a).map(([name]) => name);
}
