import { Alert, Group, Loader, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { PredictForm } from '../centers/predict-form';
import { keys } from '../chats/queries';
import { Failure } from '../ui/failure';
import { count, num } from '../ui/format';
import { Downloads } from './downloads';
import { ClusterMap } from './cluster-map';
import { ProfileTable } from './profile-table';

type Run = Schemas['RunDto'];

/** What came out: words first, then the map and the profiles, linked, then the way to predictions. */
export default function Result({ run }: { run: Run }) {
  const [selected, setSelected] = useState<number>();
  const result = run.result;
  const centersId = result?.centersId ?? '';
  const clusters = useQuery({
    queryKey: [...keys.centers(centersId), 'clusters'],
    queryFn: () =>
      data(api.GET('/api/v1/centers/{centersId}/clusters', { params: { path: { centersId }, query: { limit: 100 } } })),
    enabled: centersId !== '',
  });
  if (!result) return null;
  const gone = clusters.error instanceof ProblemError && clusters.error.status === 404;
  const rows = result.sizes.reduce((sum, size) => sum + size, 0);
  const { silhouette, silhouetteRows } = result.metrics;
  return (
    <Stack gap="sm">
      <Text>
        {count(result.k, 'cluster')} of {result.sizes.map((size) => num(size)).join(', ')} rows.{' '}
        {silhouette != null && (
          <>
            {quality(silhouette)}: silhouette {num(silhouette)} on{' '}
            {silhouetteRows === rows ? `all ${num(rows)}` : `a sample of ${num(silhouetteRows)}`} rows.{' '}
          </>
        )}
        Inertia {num(result.inertia)}, {result.converged ? 'converged' : 'stopped'} after{' '}
        {count(result.iterations, 'iteration')}.
      </Text>
      {result.warnings.length > 0 && (
        <Alert color="yellow" title="Worth knowing">
          {result.warnings.map((warning) => (
            <Text key={warning} size="sm">
              {warning}
            </Text>
          ))}
        </Alert>
      )}
      <Tabs defaultValue="map" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="map">Map</Tabs.Tab>
          <Tabs.Tab value="profiles">Profiles</Tabs.Tab>
          <Tabs.Tab value="predict">Predict</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="map" pt="sm">
          <ClusterMap runId={run.id} clusters={clusters.data?.items ?? []} selected={selected} onSelect={setSelected} />
        </Tabs.Panel>
        <Tabs.Panel value="profiles" pt="sm">
          {gone && <Text c="dimmed">The centers of this run have been deleted.</Text>}
          {clusters.error && !gone && <Failure error={clusters.error} retry={() => void clusters.refetch()} />}
          {clusters.isPending && <Loader size="sm" aria-label="Loading profiles" />}
          {clusters.data && (
            <ProfileTable
              centersId={centersId}
              clusters={clusters.data.items}
              selected={selected}
              onSelect={setSelected}
            />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="predict" pt="sm">
          {gone ? (
            <Text c="dimmed">The centers of this run have been deleted.</Text>
          ) : (
            <PredictForm centersId={centersId} clusters={clusters.data?.items ?? []} />
          )}
        </Tabs.Panel>
      </Tabs>
      <Group gap="xs">
        <Downloads run={run} centersId={gone ? undefined : centersId} />
      </Group>
    </Stack>
  );
}

/** Words before numbers, by the usual reading of the silhouette (Kaufman and Rousseeuw 1990). */
function quality(silhouette: number): string {
  if (silhouette > 0.7) return 'Clearly separate groups';
  if (silhouette > 0.5) return 'Reasonably separate groups';
  if (silhouette > 0.25) return 'Groups that touch each other';
  return 'Hardly any separate groups';
}
