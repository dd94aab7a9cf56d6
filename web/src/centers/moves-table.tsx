import { ScrollArea, Stack, Table, Text } from '@mantine/core';
import type { Schemas } from '../api/client';
import { ClusterMark } from '../ui/cluster-mark';
import { count, num } from '../ui/format';
import { clusterLabel } from '../ui/palette';
import type { Labels } from './labels';
import { findMoves } from './moves';

interface Props {
  first: Schemas['CentersDto'];
  second: Schemas['CentersDto'];
  dataset: Schemas['DatasetDto'];
  labels: Labels;
}

/** How rows moved: in words, then every number. */
export function MovesTable({ first, second, dataset, labels }: Props) {
  const { table, matched, rows, stayed, adjustedRand } = findMoves(labels.first, labels.second, [first.k, second.k]);
  const of = (centers: Schemas['CentersDto'], cluster: number) => clusterLabel(cluster, centers.clusterNames[cluster]);
  const percent = rows > 0 ? ((100 * stayed) / rows).toFixed(1) : '0';
  const all = labels.rows === dataset.rowCount;
  return (
    <Stack gap="sm">
      <Text role="status">
        {num(stayed)} of {count(rows, 'row')} ({percent} %) stay with the cluster that theirs is matched with,{' '}
        {count(rows - stayed, 'row')} {rows - stayed === 1 ? 'moves' : 'move'}. Adjusted Rand index {num(adjustedRand)}
        {' (1 is the same, 0 is chance)'}.{' '}
        {all
          ? `Counted on all ${num(labels.rows)} rows of ${dataset.name}.`
          : `Counted on a sample of ${num(labels.rows)} rows, in blocks spread evenly over ${dataset.name}.`}
      </Text>
      <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'How rows moved' }}>
        <Table withColumnBorders w="auto">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                v{first.version} to v{second.version}
              </Table.Th>
              {Array.from({ length: second.k }, (_, cluster) => (
                <Table.Th key={cluster} className="nowrap">
                  <ClusterMark cluster={cluster} />
                  {of(second, cluster)}
                </Table.Th>
              ))}
              <Table.Th>Matched with</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {table.map((line, cluster) => {
              const match = matched[cluster];
              return (
                <Table.Tr key={cluster}>
                  <Table.Th scope="row" className="nowrap">
                    <ClusterMark cluster={cluster} />
                    {of(first, cluster)}
                  </Table.Th>
                  {line.map((value, other) => (
                    <Table.Td key={other} ta="end" className={match === other ? 'matched' : undefined}>
                      {value === 0 ? (
                        <Text c="dimmed" span inherit>
                          0
                        </Text>
                      ) : (
                        num(value)
                      )}
                    </Table.Td>
                  ))}
                  <Table.Td className="nowrap">{match === undefined ? 'none' : of(second, match)}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      <Text size="xs" c="dimmed">
        Numbers are rows: of a cluster of v{first.version} (line) now in one of v{second.version} (column). Clusters are
        matched so that as many rows as possible stay; matched ones are in bold.
      </Text>
    </Stack>
  );
}
