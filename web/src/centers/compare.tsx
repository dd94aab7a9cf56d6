import { Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';
import { Failure } from '../ui/failure';
import { Waiting } from '../ui/waiting';
import { labelBoth } from './labels';

type Centers = Schemas['CentersDto'];
type Dataset = Schemas['DatasetDto'];

// What matches clusters comes only when there are two to compare.
const MovesTable = lazy(async () => ({ default: (await import('./moves-table')).MovesTable }));

/** Two sets of centers side by side: on the rows of a table, who stayed with whom. */
export function Compare({ chatId, centers }: { chatId: string; centers: Centers[] }) {
  const [firstId, setFirst] = useState(centers.at(1)?.id ?? null);
  const [secondId, setSecond] = useState(centers.at(0)?.id ?? null);
  const [chosenTable, setTable] = useState<string | null>(null);
  const datasets = useQuery({
    queryKey: [...keys.chat(chatId), 'datasets'],
    queryFn: () =>
      data(api.GET('/api/v1/chats/{chatId}/datasets', { params: { path: { chatId }, query: { limit: 100 } } })),
  });
  const first = centers.find(({ id }) => id === firstId);
  const second = centers.find(({ id }) => id === secondId);
  // The table that the newer ones were made from, where it is still there.
  const dataset =
    datasets.data?.items.find(({ id }) => id === chosenTable) ??
    datasets.data?.items.find(({ sha256 }) => sha256 === second?.datasetSha256) ??
    datasets.data?.items.at(0);
  const options = centers.map(({ id, version, name }) => ({ value: id, label: `v${version} ${name}` }));
  return (
    <Paper withBorder p="md" component="section" aria-label="Compare two">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Compare two
        </Title>
        <Group grow preventGrowOverflow={false}>
          <Select miw="12rem" label="From" data={options} allowDeselect={false} value={firstId} onChange={setFirst} />
          <Select miw="12rem" label="To" data={options} allowDeselect={false} value={secondId} onChange={setSecond} />
          <Select
            miw="12rem"
            label="On the rows of"
            data={datasets.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []}
            allowDeselect={false}
            value={dataset?.id ?? null}
            onChange={setTable}
          />
        </Group>
        {datasets.error && <Failure error={datasets.error} retry={() => void datasets.refetch()} />}
        {datasets.isSuccess && !dataset && (
          <Text c="dimmed">There is no table in this chat to compare them on. Drop one into the chat first.</Text>
        )}
        {dataset && first && second && first.id !== second.id && (
          <Comparison key={`${first.id} ${second.id} ${dataset.id}`} first={first} second={second} dataset={dataset} />
        )}
        {firstId === secondId && <Text c="dimmed">Choose two different ones.</Text>}
      </Stack>
    </Paper>
  );
}

function Comparison({ first, second, dataset }: { first: Centers; second: Centers; dataset: Dataset }) {
  const labels = useQuery({
    queryKey: ['labels', dataset.id, first.id, second.id],
    queryFn: () => labelBoth(dataset, first, second),
    staleTime: Infinity,
  });
  if (labels.isLoadingError) return <Failure error={labels.error} retry={() => void labels.refetch()} />;
  const waiting = <Waiting what="the clusters of every row" retry={() => void labels.refetch()} />;
  if (labels.isPending) return waiting;
  return (
    <Suspense fallback={waiting}>
      <MovesTable first={first} second={second} dataset={dataset} labels={labels.data} />
    </Suspense>
  );
}
