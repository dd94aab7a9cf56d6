import {
  Badge,
  Group,
  NumberInput,
  ScrollArea,
  Select,
  SimpleGrid,
  Slider,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';
import { ClusterMark } from '../ui/cluster-mark';
import { Failure } from '../ui/failure';
import { num } from '../ui/format';
import { clusterLabel } from '../ui/palette';
import { CallAs } from './call-as';
import { type Cell, type Input, inputsOf, rowAt } from './inputs';
import { KeepNote } from './keep-note';

type Cluster = Schemas['ClusterDto'];

/** Sliders reach this many standard deviations to either side of the mean. */
const REACH = 3;

/** What if: a row made with sliders, its cluster, and how each column speaks for it. */
export function WhatIf({ centers, clusters }: { centers: Schemas['CentersDto']; clusters: Cluster[] }) {
  const centersId = centers.id;
  const inputs = inputsOf(centers);
  const [row, setRow] = useState(() => rowAt(centers, 0));
  const [settled] = useDebouncedValue(row, 80);
  const answer = useQuery({
    queryKey: [...keys.centers(centersId), 'explanation', settled],
    queryFn: () =>
      data(
        api.POST('/api/v1/centers/{centersId}/explanations', {
          params: { path: { centersId } },
          body: { row: settled },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const names = new Map(clusters.map(({ cluster, name }) => [cluster, name]));
  const label = (cluster: number) => clusterLabel(cluster, names.get(cluster));
  const told = answer.data;
  return (
    <Stack gap="md">
      {answer.error && <Failure error={answer.error} />}
      {told && (
        <div className="verdict" aria-live="polite">
          <Group>
            <ClusterMark cluster={told.prediction.cluster} />
            <Text fw={600}>{label(told.prediction.cluster)}</Text>
            <Text size="sm">
              distance {num(distanceOf(told))}
              {told.prediction.runnerUp != null &&
                `, before ${label(told.prediction.runnerUp)}; margin ${num(told.prediction.margin)}`}
            </Text>
            {told.prediction.outlier && <Badge color="orange">farther out than 99 % of its rows</Badge>}
          </Group>
        </div>
      )}
      <SimpleGrid type="container" cols={{ base: 1, '1200px': 2 }} spacing="xl">
        <Stack gap="xs">
          {inputs.map((input, j) => (
            <Control
              key={input.name}
              input={input}
              range={range(centers, clusters, input.name)}
              value={row[j]}
              onChange={(value) => {
                setRow(row.with(j, value));
              }}
            />
          ))}
        </Stack>
        {told?.difference != null && <Contributions told={told} label={label} />}
      </SimpleGrid>
      {told && <KeepNote chatId={centers.chatId} text={inWords(centers, told, label)} />}
      <CallAs
        call={{
          url: `${location.origin}/api/v1/centers/${centersId}/predictions`,
          body: { json: { rows: [settled] } },
        }}
      />
    </Stack>
  );
}

interface ControlProps {
  input: Input;
  /** Of a number. */
  range: [number, number];
  value: Cell;
  onChange: (value: Cell) => void;
}

/** A slider for a number, a choice for a category, a day for a date. */
function Control({ input: { name, type, categories }, range: [low, high], value, onChange }: ControlProps) {
  return (
    <Group wrap="nowrap" align="center" className="control">
      <Text size="sm" w="10rem" truncate title={name} className="control-name">
        {name}
      </Text>
      {type === 'category' && (
        <Select
          flex={1}
          size="xs"
          aria-label={name}
          data={categories}
          searchable
          allowDeselect={false}
          value={String(value)}
          onChange={onChange}
        />
      )}
      {type === 'date' && (
        <TextInput
          flex={1}
          size="xs"
          type="date"
          aria-label={name}
          value={String(value)}
          onChange={(event) => {
            if (event.currentTarget.value) onChange(event.currentTarget.value);
          }}
        />
      )}
      {type === 'number' && (
        <>
          <Slider
            className="control-slider"
            label={null}
            min={low}
            max={high}
            step={(high - low) / 200}
            value={Number(value)}
            onChange={onChange}
            thumbLabel={name}
          />
          <NumberInput
            w="7rem"
            size="xs"
            aria-label={`${name}, as a number`}
            decimalScale={4}
            value={Number(value)}
            onChange={(next) => {
              if (typeof next === 'number') onChange(next);
            }}
          />
        </>
      )}
    </Group>
  );
}

/** How each column speaks for the cluster against the runner-up. */
function Contributions({ told, label }: { told: Schemas['ExplanationDto']; label: (cluster: number) => string }) {
  const most = Math.max(...told.columns.map(({ contribution }) => Math.abs(contribution ?? 0)), Number.MIN_VALUE);
  return (
    <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Why this cluster' }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th visibleFrom="xs">Value</Table.Th>
            <Table.Th visibleFrom="xs">Centre</Table.Th>
            <Table.Th>Speaks for</Table.Th>
            <Table.Th>By</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {told.columns.map(({ name, value, center, contribution }) => {
            const share = Math.abs(contribution ?? 0) / most;
            const cluster = (contribution ?? 0) < 0 ? told.prediction.runnerUp : told.prediction.cluster;
            return (
              <Table.Tr key={name}>
                <Table.Td>{name}</Table.Td>
                <Table.Td visibleFrom="xs">{typeof value === 'number' ? num(value) : (value ?? 'missing')}</Table.Td>
                <Table.Td visibleFrom="xs">{num(center)}</Table.Td>
                <Table.Td className="nowrap">{label(cluster ?? 0)}</Table.Td>
                <Table.Td className="nowrap">
                  <svg className="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={100 * share} height="10" />
                  </svg>
                  {num(contribution)}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

/** From the lowest to the highest that is usual for a column: of all rows where they are known, else of the centres. */
function range({ features, values }: Schemas['CentersDto'], clusters: Cluster[], name: string): [number, number] {
  const facts = clusters.at(0)?.columns.find((column) => column.name === name);
  const { overallMean: mean, overallDeviation: deviation } = facts ?? {};
  if (mean != null && deviation) return [mean - REACH * deviation, mean + REACH * deviation];
  const j = features.indexOf(name);
  const own = values.map((center) => center[j] ?? 0);
  const [low, high] = [Math.min(...own), Math.max(...own)];
  const room = (high - low || Math.abs(high) || 1) / 2;
  return [low - room, high + room];
}

/** On its very centre a row has a distance all the same: what rounding leaves, which is none to a reader. */
function distanceOf({ prediction: { distance }, difference }: Schemas['ExplanationDto']): number {
  return difference !== null && distance < 1e-9 * Math.sqrt(difference) ? 0 : distance;
}

/** A row and its answer as a person would write it down. */
function inWords(
  { version, name }: Schemas['CentersDto'],
  told: Schemas['ExplanationDto'],
  label: (cluster: number) => string,
): string {
  const { cluster, runnerUp, margin } = told.prediction;
  const cells = told.columns.map((column) => {
    const { value } = column;
    return `${column.name} ${typeof value === 'number' ? num(value) : (value ?? 'missing')}`;
  });
  const before = runnerUp == null ? '' : `, before ${label(runnerUp)} with margin ${num(margin)}`;
  return `By v${version}, ${name}: ${cells.join(', ')} is of ${label(cluster)}, at distance ${num(distanceOf(told))}${before}.`;
}
