import { Checkbox, Select, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schemas } from '../api/client';
import type { Preparation } from '../datasets/preparation-fields';
import { count } from '../ui/format';

type Centers = Schemas['CentersDto'];

interface Props {
  centers: Centers[];
  chosen: string | null;
  keepIds: boolean;
  error: ReactNode;
  onChoose: (centers: Centers) => void;
  onKeepIds: (keepIds: boolean) => void;
}

/** Which of the kept centers a training goes on from. */
export function BeginFrom({ centers, chosen, keepIds, error, onChoose, onKeepIds }: Props) {
  return (
    <Stack gap="xs">
      <Select
        label="Centers"
        description="Training begins where they lie, with the columns and the preparation that they were trained with."
        data={centers.map(({ id, version, name, k }) => ({
          value: id,
          label: `v${version} ${name}, ${count(k, 'cluster')}`,
        }))}
        allowDeselect={false}
        maw={480}
        value={chosen}
        error={error}
        onChange={(id) => {
          const found = centers.find((one) => one.id === id);
          if (found) onChoose(found);
        }}
      />
      <Checkbox
        label="Clusters keep their numbers and names"
        description="Cluster 0 stays cluster 0, for people and programs who know it. Off: the largest is 0."
        checked={keepIds}
        onChange={(event) => {
          onKeepIds(event.currentTarget.checked);
        }}
      />
    </Stack>
  );
}

/**
 * The preparation that centers were trained with, as far as a table allows it: columns that name or weigh rows may be
 * missing there, those that are trained on are for the service to judge.
 */
export function preparationOf(
  { columns, params }: Centers,
  table: Schemas['DatasetDto'],
): Partial<Preparation> & { metric?: string } {
  const { scaling, missing, metric, columnWeights, logColumns, idColumn, weightColumn } = (params ?? {}) as Partial<
    Schemas['RunParamsDto']
  >;
  const there = (name: string | undefined) => (table.columns.some((column) => column.name === name) ? name : undefined);
  return {
    columns: [...columns],
    ...(scaling && { scaling }),
    ...(missing && { missing }),
    ...(metric && { metric }),
    columnWeights: { ...columnWeights },
    logColumns: [...(logColumns ?? [])],
    idColumn: there(idColumn) ?? null,
    weightColumn: there(weightColumn) ?? null,
  };
}
