import { Loader, SimpleGrid, Stack } from '@mantine/core';
import { useMemo } from 'react';
import type { Schemas } from '../api/client';
import { useCenters } from '../centers/use-centers';
import { Failure } from '../ui/failure';
import type { Linked } from './linked';
import { Parallel } from './parallel';
import { RowCard } from './row-card';
import { RowTable } from './row-table';
import { useSample } from './sample';
import { Scatter } from './scatter';
import { pick, type Selection } from './selection';
import { SelectionBar } from './selection-bar';

interface Props {
  run: Schemas['RunDto'];
  clusters: Schemas['ClusterDto'][];
  label: (cluster: number) => string;
  selection: Selection;
  focus: number | undefined;
  onSelection: (change: (selection: Selection) => Selection) => void;
  onFocus: (position: number | undefined) => void;
  /** Which of the linked views. */
  view: 'map' | 'rows';
}

/** The views that show rows, linked: what is selected or looked at in one is so in all. */
export function LinkedViews({ run, clusters, view, ...shared }: Props) {
  const sample = useSample(run.id);
  const centers = useCenters(run.result?.centersId ?? '');
  const { selection, focus } = shared;
  const picked = useMemo(() => sample.data && pick(sample.data, selection), [sample.data, selection]);
  if (sample.error) return <Failure error={sample.error} retry={() => void sample.refetch()} />;
  if (!sample.data || !picked) return <Loader size="sm" aria-label="Loading the rows" />;
  const linked: Linked = { ...shared, sample: sample.data, picked };
  return (
    <Stack gap="md">
      <SelectionBar {...linked} />
      {view === 'map' && (
        <SimpleGrid type="container" cols={{ base: 1, '760px': 2 }} spacing="lg" verticalSpacing="lg">
          <Scatter {...linked} centers={centers.data} />
          <Parallel {...linked} clusters={clusters} trained={run.params.columns} />
        </SimpleGrid>
      )}
      {focus !== undefined && <RowCard {...linked} position={focus} />}
      {view === 'rows' && <RowTable {...linked} />}
    </Stack>
  );
}
