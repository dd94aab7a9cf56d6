import { CloseButton, Group, Paper, Text } from '@mantine/core';
import { ClusterMark } from '../ui/cluster-mark';
import { num } from '../ui/format';
import type { Linked } from './linked';

/** Columns that are spelled out; the table of rows has them all. */
const TOLD = 24;

/** One row, the one that is looked at: its cluster and what it holds. */
export function RowCard({ sample, label, position, onFocus }: Linked & { position: number }) {
  const cluster = sample.clusters[position];
  return (
    <Paper withBorder p="sm" component="section" aria-label="The row that is looked at">
      <Group justify="space-between" wrap="nowrap" align="start">
        <Text size="sm">
          <ClusterMark cluster={cluster} />
          <b>
            Row {sample.rows[position] + 1}, {label(cluster)}.
          </b>{' '}
          {sample.columns
            .slice(0, TOLD)
            .map(({ name, values }) => {
              const value = values[position];
              return `${name} ${typeof value === 'string' ? value : num(value)}`;
            })
            .join(', ')}
          {sample.columns.length > TOLD && ', ...'}
        </Text>
        <CloseButton
          size="sm"
          aria-label="Look at no row"
          onClick={() => {
            onFocus(undefined);
          }}
        />
      </Group>
    </Paper>
  );
}
