import { Alert, Group, Loader, Stack, Tabs, Text } from '@mantine/core';
import { lazy, Suspense, useCallback, useState } from 'react';
import type { Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { PredictForm } from '../centers/predict-form';
import { Failure } from '../ui/failure';
import { count, num, whole } from '../ui/format';
import { clusterLabel } from '../ui/palette';
import { Downloads } from './downloads';
import { LinkedViews } from './linked-views';
import { Profiles } from './profiles';
import { EVERYTHING } from './selection';
import { useClusters } from './use-clusters';
import { WhichK } from './which-k';

// What matches clusters comes only when a training has begun from others.
const Transitions = lazy(async () => ({ default: (await import('../centers/transitions')).Transitions }));

type Run = Schemas['RunDto'];
const NONE: Schemas['ClusterDto'][] = [];

/** What came out: words first, then the linked views, the evidence for k, the profiles, and the way to predictions. */
export default function Result({ run }: { run: Run }) {
  const [selection, setSelection] = useState(EVERYTHING);
  const [focus, setFocus] = useState<number>();
  const result = run.result;
  const centersId = result?.centersId ?? '';
  const found = useClusters(centersId);
  const clusters = found.data ?? NONE;
  const label = useCallback(
    (cluster: number) => clusterLabel(cluster, clusters.find((each) => each.cluster === cluster)?.name),
    [clusters],
  );
  const onFocus = useCallback((position: number | undefined) => {
    setFocus((now) => (now === position ? undefined : position));
  }, []);
  if (!result) return null;
  const gone = found.error instanceof ProblemError && found.error.status === 404;
  const deleted = <Text c="dimmed">The centers of this run have been deleted.</Text>;
  const { init, keepIds } = run.params;
  const parentId = typeof init === 'object' ? init.centersId : undefined;
  const linked = { run, clusters, label, selection, focus, onSelection: setSelection, onFocus };
  return (
    <Stack gap="sm">
      <InWords result={result} />
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
        <Tabs.List className="tabs">
          <Tabs.Tab value="map">Map</Tabs.Tab>
          {result.sweep && <Tabs.Tab value="which-k">Which k</Tabs.Tab>}
          <Tabs.Tab value="profiles">Profiles</Tabs.Tab>
          <Tabs.Tab value="rows">Rows</Tabs.Tab>
          {result.transitions && <Tabs.Tab value="moves">Moves</Tabs.Tab>}
          <Tabs.Tab value="predict">Predict</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="map" pt="md">
          <LinkedViews {...linked} view="map" />
        </Tabs.Panel>
        <Tabs.Panel value="which-k" pt="md">
          <WhichK run={run} result={result} />
        </Tabs.Panel>
        <Tabs.Panel value="profiles" pt="md">
          {found.error && !gone && <Failure error={found.error} retry={() => void found.refetch()} />}
          {gone && deleted}
          <Profiles
            runId={run.id}
            result={result}
            clusters={found.data}
            gone={gone}
            label={label}
            selection={selection}
            onSelection={setSelection}
          />
        </Tabs.Panel>
        <Tabs.Panel value="rows" pt="md">
          <LinkedViews {...linked} view="rows" />
        </Tabs.Panel>
        <Tabs.Panel value="moves" pt="md">
          {result.transitions && parentId && (
            <Suspense fallback={<Loader size="sm" aria-label="Loading the moves" />}>
              <Transitions
                parentId={parentId}
                transitions={result.transitions}
                keptIds={keepIds === true}
                k={result.k}
                label={label}
              />
            </Suspense>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="predict" pt="md">
          {gone ? deleted : <PredictForm centersId={centersId} clusters={clusters} />}
        </Tabs.Panel>
      </Tabs>
      <Group gap="xs">
        <Downloads run={run} centersId={gone ? undefined : centersId} />
      </Group>
    </Stack>
  );
}

function InWords({ result }: { result: Schemas['RunResultDto'] }) {
  const rows = result.sizes.reduce((sum, size) => sum + size, 0);
  const { silhouette, silhouetteRows } = result.metrics;
  return (
    <div>
      <Text>
        {count(result.k, 'cluster')} of {result.sizes.map(whole).join(', ')} rows.{' '}
        {silhouette != null && (
          <>
            {quality(silhouette)}: silhouette {num(silhouette)} on{' '}
            {silhouetteRows === rows ? `all ${whole(rows)}` : `a sample of ${whole(silhouetteRows)}`} rows.{' '}
          </>
        )}
        Inertia {num(result.inertia)}, {result.converged ? 'converged' : 'stopped'} after{' '}
        {count(result.iterations, 'iteration')}.
      </Text>
      {result.choice && (
        <Text size="sm" c="dimmed">
          {result.choice.why}
        </Text>
      )}
    </div>
  );
}

/** Words before numbers, by the usual reading of the silhouette (Kaufman and Rousseeuw 1990). */
function quality(silhouette: number): string {
  if (silhouette > 0.7) return 'Clearly separate groups';
  if (silhouette > 0.5) return 'Reasonably separate groups';
  if (silhouette > 0.25) return 'Groups that touch each other';
  return 'Hardly any separate groups';
}
