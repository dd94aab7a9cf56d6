import { ScrollArea, Table, Text } from '@mantine/core';
import { ChartTable } from '../results/chart-table';
import { ClusterMark } from '../ui/cluster-mark';
import { num } from '../ui/format';

/** More clusters than this make a list of pairs, for a square would be too wide to read. */
const SQUARE = 30;

/** One side of a comparison: what it is called, and the names of its clusters. */
export interface Side {
  name: string;
  labels: string[];
}

interface Props {
  from: Side;
  to: Side;
  /** Rows by cluster of `from` (lines) and of `to` (columns). */
  table: readonly (readonly number[])[];
  /** By cluster of `from`: the one of `to` that it is matched with, if any. */
  matched: readonly (number | undefined)[];
  /** Rows without a cluster in `from`, by cluster of `to`. */
  unplaced?: readonly number[] | undefined;
}

/** How many rows of each cluster are now in each. */
export function MovesGrid({ from, to, table, matched, unplaced }: Props) {
  if (from.labels.length > SQUARE || to.labels.length > SQUARE) {
    const pairs = table.flatMap((line, a) =>
      line.flatMap((rows, b) => (rows > 0 ? [{ from: from.labels[a], to: to.labels[b], rows }] : [])),
    );
    const missing = unplaced?.flatMap((rows, b) => (rows > 0 ? [{ from: null, to: to.labels[b], rows }] : [])) ?? [];
    return (
      <ChartTable
        title="How rows moved"
        file="moves"
        cells={{
          columns: [from.name, to.name, 'rows'],
          rows: [...pairs, ...missing].sort((a, b) => b.rows - a.rows).map((pair) => [pair.from, pair.to, pair.rows]),
        }}
      />
    );
  }
  return (
    <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'How rows moved' }}>
      <Table withColumnBorders w="auto">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              {from.name} to {to.name}
            </Table.Th>
            {to.labels.map((label, cluster) => (
              <Table.Th key={cluster} className="nowrap">
                <ClusterMark cluster={cluster} />
                {label}
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
                  {from.labels[cluster]}
                </Table.Th>
                <Counts line={line} match={match} />
                <Table.Td className="nowrap">{match === undefined ? 'none' : to.labels[match]}</Table.Td>
              </Table.Tr>
            );
          })}
          {unplaced?.some((rows) => rows > 0) && (
            <Table.Tr>
              <Table.Th scope="row" className="nowrap">
                without a cluster
              </Table.Th>
              <Counts line={unplaced} />
              <Table.Td>none</Table.Td>
            </Table.Tr>
          )}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

function Counts({ line, match }: { line: readonly number[]; match?: number | undefined }) {
  return line.map((rows, other) => (
    <Table.Td key={other} ta="end" className={match === other ? 'matched' : undefined}>
      {rows === 0 ? (
        <Text c="dimmed" span inherit>
          0
        </Text>
      ) : (
        num(rows)
      )}
    </Table.Td>
  ));
}
