import { Button, Checkbox, Group, NumberInput, ScrollArea, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Schemas } from '../api/client';
import { Missing, Spread } from './histogram';
import { PreparationPreview } from './preparation-preview';

type Dataset = Schemas['DatasetDto'];
type CreateRun = Schemas['CreateRunDto'];

/** What is trained on, and how it is prepared, as the fields hold it. */
export interface Preparation {
  columns: string[];
  columnWeights: Record<string, number>;
  /** Columns of which the logarithm is taken. */
  logColumns: string[];
  scaling: NonNullable<CreateRun['scaling']>;
  missing: NonNullable<CreateRun['missing']>;
  idColumn: string | null;
  weightColumn: string | null;
}

interface Props {
  dataset: Dataset;
  value: Preparation;
  /** By field. */
  errors: Record<string, ReactNode>;
  onChange: (change: Partial<Preparation>) => void;
}

const SCALINGS = [
  { value: 'standard', label: 'standard: every column counts alike' },
  { value: 'min-max', label: 'min-max: every column from 0 to 1' },
  { value: 'robust', label: 'robust: by quartiles, for columns with far-out values' },
  { value: 'none', label: 'none: the units are comparable as they are' },
];
const POLICIES = [
  { value: 'error', label: 'stop and tell me' },
  { value: 'drop', label: 'leave out rows with gaps' },
  { value: 'mean', label: "fill with the column's mean" },
  { value: 'median', label: "fill with the column's median" },
  { value: 'most-frequent', label: 'fill with the most frequent value' },
  { value: 'zero', label: 'fill with zero' },
];
/** What can be trained on. */
const TRAINABLE: readonly string[] = ['number', 'category', 'date'];
/** More columns than this are found by their name. */
const MANY = 100;

/** Right for a newcomer: all numbers, save what says what a row is; words only where there is nothing else. */
export function startingPreparation({ columns }: Dataset, classColumn: string | undefined): Preparation {
  const free = columns.filter(({ type, name }) => TRAINABLE.includes(type) && name !== classColumn);
  const numbers = free.filter(({ type }) => type === 'number');
  const numeric = numbers.length > 0 ? numbers : free;
  return {
    columns: numeric.map(({ name }) => name),
    columnWeights: {},
    logColumns: [],
    scaling: 'standard',
    missing: numeric.some(({ missing }) => missing > 0) ? 'median' : 'error',
    idColumn: columns.find(({ type }) => type === 'identifier')?.name ?? null,
    weightColumn: null,
  };
}

/** The part of a run's request that these fields make. */
export function preparationRequest({
  columns,
  columnWeights,
  logColumns,
  scaling,
  missing,
  idColumn,
  weightColumn,
}: Preparation) {
  const logarithms = logColumns.filter((name) => columns.includes(name));
  const weights = Object.entries(columnWeights).filter(([name, weight]) => weight !== 1 && columns.includes(name));
  return {
    columns,
    scaling,
    missing,
    ...(weights.length > 0 && { columnWeights: Object.fromEntries(weights) }),
    ...(logarithms.length > 0 && { logColumns: logarithms }),
    ...(idColumn && { idColumn }),
    ...(weightColumn && { weightColumn }),
  };
}

/** Which columns decide, how much each, and what is done to them before. */
export function PreparationFields({ dataset, value, errors, onChange }: Props) {
  const numeric = dataset.columns.filter(({ type }) => type === 'number').map(({ name }) => name);
  return (
    <Stack gap="sm">
      <Columns dataset={dataset} value={value} errors={errors} onChange={onChange} />
      <Group grow align="start" preventGrowOverflow={false}>
        <Select
          miw="16rem"
          label="Scaling"
          description="Columns with large numbers would otherwise decide alone."
          data={SCALINGS}
          allowDeselect={false}
          value={value.scaling}
          error={errors.scaling}
          onChange={(scaling) => {
            if (scaling) onChange({ scaling: scaling as Preparation['scaling'] });
          }}
        />
        <Select
          miw="16rem"
          label="Gaps"
          description="What is done about cells without a value."
          data={POLICIES}
          allowDeselect={false}
          value={value.missing}
          error={errors.missing}
          onChange={(missing) => {
            if (missing) onChange({ missing: missing as Preparation['missing'] });
          }}
        />
      </Group>
      <Group grow align="start" preventGrowOverflow={false}>
        <Select
          miw="16rem"
          label="Id column"
          description="Names the rows in what you download; it is not trained on."
          data={dataset.columns.map(({ name }) => name)}
          clearable
          searchable
          value={value.idColumn}
          error={errors.idColumn}
          onChange={(idColumn) => {
            onChange({ idColumn, columns: value.columns.filter((name) => name !== idColumn) });
          }}
        />
        <Select
          miw="16rem"
          label="Weight column"
          description="How much each row counts, where rows stand for more than one thing."
          data={numeric}
          clearable
          searchable
          value={value.weightColumn}
          error={errors.weightColumn}
          onChange={(weightColumn) => {
            onChange({ weightColumn, columns: value.columns.filter((name) => name !== weightColumn) });
          }}
        />
      </Group>
      {value.columns.length > 0 && <PreparationPreview datasetId={dataset.id} value={value} />}
    </Stack>
  );
}

