import { Button, Group, Select } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import type { Schemas } from '../api/client';
import { count } from '../ui/format';
import { Chart } from './chart';
import type { ChartTheme } from './chart-theme';
import type { ECharts } from './echarts';
import type { Linked } from './linked';
import type { Sample, SampleColumn } from './sample';
import { groupsOf, positionAt, scatterOption } from './scatter-option';
import { findColumn, toggleCluster, withRange } from './selection';

interface Props extends Linked {
  centers: Schemas['CentersDto'] | undefined;
}

/** Rows by two components or two columns, with their centres; what is not selected turns grey. */
export function Scatter({ sample, picked, focus, label, onSelection, onFocus, centers }: Props) {
  const [across, setAcross] = useState(sample.components[0].name);
  const [up, setUp] = useState(sample.components[1].name);
  const x = findColumn(sample, across) ?? sample.components[0];
  const y = findColumn(sample, up) ?? sample.components[1];
  const centres = useMemo(() => centresOn(sample, x, y, centers), [sample, x, y, centers]);
  const groups = useMemo(() => groupsOf(sample, picked), [sample, picked]);
  const option = useCallback(
    (theme: ChartTheme) => scatterOption(theme, { sample, groups, x, y, centres, label, focus }),
    [sample, groups, x, y, centres, label, focus],
  );
  const onDrawn = useCallback(
    (chart: ECharts) => {
      chart.off('click');
      chart.on('click', ({ seriesId, dataIndex }) => {
        if (seriesId === 'centres') onSelection((selection) => toggleCluster(selection, dataIndex));
        else onFocus(positionAt({ groups }, seriesId ?? '', dataIndex));
      });
      chart.off('brushEnd');
      chart.on('brushEnd', (event) => {
        const [from, to] = (event as BrushEnd).areas.at(0)?.coordRange ?? [];
        if (!from || !to) return;
        chart.dispatchAction({ type: 'brush', areas: [] });
        onSelection((selection) => withRange(withRange(selection, x.name, from), y.name, to));
      });
      // On a touch screen a finger scrolls the page; there the conditions do what a box does.
      if (canDrag()) {
        const brush = { brushType: 'rect', brushMode: 'single' };
        chart.dispatchAction({ type: 'takeGlobalCursor', key: 'brush', brushOption: brush });
      }
    },
    [groups, x, y, onSelection, onFocus],
  );
  const table = () => ({
    columns: ['row', 'cluster', x.name, y.name],
    rows: Array.from(sample.rows, (row, i) => [row + 1, sample.clusters[i], x.numbers[i], y.numbers[i]]),
  });
  const names = [...sample.components, ...sample.columns.filter(({ numeric }) => numeric)].map(({ name }) => name);
  return (
    <Chart
      title="Map"
      file="map"
      summary={`Scatter plot of ${sample.basis} in ${count(sample.k, 'cluster')}, ${x.name} across and ${y.name} up. The profiles say in words what sets the clusters apart.`}
      basis={`On ${sample.basis}. Crosses are the centres. ${canDrag() ? 'Drag a box to select; click' : 'Tap'} a point to look at its row.`}
      option={option}
      onDrawn={onDrawn}
      table={table}
      height="clamp(24rem, 52vh, 48rem)"
    >
      <Group gap="xs" align="end" wrap="nowrap">
        <AxisSelect label="Across" names={names} value={x.name} onChange={setAcross} />
        <AxisSelect label="Up" names={names} value={y.name} onChange={setUp} />
        <Button
          size="xs"
          variant="default"
          aria-label="Swap the two axes"
          onClick={() => {
            setAcross(y.name);
            setUp(x.name);
          }}
        >
          Swap
        </Button>
      </Group>
    </Chart>
  );
}

function canDrag(): boolean {
  return matchMedia('(pointer: fine)').matches;
}

interface BrushEnd {
  areas: { coordRange?: [[number, number], [number, number]] }[];
}

interface AxisSelectProps {
  label: string;
  names: string[];
  value: string;
  onChange: (name: string) => void;
}

function AxisSelect({ label, names, value, onChange }: AxisSelectProps) {
  return (
    <Select
      size="xs"
      flex={1}
      miw={0}
      maw={280}
      label={label}
      data={names}
      value={value}
      searchable
      allowDeselect={false}
      onChange={(name) => {
        if (name) onChange(name);
      }}
    />
  );
}

/** The centres on two axes: projected, or in the units of the data; none where an axis is neither. */
function centresOn(
  sample: Sample,
  x: SampleColumn,
  y: SampleColumn,
  centers: Schemas['CentersDto'] | undefined,
): [number, number][] {
  const along = (column: SampleColumn): number[] | undefined => {
    const component = sample.components.indexOf(column);
    if (component >= 0) return sample.centers.map((centre) => centre[component]);
    const at = centers?.columns.indexOf(column.name) ?? -1;
    return at < 0 ? undefined : centers?.values.map((centre) => centre[at]);
  };
  const [xs, ys] = [along(x), along(y)];
  return xs && ys ? xs.map((value, i) => [value, ys[i]]) : [];
}
