import { Stack, Text } from '@mantine/core';
import type { Schemas } from '../api/client';
import { count, num, whole } from '../ui/format';
import { namesOf } from '../ui/palette';
import type { Labels } from './labels';
import { countMoves, matchMoves } from './moves';
import { MovesGrid } from './moves-grid';

interface Props {
  first: Schemas['CentersDto'];
  second: Schemas['CentersDto'];
  dataset: Schemas['DatasetDto'];
  labels: Labels;
}

/** How rows moved: in words, then every number. */
export function MovesTable({ first, second, dataset, labels }: Props) {
  const table = countMoves(labels.first, labels.second, [first.k, second.k]);
  const { matched, rows, stayed, adjustedRand } = matchMoves(table);
  const percent = rows > 0 ? ((100 * stayed) / rows).toFixed(1) : '0';
  const all = labels.rows === dataset.rowCount;
  return (
    <Stack gap="sm">
      <Text role="status">
        {whole(stayed)} of {count(rows, 'row')} ({percent} %) stay with the cluster that theirs is matched with,{' '}
        {count(rows - stayed, 'row')} {rows - stayed === 1 ? 'moves' : 'move'}. Adjusted Rand index {num(adjustedRand)}
        {' (1 is the same, 0 is chance)'}.{' '}
        {all
          ? `Counted on all ${whole(labels.rows)} rows of ${dataset.name}.`
          : `Counted on a sample of ${whole(labels.rows)} rows, in blocks spread evenly over ${dataset.name}.`}
      </Text>
      <MovesGrid
        from={{ name: `v${first.version}`, labels: namesOf(first) }}
        to={{ name: `v${second.version}`, labels: namesOf(second) }}
        table={table}
        matched={matched}
      />
      <Text size="xs" c="dimmed">
        Numbers are rows: of a cluster of v{first.version} (line) now in one of v{second.version} (column). Clusters are
        matched so that as many rows as possible stay; matched ones are in bold.
      </Text>
    </Stack>
  );
}
