import { Alert, Button, Collapse, Group, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '../api/client';
import { keys, useChatMutation, useRunsOf } from '../chats/queries';
import { TrainForm } from '../runs/train-form';
import { useConfirm } from '../ui/confirm';
import { Failure } from '../ui/failure';
import { bytes, count } from '../ui/format';
import { Gone, isGone } from '../ui/gone';
import { Waiting } from '../ui/waiting';
import { Profile } from './profile';

/** A table: what it holds, column by column, and the way to its clusters. */
export function DatasetCard({ datasetId, said }: { datasetId: string; said: string }) {
  const dataset = useQuery({
    queryKey: keys.dataset(datasetId),
    queryFn: () => data(api.GET('/api/v1/datasets/{datasetId}', { params: { path: { datasetId } } })),
    staleTime: 60_000,
  });
  const chatId = dataset.data?.chatId ?? '';
  const runs = useRunsOf(chatId);
  const untouched = runs?.every((run) => run.datasetId !== datasetId) ?? false;
  const [profileOpen, profile] = useDisclosure();
  const [trainChosen, setTrain] = useState<boolean>();
  const confirm = useConfirm();
  const remove = useChatMutation(chatId, () =>
    api.DELETE('/api/v1/datasets/{datasetId}', { params: { path: { datasetId } } }),
  );
  if (isGone(dataset.error) || remove.isSuccess) return <Gone said={said} what="The table has" />;
  if (dataset.isLoadingError) return <Failure error={dataset.error} retry={() => void dataset.refetch()} />;
  if (dataset.isPending) return <Waiting what="the table" retry={() => void dataset.refetch()} />;
  const { name, rowCount, columns, warnings, sizeBytes, format } = dataset.data;
  // The next step lies open as long as nobody has taken it.
  const trainOpen = trainChosen ?? untouched;
  const ask = async () => {
    const yes = await confirm({
      title: `Delete the table ${name}?`,
      text: 'Runs that have ended and their centers stay; the rows themselves are gone. This cannot be undone.',
      action: 'Delete the table',
    });
    if (yes) remove.mutate(undefined);
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={`Table ${name}`}>
      <Stack gap="sm">
        <Group justify="space-between">
          <div>
            <Text fw={600} className="breaking">
              {name}
            </Text>
            <Text size="sm" c="dimmed">
              {count(rowCount, 'row')}, {count(columns.length, 'column')}; {format.toUpperCase()}, {bytes(sizeBytes)}
            </Text>
          </div>
          <Group gap="xs">
            <Button variant="default" size="sm" onClick={() => void ask()} loading={remove.isPending}>
              Delete
            </Button>
            <Button variant="default" size="sm" onClick={profile.toggle} aria-expanded={profileOpen}>
              Profile
            </Button>
            <Button
              size="sm"
              onClick={() => {
                setTrain(!trainOpen);
              }}
              aria-expanded={trainOpen}
            >
              Find clusters
            </Button>
          </Group>
        </Group>
        {remove.error && <Failure error={remove.error} />}
        {warnings.length > 0 && (
          <Alert color="yellow" title="Worth knowing">
            {warnings.map((warning) => (
              <Text key={warning} size="sm">
                {warning}
              </Text>
            ))}
          </Alert>
        )}
        <Collapse expanded={profileOpen}>{profileOpen && <Profile dataset={dataset.data} />}</Collapse>
        <Collapse expanded={trainOpen}>
          {trainOpen && (
            <TrainForm
              dataset={dataset.data}
              onStarted={() => {
                setTrain(false);
              }}
            />
          )}
        </Collapse>
      </Stack>
    </Paper>
  );
}
