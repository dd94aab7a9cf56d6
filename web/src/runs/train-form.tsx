import { Button, Collapse, Group, MultiSelect, NumberInput, Select, Stack, Text, UnstyledButton } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { keys } from '../chats/queries';
import { CLASS_COLUMNS } from '../datasets/samples';
import { Failure } from '../ui/failure';

type Dataset = Schemas['DatasetDto'];
type CreateRun = Schemas['CreateRunDto'];

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

/** How a table is to be clustered: one number, and all else folded away with good defaults. */
export function TrainForm({ dataset, onStarted }: { dataset: Dataset; onStarted: () => void }) {
  const client = useQueryClient();
  const [advanced, { toggle }] = useDisclosure();
  const classColumn = CLASS_COLUMNS[dataset.name];
  const numeric = dataset.columns.filter((column) => column.type === 'number').map((column) => column.name);
  const hasGaps = dataset.columns.some((column) => column.type === 'number' && column.missing > 0);
  const form = useForm({
    initialValues: {
      k: 3 as number | string,
      columns: numeric.filter((name) => name !== classColumn),
      scaling: 'standard',
      missing: hasGaps ? 'median' : 'error',
      metric: 'euclidean',
      nInit: '' as number | string,
      maxIterations: 300 as number | string,
      seed: '' as number | string,
      idColumn: null as string | null,
      weightColumn: null as string | null,
    },
  });
  const start = useMutation({
    mutationFn: ({ k, columns, scaling, missing, metric, nInit, maxIterations, seed, ...names }: typeof form.values) =>
      data(
        api.POST('/api/v1/chats/{chatId}/runs', {
          params: { path: { chatId: dataset.chatId } },
          body: {
            datasetId: dataset.id,
            k: Number(k),
            columns,
            scaling: scaling as CreateRun['scaling'],
            missing: missing as CreateRun['missing'],
            metric: metric as CreateRun['metric'],
            maxIterations: Number(maxIterations),
            ...(nInit !== '' && { nInit: Number(nInit) }),
            ...(seed !== '' && { seed: Number(seed) }),
            ...(names.idColumn && { idColumn: names.idColumn }),
            ...(names.weightColumn && { weightColumn: names.weightColumn }),
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
      }
    },
  });
  const names = dataset.columns.map((column) => column.name);
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        start.mutate(values);
      })}
    >
      <Stack gap="sm">
        <NumberInput
          label="Clusters (k)"
          description="How many groups to look for."
          min={1}
          max={dataset.rowCount}
          allowDecimal={false}
          required
          w={200}
          {...form.getInputProps('k')}
        />
        <MultiSelect
          label="Columns"
          description="What decides which rows are alike. Numbers only, for now."
          data={numeric}
          searchable
          {...form.getInputProps('columns')}
        />
        {hasGaps && <Select label="Gaps" data={POLICIES} allowDeselect={false} {...form.getInputProps('missing')} />}
        <UnstyledButton type="button" onClick={toggle} aria-expanded={advanced}>
          <Text size="sm" td="underline">
            {advanced ? 'Fewer options' : 'More options'}
          </Text>
        </UnstyledButton>
        <Collapse expanded={advanced}>
          <Stack gap="sm">
            <Select
              label="Scaling"
              description="Columns with large numbers would otherwise decide alone."
              data={SCALINGS}
              allowDeselect={false}
              {...form.getInputProps('scaling')}
            />
            <Select
              label="Metric"
              data={[
                { value: 'euclidean', label: 'euclidean: by how far apart rows are' },
                { value: 'cosine', label: 'cosine: by direction, whatever the length' },
              ]}
              allowDeselect={false}
              {...form.getInputProps('metric')}
            />
            {!hasGaps && (
              <Select label="Gaps" data={POLICIES} allowDeselect={false} {...form.getInputProps('missing')} />
            )}
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
            <Group grow align="start">
              <Select
                label="Id column"
                description="Names the rows; not trained on."
                data={names}
                clearable
                {...form.getInputProps('idColumn')}
              />
              <Select
                label="Weight column"
                description="How much each row counts."
                data={numeric}
                clearable
                {...form.getInputProps('weightColumn')}
              />
            </Group>
          </Stack>
        </Collapse>
        {start.error && <Failure error={start.error} />}
        <Group>
          <Button type="submit" loading={start.isPending} disabled={form.values.columns.length === 0}>
            Find {String(form.values.k)} clusters
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
