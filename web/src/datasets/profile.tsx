import { Button, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';
import { Failure } from '../ui/failure';
import { num } from '../ui/format';
import { Waiting } from '../ui/waiting';
import { Missing, Spread } from './histogram';

type Dataset = Schemas['DatasetDto'];

/** As many columns, and cells of a row, as are shown before somebody asks for all. */
const FIRST = 50;
const ROWS = 10;

/** A table, column by column, and how its first rows were read. */
export function Profile({ dataset }: { dataset: Dataset }) {
  const [all, setAll] = useState(false);
  const { columns, rowCount } = dataset;
  const shown = all ? columns : columns.slice(0, FIRST);
  return (
    <Stack gap="sm">
      <ScrollArea.Autosize
        mah="32rem"
        viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Profile of the columns' }}
      >
        <Table striped stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {['Column', 'Type', 'Missing', 'Distinct', 'Spread', 'Min', 'Mean', 'Max', 'Std'].map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((column) => (
              <Table.Tr key={column.name}>
                <Table.Th scope="row" className="column-name">
                  {column.name}
                </Table.Th>
                <Table.Td miw="9rem">
                  {column.type}
                  <Text size="xs" c="dimmed">
                    {column.why}
                  </Text>
                </Table.Td>
                <Table.Td className="nowrap">
                  <Missing missing={column.missing} rowCount={rowCount} />
                </Table.Td>
                <Table.Td className="nowrap">
                  {column.estimated && 'about '}
                  {num(column.distinct)}
                </Table.Td>
                <Table.Td>
                  <Spread column={column} rowCount={rowCount} />
                </Table.Td>
                <Table.Td>{edge(column.min)}</Table.Td>
                <Table.Td>{num(column.mean)}</Table.Td>
                <Table.Td>{edge(column.max)}</Table.Td>
                <Table.Td>{num(column.std)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {!all && columns.length > FIRST && (
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            setAll(true);
          }}
        >
          Show all {columns.length} columns
        </Button>
      )}
      <FirstRows dataset={dataset} />
    </Stack>
  );
}

/** What was read, to be held against the file. */
function FirstRows({ dataset: { id, columns } }: { dataset: Dataset }) {
  const rows = useQuery({
    queryKey: [...keys.dataset(id), 'rows'],
    queryFn: () =>
      data(
        api.GET('/api/v1/datasets/{datasetId}/rows', {
          params: { path: { datasetId: id }, query: { limit: ROWS } },
        }),
      ),
  });
  if (rows.isLoadingError) return <Failure error={rows.error} retry={() => void rows.refetch()} />;
  if (rows.isPending) return <Waiting what="the first rows" retry={() => void rows.refetch()} />;
  const last = Math.min(FIRST, columns.length);
  return (
    <div>
      <Text size="sm" mb={4}>
        The first {rows.data.rows.length} of {num(rows.data.total)} rows
        {last < columns.length && `, the first ${last} of ${columns.length} columns`}, as they were read:
      </Text>
      <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'First rows' }}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              {rows.data.columns.slice(0, last).map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.data.rows.map((row, i) => (
              <Table.Tr key={i}>
                {row.slice(0, last).map((cell, j) => (
                  <Table.Td key={j} className="nowrap">
                    {cell ?? (
                      <Text span size="sm" c="dimmed">
                        missing
                      </Text>
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </div>
  );
}

function edge(value: string | number | undefined): string {
  return typeof value === 'string' ? value : num(value);
}
