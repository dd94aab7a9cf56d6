import { Button, Chip, CloseButton, Group, NumberInput, Pill, Popover, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { toCsv } from '../../../src/common/csv-writer';
import { ClusterMark } from '../ui/cluster-mark';
import { saveBlob } from '../ui/download';
import { count, num, whole } from '../ui/format';
import type { Linked } from './linked';
import type { Sample } from './sample';
import { EVERYTHING, findColumn, type Picked, toggleCluster, withRange } from './selection';

/** What is selected, in words that can be taken away one by one; the way to select without a mouse; the way out as a file. */
export function SelectionBar({ sample, picked, selection, label, onSelection }: Linked) {
  const [opened, { toggle, close }] = useDisclosure();
  return (
    <Stack gap="xs">
      <Group gap={6} role="group" aria-label="Select clusters">
        {sample.centers.map((_, cluster) => (
          <Chip
            key={cluster}
            size="xs"
            checked={selection.clusters.has(cluster)}
            onChange={() => {
              onSelection((now) => toggleCluster(now, cluster));
            }}
          >
            <ClusterMark cluster={cluster} />
            {label(cluster)}
          </Chip>
        ))}
      </Group>
      <Group gap="xs">
        <Text size="sm" role="status">
          {picked.all
            ? `Nothing is selected: ${count(sample.length, 'row')} shown.`
            : `${count(picked.count, 'row')} of ${whole(sample.length)} selected.`}
        </Text>
        {[...selection.ranges].map(([name, [from, to]]) => (
          <Pill.Group key={name}>
            <Pill
              withRemoveButton
              removeButtonProps={{ 'aria-label': `Drop the condition on ${name}`, tabIndex: 0, 'aria-hidden': false }}
              onRemove={() => {
                onSelection((now) => withRange(now, name));
              }}
            >
              {name}: {num(from)} to {num(to)}
            </Pill>
          </Pill.Group>
        ))}
        <Popover opened={opened} onDismiss={close} trapFocus position="bottom-start" withinPortal={false}>
          <Popover.Target>
            <Button size="compact-xs" variant="default" onClick={toggle} aria-expanded={opened}>
              Add a condition
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <Condition
              sample={sample}
              onAdd={(name, range) => {
                onSelection((now) => withRange(now, name, range));
                close();
              }}
              onClose={close}
            />
          </Popover.Dropdown>
        </Popover>
        {!picked.all && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              onSelection(() => EVERYTHING);
            }}
          >
            Clear
          </Button>
        )}
        {sample.columns.length > 0 && (
          <Button
            size="compact-xs"
            variant="default"
            disabled={picked.count === 0}
            onClick={() => {
              saveBlob(new Blob([selectedCsv(sample, picked)], { type: 'text/csv' }), 'selected-rows.csv');
            }}
          >
            {picked.all ? 'These rows' : 'Selected rows'} as CSV
          </Button>
        )}
      </Group>
    </Stack>
  );
}

interface ConditionProps {
  sample: Sample;
  onAdd: (name: string, range: [number, number]) => void;
  onClose: () => void;
}

function Condition({ sample, onAdd, onClose }: ConditionProps) {
  const able = [...sample.columns.filter(({ numeric }) => numeric), ...sample.components];
  const [name, setName] = useState(able[0].name);
  const column = findColumn(sample, name);
  const [from, setFrom] = useState<number | string>('');
  const [to, setTo] = useState<number | string>('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!column) return;
        const range = [from === '' ? column.min : Number(from), to === '' ? column.max : Number(to)] as const;
        onAdd(name, [Math.min(...range), Math.max(...range)]);
      }}
    >
      <Stack gap="xs" w={260}>
        <Group justify="space-between">
          <Text size="sm" fw={600}>
            Rows whose
          </Text>
          <CloseButton size="sm" aria-label="Close" onClick={onClose} />
        </Group>
        <Select
          size="xs"
          label="Column"
          data={able.map((each) => each.name)}
          value={name}
          searchable
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          onChange={(next) => {
            if (next) setName(next);
          }}
        />
        <Group grow gap="xs">
          <NumberInput size="xs" label="is from" placeholder={num(column?.min)} value={from} onChange={setFrom} />
          <NumberInput size="xs" label="to" placeholder={num(column?.max)} value={to} onChange={setTo} />
        </Group>
        <Button size="xs" type="submit">
          Select
        </Button>
      </Stack>
    </form>
  );
}

/** The selected rows as they were uploaded, their position and their cluster. */
function selectedCsv({ rows, clusters, columns }: Sample, { mask }: Picked): string {
  const lines = [['row', ...columns.map(({ name }) => name), 'cluster']] as (string | number | null | undefined)[][];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i]) lines.push([rows[i] + 1, ...columns.map(({ values }) => values[i]), clusters[i]]);
  }
  return toCsv(lines);
}
