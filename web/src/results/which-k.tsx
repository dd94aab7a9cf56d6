import { Alert, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Schemas } from '../api/client';
import { count, whole } from '../ui/format';
import { CRITERIA, CriterionChart, pickOf } from './criterion-chart';
import { SweepTable } from './sweep-table';

type Result = Schemas['RunResultDto'];

/** Every number of clusters that was tried, by every criterion; which was chosen, and why. */
export function WhichK({ run, result }: { run: Schemas['RunDto']; result: Result }) {
  const { sweep, choice } = result;
  if (!sweep || !choice) return null;
  const rows = result.sizes.reduce((sum, size) => sum + size, 0);
  const votes = CRITERIA.flatMap((criterion) => pickOf(choice, criterion) ?? []);
  const agree = votes.filter((k) => k === choice.chosen).length;
  return (
    <Stack gap="lg">
      <div>
        <Text fw={600} fz="lg">
          {count(choice.chosen, 'cluster')}, out of {sweep[0]?.k} to {sweep.at(-1)?.k}
        </Text>
      </div>
      {agree < votes.length && (
        <Alert color="yellow" title={`The criteria disagree: ${agree} of ${votes.length} choose ${choice.chosen}`}>
          <Text size="sm">
            That is common where groups lie within groups or touch each other. Look at the map of the one you think of
            before you settle.
          </Text>
        </Alert>
      )}
      <SimpleGrid type="container" cols={{ base: 1, '520px': 2, '900px': 3 }} spacing="lg" verticalSpacing="lg">
        {CRITERIA.filter(({ key }) => sweep.some((entry) => entry[key] != null)).map((criterion) => (
          <CriterionChart
            key={criterion.key}
            criterion={criterion}
            sweep={sweep}
            choice={choice}
            rows={rows}
            silhouetteRows={result.metrics.silhouetteRows}
          />
        ))}
      </SimpleGrid>
      <SweepTable run={run} sweep={sweep} choice={choice} />
      <Text size="xs" c="dimmed">
        Every number of clusters was trained on all {whole(rows)} rows, with {count(run.params.nInit, 'restart')}.
      </Text>
    </Stack>
  );
}
