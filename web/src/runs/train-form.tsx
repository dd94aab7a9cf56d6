import { Button, Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { centersQuery, useCenters, useCentersOf } from '../centers/use-centers';
import { keys, useChat } from '../chats/queries';
import { PreparationFields, preparationRequest, startingPreparation } from '../datasets/preparation-fields';
import { classColumnOf } from '../datasets/samples';
import { Failure } from '../ui/failure';
import { count } from '../ui/format';
import { AdvancedFields, advancedRequest, type AdvancedValues, STARTING_ADVANCED } from './advanced-fields';
import { BeginFrom, preparationOf } from './begin-from';
import { ClusterCount, type CountFields } from './cluster-count';

type Dataset = Schemas['DatasetDto'];
type CreateRun = Schemas['CreateRunDto'];
type Centers = Schemas['CentersDto'];

/** With no more rows there is no range of k worth trying. */
const FEW_ROWS = 3;

/** How a table is to be clustered: how many groups, and all else folded away with good defaults. */
export function TrainForm({ dataset, onStarted }: { dataset: Dataset; onStarted: () => void }) {
  const client = useQueryClient();
  const [prepared, preparation] = useDisclosure();
  const [open, advanced] = useDisclosure();
  const chat = useChat(dataset.chatId).data;
  const form = useForm({
    initialValues: {
      mode: dataset.rowCount > FEW_ROWS ? 'range' : 'one',
      k: 3 as number | string,
      min: 2 as number | string,
      max: Math.min(8, dataset.rowCount) as number | string,
      ...startingPreparation(dataset, classColumnOf(dataset.name)),
      ...STARTING_ADVANCED,
      init: null as string | null,
      keepIds: true,
    },
  });
  const { mode, init } = form.values;
  const kept = useCentersOf(mode === 'kept' ? dataset.chatId : '');
  const parent = useCenters(init ?? '').data;
  const goOnFrom = (centers: Centers) => {
    form.setValues({ init: centers.id, ...preparationOf(centers, dataset) });
  };
  // The ones that predictions follow, unless somebody says otherwise.
  const followed = chat?.pinnedCentersId ?? chat?.latestCentersId;
  const goOn = useMutation({ mutationFn: (id: string) => client.query(centersQuery(id)), onSuccess: goOnFrom });
  const start = useMutation({
    mutationFn: (values: typeof form.values) =>
      data(
        api.POST('/api/v1/chats/{chatId}/runs', {
          params: { path: { chatId: dataset.chatId } },
          body: {
            datasetId: dataset.id,
            ...beginningRequest(values, parent),
            ...preparationRequest(values),
            ...advancedRequest(values, hasWords(dataset, values.columns)),
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
        for (const { path, message } of error.fields) {
          const [field = path] = path.split('.');
          form.setFieldError(field === 'k' && mode === 'range' ? 'max' : field, message);
        }
        // What is wrong in there must not stay folded away.
        if (error.fields.some(({ path }) => /^(columns|columnWeights|scaling|missing|\w+Column)/.test(path))) {
          preparation.open();
        }
        if (error.fields.some(({ path }) => path in STARTING_ADVANCED)) advanced.open();
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
        <ClusterCount
          form={form}
          rowCount={dataset.rowCount}
          onKept={
            followed
              ? () => {
                  goOn.mutate(init ?? followed);
                }
              : undefined
          }
        />
        {mode === 'kept' && (
          <BeginFrom
            centers={kept.items}
            chosen={init}
            keepIds={form.values.keepIds}
            error={form.errors.init ?? form.errors.k}
            onChoose={goOnFrom}
            onKeepIds={(keepIds) => {
              form.setValues({ keepIds });
            }}
          />
        )}
        {mode === 'kept' && (kept.error ?? goOn.error) && <Failure error={kept.error ?? goOn.error} />}
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
        <UnstyledButton type="button" onClick={advanced.toggle} aria-expanded={open}>
          <Text size="sm" td="underline">
            {open ? 'Fewer options' : 'More options'}
          </Text>
        </UnstyledButton>
        <Collapse expanded={open}>
          <AdvancedFields form={form} words={hasWords(dataset, form.values.columns)} />
        </Collapse>
        {start.error && <Failure error={start.error} />}
        <Group>
          <Button
            type="submit"
            loading={start.isPending}
            disabled={form.values.columns.length === 0 || (mode === 'kept' && !parent)}
          >
            {startLabel(form.values, parent)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The part of a run's request that says how many clusters there are to be and where training begins. */
function beginningRequest(
  { mode, k, min, max, nInit, keepIds, seeding }: CountFields & AdvancedValues & { keepIds: boolean },
  parent: Centers | undefined,
): Pick<CreateRun, 'k' | 'init' | 'keepIds' | 'nInit'> {
  if (mode === 'kept' && parent) return { k: parent.k, init: { centersId: parent.id }, keepIds };
  return {
    k: mode === 'one' ? Number(k) : { min: Number(min), max: Number(max) },
    ...(seeding === 'random' && { init: seeding }),
    ...(nInit !== '' && { nInit: Number(nInit) }),
  };
}

/** Whether any column that is trained on holds words, of which each becomes a feature. */
function hasWords({ columns }: Dataset, chosen: string[]): boolean {
  return columns.some(({ name, type }) => type === 'category' && chosen.includes(name));
}

function startLabel({ mode, k, min, max }: CountFields, parent: Centers | undefined): string {
  if (mode === 'kept') return parent ? `Go on from v${parent.version}` : 'Go on';
  return mode === 'one' ? `Find ${k} clusters` : `Try ${min} to ${max}`;
}
