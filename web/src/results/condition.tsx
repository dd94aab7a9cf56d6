import { Button, CloseButton, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { num } from '../ui/format';
import type { Sample } from './sample';
import { findColumn, type Selection, withRange, withWord } from './selection';

interface Props {
  sample: Sample;
  onAdd: (change: (selection: Selection) => Selection) => void;
  onClose: () => void;
}

/** What a row must be like to be selected: between two numbers, or with a word in it. */
export function Condition({ sample, onAdd, onClose }: Props) {
  const able = [...sample.columns, ...sample.components];
  const [name, setName] = useState(able[0].name);
  const [from, setFrom] = useState<number | string>('');
  const [to, setTo] = useState<number | string>('');
  const [word, setWord] = useState('');
  const column = findColumn(sample, name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!column) return;
        if (!column.numeric) {
          onAdd((now) => withWord(now, name, word));
          return;
        }
        const range = [from === '' ? column.min : Number(from), to === '' ? column.max : Number(to)] as const;
        onAdd((now) => withRange(now, name, [Math.min(...range), Math.max(...range)]));
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
        {column?.numeric ? (
          <Group grow gap="xs">
            <NumberInput size="xs" label="is from" placeholder={num(column.min)} value={from} onChange={setFrom} />
            <NumberInput size="xs" label="to" placeholder={num(column.max)} value={to} onChange={setTo} />
          </Group>
        ) : (
          <TextInput
            size="xs"
            label="contains"
            value={word}
            onChange={(event) => {
              setWord(event.currentTarget.value);
            }}
          />
        )}
        <Button size="xs" type="submit" disabled={column?.numeric === false && word === ''}>
          Select
        </Button>
      </Stack>
    </form>
  );
}
