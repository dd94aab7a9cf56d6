import { Button, Group, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { unparse } from 'papaparse';
import type { Schemas } from '../api/client';
import { ClusterMark } from '../ui/cluster-mark';
import { saveBlob } from '../ui/download';
import { count, num, whole } from '../ui/format';
import { clusterLabel } from '../ui/palette';
import { KeepNote } from './keep-note';

interface Props {
  centers: Schemas['CentersDto'];
  records: Record<string, number | string | null>[];
  predictions: Schemas['PredictionDto'][];
}

/** As many rows as are shown; all of them are in the download. */
const SHOWN = 200;

/** Rows and what is said of them. */
export function PredictionTable({ centers, records, predictions }: Props) {
  const columns = centers.columns.slice(0, 12);
  const label = (cluster: number) => clusterLabel(cluster, centers.clusterNames[cluster]);
  const outliers = predictions.filter(({ outlier }) => outlier).length;
  const farOut = outliers > 0 ? `, ${count(outliers, 'of them is', 'of them are')} far out` : '';
  const save = () => {
    const rows = records.map((record, i) => {
      const { cluster, distance, runnerUp, margin, outlier } = predictions[i] ?? {};
      return { ...record, cluster, distance, runnerUp, margin, outlier };
    });
    saveBlob(new Blob([unparse(rows)], { type: 'text/csv' }), 'predictions.csv');
  };
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text role="status">
          {count(predictions.length, 'row')} placed{farOut}
          {predictions.length > SHOWN && `; the first ${SHOWN} are shown`}.
        </Text>
        <Button size="xs" variant="default" onClick={save}>
          Download as CSV
        </Button>
      </Group>
      <ScrollArea.Autosize mah="24rem" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Predictions' }}>
        <Table stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Cluster</Table.Th>
              <Table.Th>Margin</Table.Th>
              <Table.Th>Distance</Table.Th>
              <Table.Th>Runner-up</Table.Th>
              {columns.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {predictions.slice(0, SHOWN).map(({ cluster, distance, runnerUp, margin, outlier, unknown = [] }, i) => (
              <Table.Tr key={i}>
                <Table.Td className="nowrap">
                  <ClusterMark cluster={cluster} />
                  {label(cluster)}
                  {outlier && ', far out'}
                  {unknown.length > 0 && `; never seen before: ${unknown.join(', ')}`}
                </Table.Td>
                <Table.Td>{num(margin)}</Table.Td>
                <Table.Td>{num(distance)}</Table.Td>
                <Table.Td className="nowrap">{runnerUp == null ? '-' : label(runnerUp)}</Table.Td>
                {columns.map((name) => (
                  <Table.Td key={name}>{records[i]?.[name] ?? '-'}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      <KeepNote
        chatId={centers.chatId}
        text={`By v${centers.version}, ${centers.name}: ${count(predictions.length, 'row')} placed${farOut}; ${sharesOf(predictions, label)}.`}
      />
    </Stack>
  );
}

/** How many rows each cluster was given. */
function sharesOf(predictions: Props['predictions'], label: (cluster: number) => string): string {
  const rows = new Map<number, number>();
  for (const { cluster } of predictions) rows.set(cluster, (rows.get(cluster) ?? 0) + 1);
  return [...rows]
    .sort(([, a], [, b]) => b - a)
    .map(([cluster, size]) => `${whole(size)} in ${label(cluster)}`)
    .join(', ');
}
