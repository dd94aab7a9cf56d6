import { Loader, SimpleGrid, Stack } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import type { Schemas } from '../api/client';
import { whole } from '../ui/format';
import { ClusterBars } from './cluster-bars';
import { HeatMap } from './heat-map';
import { ProfileTable } from './profile-table';
import { useSample } from './sample';
import { pick, type Selection, sharesOf, toggleCluster } from './selection';
import { SelectionBar } from './selection-bar';
import { SilhouettePlot } from './silhouette-plot';

interface Props {
  runId: string;
  result: Schemas['RunResultDto'];
  /** Undefined until they are there. */
  clusters: Schemas['ClusterDto'][] | undefined;
  /** The centers have been deleted, and the profiles with them. */
  gone: boolean;
  label: (cluster: number) => string;
  selection: Selection;
  onSelection: (change: (selection: Selection) => Selection) => void;
}

/** What the clusters are like: how large, how well set apart, and by what. */
export function Profiles({ runId, result, clusters, gone, label, selection, onSelection }: Props) {
  const onCluster = useCallback(
    (cluster: number) => {
      onSelection((now) => toggleCluster(now, cluster));
    },
    [onSelection],
  );
  const rows = result.sizes.reduce((sum, size) => sum + size, 0);
  const size = useCallback((value: number) => `${whole(value)} (${((100 * value) / rows).toFixed(1)} %)`, [rows]);
  const sample = useSample(runId).data;
  const picked = useMemo(() => sample && pick(sample, selection), [sample, selection]);
  const shares = useMemo(
    () => (sample && picked && !picked.all ? sharesOf(sample, picked) : undefined),
    [sample, picked],
  );
  const lit = useMemo(
    () => shares && new Set(shares.flatMap((share, cluster) => (share > 0 ? [cluster] : []))),
    [shares],
  );
  const common = { label, lit, onCluster };
  return (
    <Stack gap="lg">
      {sample && picked && (
        <SelectionBar sample={sample} picked={picked} selection={selection} label={label} onSelection={onSelection} />
      )}
      <SimpleGrid type="container" cols={{ base: 1, '700px': 2 }} spacing="lg" verticalSpacing="lg">
        <ClusterBars
          label={label}
          shares={shares}
          onCluster={onCluster}
          title="Sizes"
          file="sizes"
          unit="rows"
          basis={`On all ${whole(rows)} rows${shares && !sample?.whole ? '; what is selected of them, by the sample' : ''}.`}
          values={result.sizes}
          told={size}
        />
        {clusters && result.metrics.silhouette !== null && (
          <SilhouettePlot {...common} clusters={clusters} metrics={result.metrics} rows={rows} />
        )}
      </SimpleGrid>
      {!clusters && !gone && <Loader size="sm" aria-label="Loading profiles" />}
      {clusters && clusters[0]?.columns.some(({ zScore }) => zScore !== null) && (
        <HeatMap {...common} clusters={clusters} />
      )}
      {clusters && (
        <ProfileTable
          centersId={result.centersId}
          clusters={clusters}
          selected={selection.clusters}
          onSelect={onCluster}
        />
      )}
    </Stack>
  );
}
