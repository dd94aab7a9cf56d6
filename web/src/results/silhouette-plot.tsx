import { Text } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import type { Schemas } from '../api/client';
import { num, whole } from '../ui/format';
import { clusterColor } from '../ui/palette';
import { Chart } from './chart';
import { axis, type ChartTheme, tooltip } from './chart-theme';
import type { ECharts, EChartsCoreOption } from './echarts';

const TOP_PX = 26;
const BOTTOM_PX = 40;
/** What the areas of all clusters share, and the least that one can be read in. */
const AREA_PX = 260;
const LEAST_PX = 22;
const GAP_PX = 6;

interface Props {
  clusters: Schemas['ClusterDto'][];
  metrics: Schemas['RunMetricsDto'];
  rows: number;
  label: (cluster: number) => string;
  /** The clusters that anything is selected of; undefined for all. */
  lit: ReadonlySet<number> | undefined;
  onCluster: (cluster: number) => void;
}

/** A cluster's place in the plot. */
interface Band {
  cluster: number;
  size: number;
  mean: number;
  /** Percentile and silhouette, rising. */
  curve: [number, number][];
  /** Percent of the rows below 0. */
  misplaced: number;
  top: number;
  height: number;
}

/** The silhouettes of every cluster's rows in falling order, each area as high as its cluster has rows (Rousseeuw 1987). */
export function SilhouettePlot({ clusters, metrics, rows, label, lit, onCluster }: Props) {
  const { silhouette, silhouetteRows } = metrics;
  const bands = useMemo(() => bandsOf(clusters, rows), [clusters, rows]);
  const height = bands.reduce((end, band) => Math.max(end, band.top + band.height), 0);
  const option = useCallback(
    (theme: ChartTheme, width: number): EChartsCoreOption => {
      const values = bands.flatMap(({ curve }) => curve.map(([, value]) => value));
      const longest = Math.max(...bands.map(({ cluster }) => label(cluster).length));
      const left = Math.min((7 * longest + 16) * theme.em, width * 0.3);
      return {
        grid: { left, right: 56 * theme.em, top: TOP_PX * theme.em, bottom: BOTTOM_PX * theme.em },
        tooltip: tooltip(theme, ({ dataIndex }: { dataIndex: number }) => {
          const band = bands.at(dataIndex);
          return band ? `${label(band.cluster)}\n${told(band).join('\n')}` : '';
        }),
        xAxis: axis(theme, 'silhouette', {
          min: Math.min(0, Math.floor(Math.min(...values) * 10) / 10),
          max: Math.ceil(Math.max(0.1, ...values) * 10) / 10,
        }),
        yAxis: { type: 'value', min: 0, max: height, inverse: true, show: false },
        series: [
          {
            type: 'custom',
            data: bands.map(({ cluster, top }) => [cluster, top]),
            encode: { x: 0, y: 1 },
            clip: false,
            renderItem: ({ dataIndex }: { dataIndex: number }, { coord }: Drawer) => {
              const band = bands.at(dataIndex);
              const grey = band && lit && !lit.has(band.cluster);
              return band && drawn(band, coord, left, theme, label(band.cluster), grey ? theme.grey : undefined);
            },
          },
          ...(silhouette == null ? [] : [meanLine(theme, silhouette)]),
        ],
      };
    },
    [bands, height, silhouette, label, lit],
  );
  const onDrawn = useCallback(
    (chart: ECharts) => {
      chart.off('click');
      chart.on('click', ({ dataIndex }) => {
        const band = bands.at(dataIndex);
        if (band) onCluster(band.cluster);
      });
    },
    [bands, onCluster],
  );
  const basis = silhouetteRows === rows ? `all ${whole(rows)} rows` : `a sample of ${whole(silhouetteRows)} rows`;
  return (
    <Chart
      title="Silhouette of each cluster"
      file="silhouettes"
      summary={`Silhouettes. ${bands.map((band) => `${label(band.cluster)}: ${told(band).join(', ')}`).join('. ')}.`}
      basis={`On ${basis}. An area is its cluster's rows, one above the other, as high as there are many. Near 1: rows sit well inside their cluster; near 0: on its edge; below: nearer to another. The figure is the cluster's mean, the dashed line that of all.`}
      option={option}
      onDrawn={onDrawn}
      height={`${(height + TOP_PX + BOTTOM_PX) / 16}rem`}
      table={() => ({
        columns: [
          'cluster',
          'rows',
          'mean',
          'lowest',
          'lower quarter',
          'median',
          'upper quarter',
          'highest',
          '% below 0',
        ],
        rows: bands.map((band) => [
          label(band.cluster),
          band.size,
          band.mean,
          ...[0, 25, 50, 75, 100].map((percentile) => at(band, percentile)),
          band.misplaced,
        ]),
      })}
    >
      <Text size="sm">{inWords(bands, label)}</Text>
    </Chart>
  );
}

