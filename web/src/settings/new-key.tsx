import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '../api/client';
import { Failure } from '../ui/failure';
import { showAtFields } from '../ui/field-errors';

type Scope = Schemas['ApiKeyDto']['scopes'][number];

const SCOPES: { value: Scope; label: string; description: string }[] = [
  { value: 'predict', label: 'Predict', description: 'Ask which cluster rows belong to, and why.' },
  { value: 'read', label: 'Read', description: 'See chats, tables, runs and centers, and download them.' },
  { value: 'train', label: 'Train', description: 'Make chats, upload tables, start runs, change and delete them.' },
];
const LIVES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: 'own', label: 'until a day of your choice' },
  { value: 'ever', label: 'until it is revoked' },
];
const DAY_MS = 86_400_000;

interface Values {
  name: string;
  scopes: Scope[];
  life: string | null;
  expiresAt: string;
}

/** What a key is for, what it may do, and how long it lives: as little as will do, by default. */
export function NewKey({ onMade }: { onMade: (key: Schemas['CreatedApiKeyDto']) => void }) {
  const [atFields, setAtFields] = useState(false);
  const form = useForm<Values>({
    initialValues: { name: '', scopes: ['predict'], life: '90', expiresAt: '' },
    validate: {
      scopes: (scopes) => (scopes.length === 0 ? 'A key that may do nothing is of no use.' : null),
      expiresAt: (day, { life }) => (life === 'own' && !day ? 'Choose a day.' : null),
    },
  });
  const make = useMutation({
    mutationFn: ({ name, scopes, ...rest }: Values) =>
      data(api.POST('/api/v1/users/me/api-keys', { body: { name: name.trim(), scopes, expiresAt: expiry(rest) } })),
    onSuccess: (key) => {
      form.reset();
      onMade(key);
    },
    onError: (error) => {
      setAtFields(showAtFields(form, error));
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        make.mutate(values);
      })}
    >
      <Stack gap="sm">
        <TextInput
          label="What it is for"
          placeholder="nightly import"
          maxLength={100}
          required
          {...form.getInputProps('name')}
        />
        <Checkbox.Group label="What it may do" {...form.getInputProps('scopes')}>
          <Stack gap="xs" mt={4}>
            {SCOPES.map((scope) => (
              <Checkbox key={scope.value} {...scope} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Group align="start">
          <Select label="How long it lives" data={LIVES} allowDeselect={false} {...form.getInputProps('life')} />
          {form.values.life === 'own' && (
            <TextInput type="date" label="Last day" required {...form.getInputProps('expiresAt')} />
          )}
        </Group>
        {make.error && !atFields && <Failure error={make.error} />}
        <Group>
          <Button type="submit" loading={make.isPending}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function expiry({ life, expiresAt }: Pick<Values, 'life' | 'expiresAt'>): string | null {
  if (life === 'ever') return null;
  // The whole of the last day, where the person is.
  if (life === 'own') return new Date(`${expiresAt}T23:59:59`).toISOString();
  return new Date(Date.now() + Number(life) * DAY_MS).toISOString();
}
