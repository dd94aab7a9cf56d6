import { Anchor, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'react-router';
import type { Schemas } from '../api/client';
import { count, whole } from '../ui/format';
import { Failure } from '../ui/failure';
import { isGone } from '../ui/gone';
import { clusterLabel, namesOf } from '../ui/palette';
import { matchMoves } from './moves';
import { MovesGrid } from './moves-grid';
import { useCenters } from './use-centers';

interface Props {
  parentId: string;
  transitions: Schemas['TransitionsDto'];
  /** Whether clusters kept the numbers of the ones that they came from. */
  keptIds: boolean;
  k: number;
  label: (cluster: number) => string;
}

/** Where the rows are now that were in the clusters of the centers that a training began from. */
export function Transitions({ parentId, transitions, keptIds, k, label }: Props) {
  const parent = useCenters(parentId);
  const gone = isGone(parent.error);
  const { table, unplaced } = useMemo(() => squareOf(transitions, k), [transitions, k]);
  // With numbers that were drawn anew, a cluster is the one that most of its rows went to.
  const { matched, stayed } = useMemo(
    () => (keptIds ? { matched: table.map((_, cluster) => cluster), stayed: transitions.stayed } : matchMoves(table)),
    [keptIds, table, transitions],
  );
  const placed = transitions.stayed + transitions.moved;
  const percent = placed > 0 ? ((100 * stayed) / placed).toFixed(1) : '0';
  const name = parent.data ? `v${parent.data.version}` : 'before';
  return (
    <Stack gap="sm">
      {parent.error && !gone && <Failure error={parent.error} retry={() => void parent.refetch()} />}
      <Text role="status">
        {whole(stayed)} of {count(placed, 'row')} ({percent} %) stay in their cluster, {whole(placed - stayed)}{' '}
        {placed - stayed === 1 ? 'moves' : 'move'} to another.{' '}
        {transitions.unplaced > 0 &&
          `${count(transitions.unplaced, 'row')} had none, for those centers cannot place ${transitions.unplaced === 1 ? 'it' : 'them'}.`}
      </Text>
      <Text size="sm">
        {'Training began from '}
        {parent.data ? (
          <Anchor component={Link} to={`/centers/${parentId}`} inherit underline="always">
            {name}, {parent.data.name}
          </Anchor>
        ) : gone ? (
          'centers that have been deleted since'
        ) : (
          'earlier centers'
        )}
        {keptIds ? '; clusters keep their numbers and names.' : '; clusters are numbered anew, by their size.'}
      </Text>
      <MovesGrid
        from={{ name, labels: parent.data ? namesOf(parent.data) : table.map((_, cluster) => clusterLabel(cluster)) }}
        to={{ name: 'now', labels: table.map((_, cluster) => label(cluster)) }}
        table={table}
        matched={matched}
        unplaced={unplaced}
      />
      <Text size="xs" c="dimmed">
        Numbers are rows: of a cluster of before (line) now in one of these (column); matched ones are in bold. Counted
        on all {count(placed + transitions.unplaced, 'row')}
        {transitions.unlisted > 0 && `; pairs of few rows, ${count(transitions.unlisted, 'row')} in all, are left out`}.
      </Text>
    </Stack>
  );
}

function squareOf({ table: entries }: Schemas['TransitionsDto'], k: number) {
  const table = Array.from({ length: k }, () => new Array<number>(k).fill(0));
  const unplaced = new Array<number>(k).fill(0);
  for (const { from, to, rows } of entries) {
    if (from === null) unplaced[to] = rows;
    else table[from][to] = rows;
  }
  return { table, unplaced };
}
