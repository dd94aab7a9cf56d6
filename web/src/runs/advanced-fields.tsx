import { Group, NumberInput, Select, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { Schemas } from '../api/client';

type CreateRun = Schemas['CreateRunDto'];

/** What a newcomer need not know; empty where the service decides. */
export interface AdvancedValues {
  metric: string;
  seeding: string;
  nInit: number | string;
  maxIterations: number | string;
  tolerance: number | string;
  seed: number | string;
  rareShare: number | string;
}

export const STARTING_ADVANCED: AdvancedValues = {
  metric: 'euclidean',
  seeding: 'k-means++',
  nInit: '',
  maxIterations: '',
  tolerance: '',
  seed: '',
  rareShare: '',
};

const METRICS = [
  { value: 'euclidean', label: 'euclidean: by how far apart rows are' },
  { value: 'cosine', label: 'cosine: by direction, whatever the length' },
];
const SEEDINGS = [
  { value: 'k-means++', label: 'k-means++: far apart, nearly always best' },
  { value: 'random', label: 'random: any rows' },
];

const NUMBERS = [
  {
    key: 'nInit',
    label: 'Restarts',
    description: 'The best is kept. Empty: 10, or 1 above 10,000 rows.',
    min: 1,
    max: 10_000,
    allowDecimal: false,
  },
  {
    key: 'maxIterations',
    label: 'Iterations at most',
    description: 'A restart that is not done by then is stopped. Empty: 300.',
    min: 1,
    max: 1_000_000,
    allowDecimal: false,
  },
  {
    key: 'tolerance',
    label: 'Tolerance',
    description: 'It ends when the centres hardly move. Empty: 0.0001; 0: when no row moves.',
    max: 1_000_000,
  },
  {
    key: 'seed',
    label: 'Seed',
    description: 'The same seed gives the same answer. Empty: one is drawn.',
    max: 4_294_967_295,
    allowDecimal: false,
  },
  {
    key: 'rareShare',
    label: 'Rare words, in %',
    description: 'Words in fewer of the rows count as one. Empty: 1 %.',
    max: 50,
  },
] as const;

/** The part of a run's request that these fields make, apart from how training begins. */
export function advancedRequest(
  { metric, maxIterations, tolerance, seed, rareShare }: AdvancedValues,
  words: boolean,
): Pick<CreateRun, 'metric' | 'maxIterations' | 'tolerance' | 'seed' | 'rareShare'> {
  return {
    metric: metric as CreateRun['metric'],
    ...(maxIterations !== '' && { maxIterations: Number(maxIterations) }),
    ...(tolerance !== '' && { tolerance: Number(tolerance) }),
    ...(seed !== '' && { seed: Number(seed) }),
    ...(words && rareShare !== '' && { rareShare: Number(rareShare) / 100 }),
  };
}

interface Props<Fields extends AdvancedValues> {
  form: UseFormReturnType<Fields>;
  /** Whether columns of words are trained on. */
  words: boolean;
}

/** How clusters are looked for, by those who want it otherwise. */
export function AdvancedFields<Fields extends AdvancedValues & { mode: string }>({ form, words }: Props<Fields>) {
  // From given centers there is one way to go.
  const given = form.values.mode === 'kept';
  return (
    <Stack gap="sm">
      <Group grow align="start" preventGrowOverflow={false}>
        <Select
          miw="16rem"
          label="Metric"
          description="What it means that rows are alike."
          data={METRICS}
          allowDeselect={false}
          {...form.getInputProps('metric')}
        />
        <Select
          miw="16rem"
          label="Beginning"
          description="Where the first centres are placed."
          data={SEEDINGS}
          allowDeselect={false}
          disabled={given}
          {...form.getInputProps('seeding')}
        />
      </Group>
      <Group grow align="start" preventGrowOverflow={false}>
        {NUMBERS.filter(({ key }) => key !== 'rareShare' || words).map(({ key, ...field }) => (
          <NumberInput
            key={key}
            miw="12rem"
            min={0}
            disabled={given && key === 'nInit'}
            {...field}
            {...form.getInputProps(key)}
          />
        ))}
      </Group>
    </Stack>
  );
}
