import { Button, Group, ScrollArea, Table } from '@mantine/core';
import { type CsvCell, toCsv } from '../../../src/common/csv-writer';
import { saveBlob } from '../ui/download';
import { count, num } from '../ui/format';

/** What a chart shows, as a table. */
export interface Cells {
  columns: string[];
  rows: CsvCell[][];
}

/** Rows that are put into the document; the file has them all. */
const SHOWN = 200;

export function ChartTable({ title, cells, file }: { title: string; cells: Cells; file: string }) {
  const { columns, rows } = cells;
  return (
    <>
      <ScrollArea.Autosize
        mah={384}
        viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': `${title}, as a table` }}
      >
        <Table stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {columns.map((name, i) => (
                <Table.Th key={i}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, SHOWN).map((row, i) => (
              <Table.Tr key={i}>
                {row.map((cell, j) => (
                  <Table.Td key={j}>{typeof cell === 'number' ? num(cell) : (cell ?? '-')}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      <Group>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            saveBlob(new Blob([toCsv([columns, ...rows])], { type: 'text/csv' }), `${file}.csv`);
          }}
        >
          {rows.length > SHOWN ? `All ${count(rows.length, 'row')} as CSV` : 'Save as CSV'}
        </Button>
      </Group>
    </>
  );
}