/** Every column that can be trained on: whether it counts, how much, and by its logarithm or not. */
function Columns({ dataset, value, errors, onChange }: Props) {
  const [filter, setFilter] = useState('');
  const trainable = dataset.columns.filter(({ type }) => TRAINABLE.includes(type));
  const found = trainable.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase())).slice(0, MANY);
  const { columns, columnWeights, logColumns } = value;
  const set = (name: string, on: boolean) => {
    // In the order of the table, whatever the order of the clicks.
    const next = new Set(on ? [...columns, name] : columns.filter((other) => other !== name));
    onChange({ columns: trainable.map((column) => column.name).filter((other) => next.has(other)) });
  };
  const weigh = (name: string, weight: number | string) => {
    onChange({ columnWeights: { ...columnWeights, [name]: typeof weight === 'number' ? weight : 1 } });
  };
  return (
    <fieldset className="plain">
      <Text component="legend" size="sm" fw={500}>
        Columns
      </Text>
      <Group justify="space-between" mb={4}>
        <Text size="xs" c="dimmed">
          What decides which rows are alike; a weight of 2 makes a column count double. The logarithm suits amounts that
          span powers of ten.
        </Text>
        <Group gap="xs">
          {trainable.length > 12 && (
            <TextInput
              size="xs"
              aria-label="Find a column"
              placeholder="Find a column"
              value={filter}
              onChange={(event) => {
                setFilter(event.currentTarget.value);
              }}
            />
          )}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              onChange({ columns: trainable.map(({ name }) => name) });
            }}
          >
            All
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              onChange({ columns: [] });
            }}
          >
            None
          </Button>
        </Group>
      </Group>
      <ScrollArea.Autosize mah="16rem" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Columns' }}>
        <Table verticalSpacing={2}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th>Spread</Table.Th>
              <Table.Th>Missing</Table.Th>
              <Table.Th>Weight</Table.Th>
              <Table.Th>Logarithm</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.map((column) => (
              <Table.Tr key={column.name}>
                <Table.Td>
                  <Checkbox
                    label={column.type === 'number' ? column.name : `${column.name} (${column.type})`}
                    checked={columns.includes(column.name)}
                    onChange={(event) => {
                      set(column.name, event.currentTarget.checked);
                    }}
                  />
                </Table.Td>
                <Table.Td>
                  <Spread column={column} rowCount={dataset.rowCount} />
                </Table.Td>
                <Table.Td className="nowrap">
                  <Missing missing={column.missing} rowCount={dataset.rowCount} />
                </Table.Td>
                <Table.Td>
                  <NumberInput
                    size="xs"
                    w="4.5rem"
                    aria-label={`Weight of ${column.name}`}
                    min={0.01}
                    step={0.5}
                    disabled={!columns.includes(column.name)}
                    value={columnWeights[column.name] ?? 1}
                    onChange={(weight) => {
                      weigh(column.name, weight);
                    }}
                  />
                </Table.Td>
                <Table.Td>
                  {column.type === 'number' && Number(column.min) > 0 && (
                    <Checkbox
                      aria-label={`Logarithm of ${column.name}`}
                      disabled={!columns.includes(column.name)}
                      checked={logColumns.includes(column.name)}
                      onChange={(event) => {
                        const others = logColumns.filter((name) => name !== column.name);
                        onChange({ logColumns: event.currentTarget.checked ? [...others, column.name] : others });
                      }}
                    />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {found.length === MANY && (
        <Text size="xs" c="dimmed">
          The first {MANY} are shown; find others by their name.
        </Text>
      )}
      {[errors.columns, errors.columnWeights, errors.logColumns].filter(Boolean).map((error, i) => (
        <Text key={i} size="xs" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      ))}
    </fieldset>
  );
}
