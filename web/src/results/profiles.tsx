import { Loader, SimpleGrid, Stack } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import type { Schemas } from '../api/client';
import { num, whole } from '../ui/format';
import { ClusterBars } from './cluster-bars';
import { HeatMap } from './heat-map';
import { ProfileTable } from './profile-table';
import { type Selection, toggleCluster } from './selection';

interface Props {
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
export function Profiles({ result, clusters, gone, label, selection, onSelection }: Props) {
  const onCluster = useCallback(
    (cluster: number) => {
      onSelection((now) => toggleCluster(now, cluster));
    },
    [onSelection],
  );
  const { silhouette, silhouetteRows } = result.metrics;
  const rows = result.sizes.reduce((sum, size) => sum + size, 0);
  const size = useCallback((value: number) => `${whole(value)} (${((100 * value) / rows).toFixed(1)} %)`, [rows]);
  const silhouettes = useMemo(() => clusters?.map((cluster) => cluster.silhouette), [clusters]);
  const mean = useMemo(
    () => (silhouette == null ? undefined : { value: silhouette, name: `all ${num(silhouette)}` }),
    [silhouette],
  );
  const common = { label, selected: selection.clusters, onCluster };
  return (
    <Stack gap="lg">
      <SimpleGrid type="container" cols={{ base: 1, '700px': 2 }} spacing="lg" verticalSpacing="lg">
        <ClusterBars
          {...common}
          title="Sizes"
          file="sizes"
          unit="rows"
          basis={`On all ${whole(rows)} rows.`}
          values={result.sizes}
          told={size}
        />
        {silhouettes && mean && (
          <ClusterBars
            {...common}
            title="Silhouette of each cluster"
            file="silhouettes"
            unit="mean silhouette"
            basis={`On ${silhouetteRows === rows ? 'all' : 'a sample of'} ${whole(silhouetteRows)} rows. Near 1: rows sit well inside their cluster; near 0: on its edge; below: nearer to another. The dashed line is the mean of all.`}
            values={silhouettes}
            mean={mean}
            told={num}
          />
        )}
      </SimpleGrid>
      {!clusters && !gone && <Loader size="sm" aria-label="Loading profiles" />}
      {clusters && clusters[0]?.columns.some(({ zScore }) => zScore !== null) && (
        <HeatMap clusters={clusters} label={label} onCluster={onCluster} />
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
