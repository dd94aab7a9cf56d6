import { Group, NumberInput, Radio, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';

/** The fields of the form that say how many clusters. */
export interface CountFields {
  /** `one` or `range`. */
  mode: string;
  k: number | string;
  min: number | string;
  max: number | string;
}

/** So many numbers of clusters may be tried at once. */
const MOST = 100;

interface Props<Fields extends CountFields> {
  form: UseFormReturnType<Fields>;
  rowCount: number;
}

/** One number of clusters, or a range of which the best is chosen. */
export function ClusterCount<Fields extends CountFields>({ form, rowCount }: Props<Fields>) {
  const { mode, min, max } = form.values;
  return (
    <Stack gap="xs">
      <Radio.Group label="How many clusters?" {...form.getInputProps('mode')}>
        <Group mt={4}>
          <Radio value="range" label="Try several, choose the best" />
          <Radio value="one" label="I know how many" />
        </Group>
      </Radio.Group>
      {mode === 'one' ? (
        <NumberInput
          label="Clusters (k)"
          description="How many groups to look for."
          min={1}
          max={rowCount}
          allowDecimal={false}
          required
          w={200}
          {...form.getInputProps('k')}
        />
      ) : (
        <Group gap="xs" align="start">
          <NumberInput
            label="From"
            min={1}
            max={Math.min(rowCount, Number(max))}
            allowDecimal={false}
            required
            w={120}
            {...form.getInputProps('min')}
          />
          <NumberInput
            label="To"
            min={Number(min)}
            max={Math.min(rowCount, Number(min) + MOST - 1)}
            allowDecimal={false}
            required
            w={120}
            {...form.getInputProps('max')}
          />
        </Group>
      )}
    </Stack>
  );
}
