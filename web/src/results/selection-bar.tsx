import { Button, Chip, Group, Pill, Popover, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { toCsv } from '../../../src/common/csv-writer';
import { ClusterMark } from '../ui/cluster-mark';
import { saveBlob } from '../ui/download';
import { count, num, whole } from '../ui/format';
import { Condition } from './condition';
import type { Linked } from './linked';
import type { Sample } from './sample';
import { EVERYTHING, type Picked, toggleCluster, withRange, withWord } from './selection';

/** What is selected, in words that can be taken away one by one; the way to select without a mouse; the way out as a file. */
export function SelectionBar({ sample, picked, selection, label, onSelection }: Omit<Linked, 'focus' | 'onFocus'>) {
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
          <ConditionPill
            key={name}
            name={name}
            said={`${num(from)} to ${num(to)}`}
            onDrop={() => {
              onSelection((now) => withRange(now, name));
            }}
          />
        ))}
        {[...selection.words].map(([name, word]) => (
          <ConditionPill
            key={name}
            name={name}
            said={`contains "${word}"`}
            onDrop={() => {
              onSelection((now) => withWord(now, name));
            }}
          />
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
              onAdd={(change) => {
                onSelection(change);
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
            {picked.all ? 'These rows' : 'Selected rows'} {sample.whole ? '' : 'of the sample '}as CSV
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function ConditionPill({ name, said, onDrop }: { name: string; said: string; onDrop: () => void }) {
  return (
    <Pill
      withRemoveButton
      removeButtonProps={{ 'aria-label': `Drop the condition on ${name}`, tabIndex: 0, 'aria-hidden': false }}
      onRemove={onDrop}
    >
      {name}: {said}
    </Pill>
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
