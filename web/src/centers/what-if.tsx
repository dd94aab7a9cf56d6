import { Badge, Group, NumberInput, ScrollArea, Slider, Stack, Table, Text } from '@mantine/core';
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

type Cluster = Schemas['ClusterDto'];

/** Sliders reach this many standard deviations to either side of the mean. */
const REACH = 3;

/** What if: a row made with sliders, its cluster, and how each column speaks for it. */
export function WhatIf({ centers, clusters }: { centers: Schemas['CentersDto']; clusters: Cluster[] }) {
  const { id: centersId, columns, values } = centers;
  const [row, setRow] = useState(() => columns.map((_, j) => values[0]?.[j] ?? 0));
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
      <Stack gap="xs">
        {columns.map((column, j) => {
          const [low, high] = range(centers, clusters, j);
          const set = (value: number) => {
            setRow(row.with(j, value));
          };
          return (
            <Group key={column} wrap="nowrap" align="center">
              <Text size="sm" w={160} truncate title={column}>
                {column}
              </Text>
              <Slider
                flex={1}
                label={null}
                min={low}
                max={high}
                step={(high - low) / 200}
                value={row[j] ?? 0}
                onChange={set}
                thumbLabel={column}
              />
              <NumberInput
                w={110}
                size="xs"
                aria-label={`${column}, as a number`}
                decimalScale={4}
                value={row[j] ?? 0}
                onChange={(value) => {
                  if (typeof value === 'number') set(value);
                }}
              />
            </Group>
          );
        })}
      </Stack>
      {answer.error && <Failure error={answer.error} />}
      {told && (
        <Stack gap="xs" aria-live="polite">
          <Group>
            <ClusterMark cluster={told.prediction.cluster} />
            <Text fw={600}>{label(told.prediction.cluster)}</Text>
            <Text size="sm">
              distance {num(told.prediction.distance)}
              {told.prediction.runnerUp != null &&
                `, before ${label(told.prediction.runnerUp)}; margin ${num(told.prediction.margin)}`}
            </Text>
            {told.prediction.outlier && <Badge color="orange">farther out than 99 % of its rows</Badge>}
          </Group>
          {told.difference != null && <Contributions told={told} label={label} />}
        </Stack>
      )}
      <CallAs
        call={{
          url: `${location.origin}/api/v1/centers/${centersId}/predictions`,
          body: { json: { rows: [settled] } },
        }}
      />
    </Stack>
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
            <Table.Th>Value</Table.Th>
            <Table.Th>Centre</Table.Th>
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
                <Table.Td>{typeof value === 'number' ? num(value) : (value ?? 'missing')}</Table.Td>
                <Table.Td>{num(center)}</Table.Td>
                <Table.Td>{label(cluster ?? 0)}</Table.Td>
                <Table.Td>
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
function range({ columns, values }: Schemas['CentersDto'], clusters: Cluster[], j: number): [number, number] {
  const facts = clusters[0]?.columns.find((column) => column.name === columns[j]);
  const { overallMean: mean, overallDeviation: deviation } = facts ?? {};
  if (mean != null && deviation) return [mean - REACH * deviation, mean + REACH * deviation];
  const own = values.map((center) => center[j] ?? 0);
  const [low, high] = [Math.min(...own), Math.max(...own)];
  const room = (high - low || Math.abs(high) || 1) / 2;
  return [low - room, high + room];
}
