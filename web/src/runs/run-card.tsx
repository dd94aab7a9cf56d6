import { Alert, Anchor, Box, Button, Group, Loader, Paper, Progress, Stack, Text } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Link, useMatch } from 'react-router';
import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { keys } from '../chats/queries';
import { Failure } from '../ui/failure';
import { count, num } from '../ui/format';
import { hasEnded, useRunStream } from './run-stream';

// The charts come only when there is something to draw.
const Result = lazy(() => import('../results/result'));
const InertiaCurve = lazy(() => import('../results/inertia-curve'));

type Run = Schemas['RunDto'];

export function useRun(runId: string) {
  const run = useQuery({
    queryKey: keys.run(runId),
    queryFn: () => data(api.GET('/api/v1/runs/{runId}', { params: { path: { runId } } })),
  });
  const lost = useRunStream(run.data);
  return { ...run, lost };
}

/** A run, from the moment it is queued to its result. */
export function RunCard({ runId, said }: { runId: string; said?: string }) {
  const run = useRun(runId);
  if (run.error instanceof ProblemError && run.error.status === 404) return <Text c="dimmed">{said}</Text>;
  if (run.isLoadingError) return <Failure error={run.error} retry={() => void run.refetch()} />;
  if (run.isPending) return <Loader size="sm" aria-label="Loading the run" />;
  return (
    <Paper withBorder p="md" component="section" aria-label={`Run, ${describe(run.data)}`}>
      <RunBody run={run.data} lost={run.lost} />
    </Paper>
  );
}

function RunBody({ run, lost }: { run: Run; lost: boolean }) {
  const alone = useMatch('/runs/:runId') !== null;
  if (!hasEnded(run)) return <Running run={run} lost={lost} />;
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
        {!alone && (
          <Anchor component={Link} to={`/runs/${run.id}`} size="sm">
            Full width
          </Anchor>
        )}
      </Group>
      <NearView>
        <Suspense fallback={<Loader size="sm" aria-label="Loading the charts" />}>
          <Result run={run} />
        </Suspense>
      </NearView>
    </Stack>
  );
}

/** Draws what is in sight or nearly so, once: a long notebook holds many results. */
function NearView({ children }: { children: ReactNode }) {
  const { ref, entry } = useIntersection<HTMLDivElement>({ rootMargin: '600px' });
  const [seen, setSeen] = useState(false);
  if (entry?.isIntersecting && !seen) setSeen(true);
  return (
    <Box ref={ref} mih={seen ? undefined : '40rem'}>
      {seen && children}
    </Box>
  );
}

function Running({ run, lost }: { run: Run; lost: boolean }) {
  const client = useQueryClient();
  const { fraction, trace } = run.progress;
  const cancel = useMutation({
    mutationFn: () => data(api.POST('/api/v1/runs/{runId}/cancel', { params: { path: { runId: run.id } } })),
    onSuccess: (next) => {
      client.setQueryData(keys.run(run.id), next);
      return client.invalidateQueries({ queryKey: keys.chat(run.chatId) });
    },
  });
  return (
    <Stack gap="xs">
      <Group justify="space-between" wrap="nowrap" align="start">
        <div>
          <Text fw={600}>{describe(run)}</Text>
          <Text size="sm">{stage(run)}</Text>
        </div>
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
      <Group gap="sm" wrap="nowrap">
        <Progress flex={1} value={fraction * 100} aria-label="Progress of the run" />
        <Text size="sm" w="3rem" ta="end">
          {Math.floor(fraction * 100)} %
        </Text>
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {lost && 'The connection is lost. The run goes on at the service; this page tries again by itself.'}
      </Text>
      {trace && trace.length > 1 && (
        <Suspense>
          <InertiaCurve progress={run.progress} />
        </Suspense>
      )}
      {cancel.error && <Failure error={cancel.error} />}
    </Stack>
  );
}

const STAGES: Record<Run['progress']['phase'], string> = {
  queued: 'Waiting for its turn.',
  reading: 'Reading the rows.',
  preparing: 'Scaling the columns and filling the gaps.',
  seeding: 'Placing the first centres.',
  training: 'Moving the centres.',
  evaluating: 'Measuring how good the clusters are.',
  storing: 'Keeping the result.',
};

/** What a run is doing now. */
function stage({ status, params, progress }: Run): string {
  if (status === 'queued') return STAGES.queued;
  const { phase, k, restart, iteration, inertia } = progress;
  if (phase !== 'training') return STAGES[phase];
  const which = typeof params.k === 'number' ? '' : `${k} clusters, `;
  return `Training: ${which}restart ${restart} of ${params.nInit}, iteration ${iteration}, inertia ${num(inertia)}.`;
}

/** A run in a few words. */
export function describe({ params, result }: Run): string {
  const { k, scaling, init } = params;
  const from = typeof init === 'object' ? ', from kept centers' : '';
  if (typeof k === 'number') return `${count(k, 'cluster')}${from}, scaling ${scaling}`;
  const chosen = result ? `, ${result.k} chosen` : '';
  return `${k.min} to ${k.max} clusters${chosen}, scaling ${scaling}`;
}
