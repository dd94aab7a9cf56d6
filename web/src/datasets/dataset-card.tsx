import { Alert, Badge, Button, Collapse, Group, Loader, Paper, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { keys } from '../chats/queries';
import { TrainForm } from '../runs/train-form';
import { Failure } from '../ui/failure';
import { bytes, count, num } from '../ui/format';

type Column = Schemas['ColumnDto'];

/** A table: what it holds, column by column, and the way to its clusters. */
export function DatasetCard({ datasetId, said }: { datasetId: string; said: string }) {
  const [profileOpen, profile] = useDisclosure();
  const [trainOpen, train] = useDisclosure(false);
  const dataset = useQuery({
    queryKey: keys.dataset(datasetId),
    queryFn: () => data(api.GET('/api/v1/datasets/{datasetId}', { params: { path: { datasetId } } })),
    staleTime: Infinity,
  });
  if (dataset.error instanceof ProblemError && dataset.error.status === 404) {
    return (
      <Paper withBorder p="sm">
        <Text c="dimmed">{said} It has been deleted since.</Text>
      </Paper>
    );
  }
  if (dataset.error) return <Failure error={dataset.error} retry={() => void dataset.refetch()} />;
  if (dataset.isPending) return <Loader size="sm" aria-label="Loading the table" />;
  const { name, rowCount, columns, warnings, sizeBytes, format } = dataset.data;
  return (
    <Paper withBorder p="md" component="section" aria-label={`Table ${name}`}>
      <Stack gap="sm">
        <Group justify="space-between">
          <div>
            <Text fw={600}>{name}</Text>
            <Text size="sm" c="dimmed">
              {count(rowCount, 'row')}, {count(columns.length, 'column')}; {format.toUpperCase()}, {bytes(sizeBytes)}
            </Text>
          </div>
          <Group>
            <Button variant="default" onClick={profile.toggle} aria-expanded={profileOpen}>
              Profile
            </Button>
            <Button onClick={train.toggle} aria-expanded={trainOpen}>
              Find clusters
            </Button>
          </Group>
        </Group>
        {warnings.length > 0 && (
          <Alert color="yellow" title="Worth knowing">
            {warnings.map((warning) => (
              <Text key={warning} size="sm">
                {warning}
              </Text>
            ))}
          </Alert>
        )}
        <Collapse expanded={profileOpen}>{profileOpen && <Profile columns={columns} rowCount={rowCount} />}</Collapse>
        <Collapse expanded={trainOpen}>
          {trainOpen && <TrainForm dataset={dataset.data} onStarted={train.close} />}
        </Collapse>
      </Stack>
    </Paper>
  );
}

function Profile({ columns, rowCount }: { columns: Column[]; rowCount: number }) {
  return (
    <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Profile of the columns' }}>
      <Table striped>
        <Table.Thead>
          <Table.Tr>
            {['Column', 'Type', 'Missing', 'Distinct', 'Min', 'Mean', 'Max', 'Std', 'Spread'].map((title) => (
              <Table.Th key={title}>{title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {columns.map((column) => (
            <Table.Tr key={column.name}>
              <Table.Td>{column.name}</Table.Td>
              <Table.Td>
                <Badge variant="default" title={column.why}>
                  {column.type}
                </Badge>
              </Table.Td>
              <Table.Td>{rowCount ? `${num((100 * column.missing) / rowCount)} %` : '-'}</Table.Td>
              <Table.Td>{num(column.distinct)}</Table.Td>
              <Table.Td>{edge(column.min)}</Table.Td>
              <Table.Td>{num(column.mean)}</Table.Td>
              <Table.Td>{edge(column.max)}</Table.Td>
              <Table.Td>{num(column.std)}</Table.Td>
              <Table.Td>{column.histogram && <Spark counts={column.histogram.counts} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

function edge(value: string | number | undefined): string {
  return typeof value === 'string' ? value : num(value);
}

/** A histogram as small as a word. */
function Spark({ counts }: { counts: number[] }) {
  const top = Math.max(1, ...counts);
  return (
    <svg className="spark" viewBox={`0 0 ${counts.length} 10`} preserveAspectRatio="none" aria-hidden="true">
      {counts.map((value, i) => (
        <rect key={i} x={i + 0.1} width={0.8} y={10 - (10 * value) / top} height={(10 * value) / top} />
      ))}
    </svg>
  );
}
