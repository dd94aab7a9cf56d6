import { Button, Collapse, Group, NumberInput, Select, Stack, Text, UnstyledButton } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { keys } from '../chats/queries';
import { PreparationFields, preparationRequest, startingPreparation } from '../datasets/preparation-fields';
import { CLASS_COLUMNS } from '../datasets/samples';
import { Failure } from '../ui/failure';
import { count } from '../ui/format';
import { ClusterCount } from './cluster-count';

type Dataset = Schemas['DatasetDto'];
type CreateRun = Schemas['CreateRunDto'];

/** With no more rows there is no range of k worth trying. */
const FEW_ROWS = 3;

/** How a table is to be clustered: how many groups, and all else folded away with good defaults. */
export function TrainForm({ dataset, onStarted }: { dataset: Dataset; onStarted: () => void }) {
  const client = useQueryClient();
  const [prepared, preparation] = useDisclosure();
  const [advanced, { toggle }] = useDisclosure();
  const form = useForm({
    initialValues: {
      mode: dataset.rowCount > FEW_ROWS ? 'range' : 'one',
      k: 3 as number | string,
      min: 2 as number | string,
      max: Math.min(8, dataset.rowCount) as number | string,
      ...startingPreparation(dataset, CLASS_COLUMNS[dataset.name]),
      metric: 'euclidean',
      nInit: '' as number | string,
      maxIterations: 300 as number | string,
      seed: '' as number | string,
    },
  });
  const start = useMutation({
    mutationFn: ({ mode, k, min, max, metric, nInit, maxIterations, seed, ...rest }: typeof form.values) =>
      data(
        api.POST('/api/v1/chats/{chatId}/runs', {
          params: { path: { chatId: dataset.chatId } },
          body: {
            datasetId: dataset.id,
            k: mode === 'one' ? Number(k) : { min: Number(min), max: Number(max) },
            ...preparationRequest(rest),
            metric: metric as CreateRun['metric'],
            maxIterations: Number(maxIterations),
            ...(nInit !== '' && { nInit: Number(nInit) }),
            ...(seed !== '' && { seed: Number(seed) }),
          },
        }),
      ),
    onSuccess: async (run) => {
      client.setQueryData(keys.run(run.id), run);
      await client.invalidateQueries({ queryKey: keys.chat(dataset.chatId) });
      onStarted();
    },
    onError: (error) => {
      if (error instanceof ProblemError) {
        for (const { path, message } of error.fields) form.setFieldError(path.split('.')[0] ?? path, message);
        // What is wrong in there must not stay folded away.
        if (error.fields.some(({ path }) => /^(columns|columnWeights|scaling|missing|\w+Column)/.test(path))) {
          preparation.open();
        }
      }
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        start.mutate(values);
      })}
    >
      <Stack gap="sm">
        <ClusterCount form={form} rowCount={dataset.rowCount} />
        <UnstyledButton type="button" onClick={preparation.toggle} aria-expanded={prepared}>
          <Text size="sm" td="underline">
            {count(form.values.columns.length, 'column')}, scaling {form.values.scaling}: change
          </Text>
        </UnstyledButton>
        <Collapse expanded={prepared}>
          {prepared && (
            <PreparationFields
              dataset={dataset}
              value={form.values}
              errors={form.errors}
              onChange={(change) => {
                form.setValues(change);
              }}
            />
          )}
        </Collapse>
        <UnstyledButton type="button" onClick={toggle} aria-expanded={advanced}>
          <Text size="sm" td="underline">
            {advanced ? 'Fewer options' : 'More options'}
          </Text>
        </UnstyledButton>
        <Collapse expanded={advanced}>
          <Stack gap="sm">
            <Select
              label="Metric"
              data={[
                { value: 'euclidean', label: 'euclidean: by how far apart rows are' },
                { value: 'cosine', label: 'cosine: by direction, whatever the length' },
              ]}
              allowDeselect={false}
              {...form.getInputProps('metric')}
            />
            <Group grow align="start">
              <NumberInput
                label="Restarts"
                description="The best is kept. Empty: 10, or 1 above 10,000 rows."
                min={1}
                max={10000}
                allowDecimal={false}
                {...form.getInputProps('nInit')}
              />
              <NumberInput
                label="Iterations at most"
                min={1}
                max={1000000}
                allowDecimal={false}
                {...form.getInputProps('maxIterations')}
              />
              <NumberInput
                label="Seed"
                description="The same seed gives the same answer."
                min={0}
                max={4294967295}
                allowDecimal={false}
                {...form.getInputProps('seed')}
              />
            </Group>
          </Stack>
        </Collapse>
        {start.error && <Failure error={start.error} />}
        <Group>
          <Button type="submit" loading={start.isPending} disabled={form.values.columns.length === 0}>
            {form.values.mode === 'one'
              ? `Find ${form.values.k} clusters`
              : `Try ${form.values.min} to ${form.values.max}`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
