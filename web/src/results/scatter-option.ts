import { num } from '../ui/format';
import { clusterColor, clusterShape } from '../ui/palette';
import { axis, type ChartTheme, tooltip } from './chart-theme';
import type { EChartsCoreOption } from './echarts';
import type { Sample, SampleColumn } from './sample';
import type { Picked } from './selection';

/** Beyond so many points each is drawn small and without its own shape object. */
const LARGE = 5_000;
const CROSS = 'path://M-1 -6h2v5h5v2h-5v5h-2v-5h-5v-2h5z';

/** Series of a scatter plot: which positions of the sample each draws. The last is what is not selected. */
export type Groups = Int32Array[];

export function groupsOf({ clusters, k }: Sample, { mask }: Picked): Groups {
  const sizes = new Int32Array(k + 1);
  const at = (i: number) => (mask[i] ? clusters[i] : k);
  for (let i = 0; i < clusters.length; i++) sizes[at(i)]++;
  const groups = Array.from(sizes, (size) => new Int32Array(size));
  const next = new Int32Array(k + 1);
  for (let i = 0; i < clusters.length; i++) groups[at(i)][next[at(i)]++] = i;
  return groups;
}

interface Drawing {
  sample: Sample;
  groups: Groups;
  x: SampleColumn;
  y: SampleColumn;
  /** `[x, y]` a cluster on these axes; none where they are not known. */
  centres: readonly (readonly [number, number])[];
  label: (cluster: number) => string;
  focus: number | undefined;
}

export function scatterOption(theme: ChartTheme, drawing: Drawing): EChartsCoreOption {
  const { sample, groups, x, y, centres, label, focus } = drawing;
  const many = sample.length > LARGE;
  const size = (many ? 3 : sample.length > 1000 ? 5 : 8) * theme.em;
  const told = (cluster: number, at: [number, number], row?: number) =>
    `${row === undefined ? 'Centre of ' : `Row ${row + 1}, `}${label(cluster)}\n${x.name}: ${num(at[0])}\n${y.name}: ${num(at[1])}`;
  const grey = groups.length - 1;
  return {
    grid: { left: 64 * theme.em, right: 16, top: 12, bottom: 48 * theme.em },
    ...(many && { animation: false }),
    tooltip: tooltip(theme, ({ seriesId, dataIndex }: { seriesId: string; dataIndex: number }) => {
      if (seriesId === 'centres') return told(dataIndex, centres[dataIndex] as [number, number]);
      const position = positionAt(drawing, seriesId, dataIndex);
      if (position === undefined) return '';
      const at: [number, number] = [x.numbers[position], y.numbers[position]];
      return told(sample.clusters[position], at, sample.rows[position]);
    }),
    brush: {
      xAxisIndex: 0,
      yAxisIndex: 0,
      seriesIndex: [],
      removeOnClick: true,
      brushStyle: { color: 'rgba(120, 150, 190, 0.2)', borderColor: theme.ink, borderWidth: 1 },
    },
    xAxis: axis(theme, x.title),
    yAxis: axis(theme, y.title, { nameGap: 48 * theme.em }),
    series: [
      ...groups.map((group, cluster) => ({
        type: 'scatter' as const,
        id: `group ${cluster}`,
        dimensions: ['x', 'y'],
        data: pairs(group, x, y),
        symbol: cluster === grey ? 'circle' : clusterShape(cluster),
        symbolSize: cluster === grey ? Math.min(size, 4 * theme.em) : size,
        large: many,
        largeThreshold: LARGE,
        progressive: 0,
        itemStyle: {
          color: cluster === grey ? theme.grey : clusterColor(cluster),
          opacity: cluster === grey ? 0.35 : many ? 0.5 : 0.8,
        },
        z: cluster === grey ? 1 : 2,
      })),
      {
        type: 'scatter' as const,
        id: 'centres',
        data: centres.map(([a, b]) => [a, b]),
        symbol: CROSS,
        symbolSize: 18 * theme.em,
        itemStyle: { color: theme.strong, borderColor: theme.ground, borderWidth: 1.5 },
        z: 4,
      },
      {
        type: 'scatter' as const,
        id: 'focus',
        silent: true,
        data: focus === undefined ? [] : [[x.numbers[focus], y.numbers[focus]]],
        symbol: 'circle',
        symbolSize: 20 * theme.em,
        itemStyle: { color: 'transparent', borderColor: theme.strong, borderWidth: 2.5 },
        z: 5,
      },
    ],
  };
}

/** The position in the sample of a drawn point. */
export function positionAt({ groups }: Pick<Drawing, 'groups'>, seriesId: string, index: number): number | undefined {
  return seriesId.startsWith('group ') ? groups[Number(seriesId.slice(6))]?.[index] : undefined;
}

function pairs(group: Int32Array, x: SampleColumn, y: SampleColumn): Float64Array {
  const flat = new Float64Array(2 * group.length);
  group.forEach((position, i) => {
    flat[2 * i] = x.numbers[position]!;
    flat[2 * i + 1] = y.numbers[position]!;
  });
  return flat;
}
