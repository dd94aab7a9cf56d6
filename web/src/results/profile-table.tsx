import { Button, Group, ScrollArea, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';
import { ClusterMark } from '../ui/cluster-mark';
import { Failure } from '../ui/failure';
import { num, whole } from '../ui/format';
import { clusterLabel } from '../ui/palette';

interface Props {
  centersId: string;
  clusters: Schemas['ClusterDto'][];
  selected: ReadonlySet<number>;
  onSelect: (cluster: number) => void;
}

/** Each cluster in a sentence and in numbers: the mean of every column and how far it is from that of all rows. */
export function ProfileTable({ centersId, clusters, selected, onSelect }: Props) {
  const columns = [...(clusters[0]?.columns ?? [])].map((column) => column.name).sort();
  return (
    <Stack gap="sm">
      {clusters.map((cluster) => (
        <Sentence key={cluster.cluster} centersId={centersId} cluster={cluster} />
      ))}
      <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Means of the clusters' }}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Cluster</Table.Th>
              <Table.Th>Rows</Table.Th>
              {columns.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {clusters.map(({ cluster, name, size, columns: profile }) => (
              <Table.Tr key={cluster} opacity={selected.size === 0 || selected.has(cluster) ? 1 : 0.5}>
                <Table.Th scope="row">
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    aria-pressed={selected.has(cluster)}
                    onClick={() => {
                      onSelect(cluster);
                    }}
                  >
                    <ClusterMark cluster={cluster} />
                    {clusterLabel(cluster, name)}
                  </Button>
                </Table.Th>
                <Table.Td>{size === null ? '-' : whole(size)}</Table.Td>
                {columns.map((column) => {
                  const facts = profile.find((each) => each.name === column);
                  return (
                    <Table.Td key={column} className="nowrap">
                      {num(facts?.mean)}
                      {facts?.zScore != null && (
                        <Text span size="xs" c="dimmed">
                          {' '}
                          z {facts.zScore > 0 ? '+' : ''}
                          {facts.zScore.toFixed(1)}
                        </Text>
                      )}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      <Text size="xs" c="dimmed">
        Means in the units of the data; z says by how many standard deviations of all rows the mean is off theirs.
      </Text>
    </Stack>
  );
}

function Sentence({ centersId, cluster }: { centersId: string; cluster: Schemas['ClusterDto'] }) {
  const client = useQueryClient();
  const [name, setName] = useState<string>();
  const rename = useMutation({
    mutationFn: (next: string) =>
      data(
        api.PATCH('/api/v1/centers/{centersId}/clusters/{cluster}', {
          params: { path: { centersId, cluster: cluster.cluster } },
          body: { name: next },
        }),
      ),
    onSuccess: () => {
      setName(undefined);
      return client.invalidateQueries({ queryKey: keys.centers(centersId) });
    },
  });
  return (
    <div>
      <Group gap="xs">
        <ClusterMark cluster={cluster.cluster} />
        <Text fw={600}>{clusterLabel(cluster.cluster, cluster.name)}</Text>
        <Text>{cluster.summary}</Text>
        {name === undefined ? (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => {
              setName(cluster.name ?? '');
            }}
          >
            Name it
          </Button>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim()) rename.mutate(name.trim());
            }}
          >
            <Group gap="xs">
              <TextInput
                size="xs"
                aria-label={`Name of cluster ${cluster.cluster}`}
                value={name}
                maxLength={100}
                autoFocus
                onChange={(event) => {
                  setName(event.currentTarget.value);
                }}
              />
              <Button size="compact-xs" type="submit" loading={rename.isPending}>
                Save
              </Button>
            </Group>
          </form>
        )}
      </Group>
      {rename.error && <Failure error={rename.error} />}
    </div>
  );
}
