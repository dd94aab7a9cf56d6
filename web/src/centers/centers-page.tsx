import { Anchor, Badge, Container, Group, Paper, ScrollArea, Stack, Table, Text, Title } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { Schemas } from '../api/client';
import { Missing } from '../app/missing';
import { useChat } from '../chats/queries';
import { useClusters } from '../results/use-clusters';
import { ClusterMark } from '../ui/cluster-mark';
import { Failure } from '../ui/failure';
import { count, num, when } from '../ui/format';
import { isGone } from '../ui/gone';
import { NameForm } from '../ui/name-form';
import { clusterLabel } from '../ui/palette';
import { useTitle } from '../ui/use-title';
import { Waiting } from '../ui/waiting';
import { CentersMenu } from './centers-menu';
import { PredictForm } from './predict-form';
import { useCenters, useCentersActions } from './use-centers';

type Centers = Schemas['CentersDto'];

const Transitions = lazy(async () => ({ default: (await import('./transitions')).Transitions }));

/** Kept centers at their own address: where they lie, and what they say of new rows. */
export function CentersPage() {
  const { centersId = '' } = useParams();
  const centers = useCenters(centersId);
  const chat = useChat(centers.data?.chatId ?? '');
  const actions = useCentersActions(centers.data);
  const [renaming, setRenaming] = useState(false);
  const navigate = useNavigate();
  const clusters = useClusters(centersId);
  useTitle(centers.data?.name);
  if (isGone(centers.error)) return <Missing />;
  if (centers.isLoadingError) return <Failure error={centers.error} retry={() => void centers.refetch()} />;
  if (centers.isPending) return <Waiting what="the centers" retry={() => void centers.refetch()} />;
  const { chatId, name, version, k, columns, runId, createdAt, parentId, transitions, params } = centers.data;
  const pinned = chat.data?.pinnedCentersId === centersId;
  const remove = async () => {
    const removed = await actions.remove();
    if (removed) await navigate(`/chats/${chatId}/centers`);
    return removed;
  };
  return (
    <Container className="notebook" px={0}>
      <Stack>
        <div>
          <Anchor component={Link} to={`/chats/${chatId}/centers`} size="sm">
            All centers of the chat
          </Anchor>
          <Group justify="space-between" wrap="nowrap">
            {renaming ? (
              <NameForm
                label="Name of the centers"
                value={name}
                onSave={actions.rename}
                onClose={() => {
                  setRenaming(false);
                }}
              />
            ) : (
              <Title order={1} size="h2" className="breaking">
                {name}
              </Title>
            )}
            <CentersMenu
              centers={centers.data}
              actions={{ ...actions, remove }}
              pinned={pinned}
              onRename={() => {
                setRenaming(true);
              }}
            />
          </Group>
          <Group gap="xs">
            <Badge variant="light">v{version}</Badge>
            {pinned && <Badge color="green">pinned</Badge>}
            <Text size="sm" c="dimmed">
              {count(k, 'centre')} of {count(columns.length, 'column')}, {runId ? 'trained' : 'brought'}{' '}
              {when(createdAt)}
            </Text>
            {runId && (
              <Anchor component={Link} to={`/runs/${runId}`} size="sm">
                The result they come from
              </Anchor>
            )}
          </Group>
        </div>
        {actions.error && <Failure error={actions.error} />}
        <Paper withBorder p="md" component="section" aria-label="Predict">
          <Title order={2} size="h4" mb="sm">
            Which cluster does a new row belong to?
          </Title>
          <PredictForm centersId={centersId} clusters={clusters.data ?? []} />
        </Paper>
        <Paper withBorder p="md" component="section" aria-label="Centres">
          <Title order={2} size="h4" mb="sm">
            The centres, in the units of the data
          </Title>
          <Values centers={centers.data} clusters={clusters.data} />
        </Paper>
        {transitions && (
          <Paper withBorder p="md" component="section" aria-label="Moves">
            <Title order={2} size="h4" mb="sm">
              How rows moved
            </Title>
            <Suspense fallback={<Waiting what="the moves" />}>
              <Transitions
                parentId={parentId ?? ''}
                transitions={transitions}
                keptIds={params?.keepIds === true}
                k={k}
                label={(cluster) => clusterLabel(cluster, centers.data.clusterNames[cluster])}
              />
            </Suspense>
          </Paper>
        )}
      </Stack>
    </Container>
  );
}

/** As many as a person can read; the exports hold them all. */
const MOST = 100;

interface ValuesProps {
  centers: Centers;
  /** Undefined until they are there. */
  clusters: Schemas['ClusterDto'][] | undefined;
}

function Values({ centers: { features, values, sizes, clusterNames }, clusters }: ValuesProps) {
  const shown = features.slice(0, MOST);
  return (
    <>
      {(features.length > MOST || values.length > MOST) && (
        <Text size="sm" c="dimmed">
          The first {MOST} are shown; the exports hold them all.
        </Text>
      )}
      <ScrollArea.Autosize mah="32rem" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Values' }}>
        <Table stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Cluster</Table.Th>
              {sizes && <Table.Th>Rows</Table.Th>}
              {shown.map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {values.slice(0, MOST).map((row, cluster) => (
              <Table.Tr key={cluster}>
                <Table.Th scope="row" className="nowrap">
                  <ClusterMark cluster={cluster} />
                  {clusterLabel(cluster, clusterNames[cluster])}
                  <Text size="xs" c="dimmed">
                    {clusters?.[cluster]?.summary}
                  </Text>
                </Table.Th>
                {sizes && <Table.Td>{num(sizes[cluster])}</Table.Td>}
                {row.slice(0, MOST).map((value, j) => (
                  <Table.Td key={j}>{num(value)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </>
  );
}
