import { Group, NumberInput, Radio, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';

/** The fields of the form that say how many clusters. */
export interface CountFields {
  /** `one`, `range`, or `kept`: as many as the centers have that training begins from. */
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
  /** Told that training is to begin from kept centers; undefined where there are none. */
  onKept: (() => void) | undefined;
}

/** One number of clusters, or a range of which the best is chosen. */
export function ClusterCount<Fields extends CountFields>({ form, rowCount, onKept }: Props<Fields>) {
  const { mode, min, max } = form.values;
  const modeProps = form.getInputProps('mode') as { value: string; onChange: (mode: string) => void };
  return (
    <Stack gap="xs">
      <Radio.Group
        label="How many clusters?"
        {...modeProps}
        onChange={(next) => {
          modeProps.onChange(next);
          if (next === 'kept') onKept?.();
        }}
      >
        <Group mt={4}>
          <Radio value="range" label="Try several, choose the best" />
          <Radio value="one" label="I know how many" />
          {onKept && <Radio value="kept" label="Go on from centers that are kept" />}
        </Group>
      </Radio.Group>
      {mode === 'one' && (
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
      )}
      {mode === 'range' && (
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