function bandsOf(clusters: Schemas['ClusterDto'][], rows: number): Band[] {
  let top = 0;
  return clusters.flatMap(({ cluster, size, silhouette, silhouettePercentiles }) => {
    if (silhouette === null) return [];
    // Of older centers nothing but the mean is known.
    const known = silhouettePercentiles ?? { 0: silhouette, 100: silhouette };
    const curve = Object.entries(known)
      .map(([percentile, value]): [number, number] => [Number(percentile), value])
      .sort(([a], [b]) => a - b);
    const height = Math.max(LEAST_PX, (AREA_PX * (size ?? 0)) / Math.max(1, rows));
    const band = { cluster, size: size ?? 0, mean: silhouette, curve, misplaced: below0(curve), top, height };
    top += height + GAP_PX;
    return [band];
  });
}

/** Where the curve crosses 0, in percent of the rows. */
function below0(curve: Band['curve']): number {
  const next = curve.findIndex(([, value]) => value >= 0);
  if (next < 0) return 100;
  if (next === 0) return 0;
  const [from, low] = curve[next - 1];
  const [to, high] = curve[next];
  return from + ((to - from) * -low) / (high - low);
}

function at({ curve }: Band, percentile: number): number | null {
  return curve.find(([each]) => each === percentile)?.[1] ?? null;
}

function told(band: Band): string[] {
  const half = [at(band, 25), at(band, 75)];
  return [
    `mean ${num(band.mean)}`,
    ...(half.includes(null) ? [] : [`half of its rows from ${half.map(num).join(' to ')}`]),
    `${percent(band)} below 0`,
  ];
}

function percent({ misplaced }: Band): string {
  return misplaced === 0 ? 'none' : misplaced < 1 ? 'less than 1 %' : `${misplaced.toFixed(0)} %`;
}

function inWords(bands: Band[], label: (cluster: number) => string): string {
  const worst = bands.toSorted((a, b) => b.misplaced - a.misplaced).at(0);
  if (!worst || worst.misplaced === 0) return 'No row is nearer to another cluster than to its own.';
  return `${label(worst.cluster)} is the least sure: ${percent(worst)} of its rows are nearer to another cluster.`;
}

type Point = [x: number, y: number];
interface Drawer {
  coord: (point: Point) => Point;
}

/** A cluster's area, its mean, its name before it and the figure behind. */
function drawn(
  { cluster, curve, mean, top, height }: Band,
  coord: Drawer['coord'],
  left: number,
  theme: ChartTheme,
  name: string,
  grey: string | undefined,
) {
  const bottom = top + height;
  const edge = curve.map(([percentile, value]) => coord([value, bottom - (height * percentile) / 100]));
  const [meanX, meanY] = coord([mean, top]);
  const [right] = edge.reduce((most, point) => (point[0] > most[0] ? point : most));
  const [, middle] = coord([0, (top + bottom) / 2]);
  const text = { fill: theme.ink, fontSize: 12 * theme.em, verticalAlign: 'middle' };
  return {
    type: 'group' as const,
    children: [
      {
        type: 'polygon' as const,
        shape: { points: [coord([0, bottom]), ...edge, coord([0, top])] },
        style: { fill: grey ?? clusterColor(cluster), opacity: 0.9 },
      },
      {
        type: 'line' as const,
        shape: { x1: meanX, y1: meanY, x2: meanX, y2: coord([mean, bottom])[1] },
        style: { stroke: theme.strong, lineWidth: 1.5 },
      },
      {
        type: 'text' as const,
        style: { ...text, text: name, x: 4, y: middle, width: left - 12, overflow: 'truncate' },
      },
      { type: 'text' as const, style: { ...text, text: num(mean), x: Math.max(right, meanX) + 6, y: middle } },
    ],
  };
}

function meanLine(theme: ChartTheme, mean: number) {
  return {
    type: 'line' as const,
    silent: true,
    symbol: 'none',
    data: [[mean, 0]],
    markLine: {
      silent: true,
      symbol: 'none',
      data: [{ xAxis: mean }],
      lineStyle: { color: theme.strong, type: 'dashed' },
      label: { formatter: `all ${num(mean)}`, color: theme.ink, position: 'start' },
    },
  };
}
