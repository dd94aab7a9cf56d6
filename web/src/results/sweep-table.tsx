import { Badge, ScrollArea, Table } from '@mantine/core';
import type { Schemas } from '../api/client';
import { num } from '../ui/format';
import { CRITERIA, pickOf } from './criterion-chart';
import { KeepButton } from './keep-button';

interface Props {
  run: Schemas['RunDto'];
  sweep: Schemas['SweepEntryDto'][];
  choice: Schemas['ChoiceDto'];
}

/** The figures behind the charts, and who is for which number. */
export function SweepTable({ run, sweep, choice }: Props) {
  const criteria = CRITERIA.filter(({ key }) => sweep.some((entry) => entry[key] != null));
  return (
    <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Figures for every number of clusters' }}>
      <Table striped>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Clusters</Table.Th>
            {criteria.map(({ key, title }) => (
              <Table.Th key={key}>{key === 'inertia' ? 'Inertia' : title}</Table.Th>
            ))}
            <Table.Th>As centers</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sweep.map((entry) => (
            <Table.Tr key={entry.k} fw={entry.k === choice.chosen ? 600 : undefined}>
              <Table.Th scope="row" className="nowrap">
                {entry.k} {entry.k === choice.chosen && <Badge size="sm">chosen</Badge>}
              </Table.Th>
              {criteria.map((criterion) => (
                <Table.Td key={criterion.key} className="nowrap">
                  {num(entry[criterion.key])}
                  {pickOf(choice, criterion) === entry.k && (
                    <Badge size="sm" variant="default" ms={6}>
                      its pick
                    </Badge>
                  )}
                </Table.Td>
              ))}
              <Table.Td className="nowrap">
                {entry.k === choice.chosen ? 'kept' : <KeepButton run={run} k={entry.k} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
