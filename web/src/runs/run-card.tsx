import { Alert, Anchor, Button, Group, Loader, Paper, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Link } from 'react-router';
import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { keys } from '../chats/queries';
import { Failure } from '../ui/failure';
import { num } from '../ui/format';
import { useRunStream } from './run-stream';

// The charts come only when there is something to draw.
const Result = lazy(() => import('../results/result'));

type Run = Schemas['RunDto'];

export function useRun(runId: string) {
  const run = useQuery({
    queryKey: keys.run(runId),
    queryFn: () => data(api.GET('/api/v1/runs/{runId}', { params: { path: { runId } } })),
  });
  useRunStream(run.data);
  return run;
}

/** A run, from the moment it is queued to its result. */
export function RunCard({ runId, said }: { runId: string; said?: string }) {
  const run = useRun(runId);
  if (run.error instanceof ProblemError && run.error.status === 404) return <Text c="dimmed">{said}</Text>;
  if (run.error) return <Failure error={run.error} retry={() => void run.refetch()} />;
  if (run.isPending) return <Loader size="sm" aria-label="Loading the run" />;
  return (
    <Paper withBorder p="md" component="section" aria-label={`Run, ${describe(run.data)}`}>
      <RunBody run={run.data} />
    </Paper>
  );
}

function RunBody({ run }: { run: Run }) {
  if (run.status === 'queued' || run.status === 'running') return <Running run={run} />;
  if (run.status === 'failed') {
    return (
      <Alert color="red" title={`${describe(run)}: it could not be done`}>
        {run.error?.detail}
      </Alert>
    );
  }
  if (run.status === 'cancelled') return <Text c="dimmed">{describe(run)}: cancelled.</Text>;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text fw={600}>{describe(run)}</Text>
        <Anchor component={Link} to={`/runs/${run.id}`} size="sm">
          Full width
        </Anchor>
      </Group>
      <Suspense fallback={<Loader size="sm" aria-label="Loading the charts" />}>
        <Result run={run} />
      </Suspense>
    </Stack>
  );
}

function Running({ run }: { run: Run }) {
  const client = useQueryClient();
  const { fraction, phase, restart, iteration, inertia } = run.progress;
  const cancel = useMutation({
    mutationFn: () => data(api.POST('/api/v1/runs/{runId}/cancel', { params: { path: { runId: run.id } } })),
    onSuccess: (next) => {
      client.setQueryData(keys.run(run.id), next);
      return client.invalidateQueries({ queryKey: keys.chat(run.chatId) });
    },
  });
  return (
    <Stack gap="xs" aria-live="polite">
      <Group justify="space-between">
        <Text>
          {describe(run)}:{' '}
          {phase === 'training' ? `restart ${restart}, iteration ${iteration}, inertia ${num(inertia)}` : phase}
        </Text>
        <Button
          size="xs"
          variant="default"
          loading={cancel.isPending}
          onClick={() => {
            cancel.mutate();
          }}
        >
          Stop
        </Button>
      </Group>
      <Progress value={fraction * 100} aria-label="Progress of the run" />
      {cancel.error && <Failure error={cancel.error} />}
    </Stack>
  );
}

function describe({ params }: Run): string {
  const { k } = params;
  return `${typeof k === 'number' ? k : 'several'} clusters, scaling ${params.scaling}`;
}
