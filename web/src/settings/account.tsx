import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '../api/client';
import { setUser, signOut } from '../session/session';
import { useUser } from '../session/use-session';
import { useConfirm } from '../ui/confirm';
import { Failure } from '../ui/failure';
import { showAtFields } from '../ui/field-errors';
import { Section } from './section';

export function Profile() {
  const user = useUser();
  const [atFields, setAtFields] = useState(false);
  const form = useForm({ initialValues: { username: user.username, fullName: user.fullName ?? '' } });
  const save = useMutation({
    mutationFn: ({ username, fullName }: typeof form.values) =>
      data(
        api.PATCH('/api/v1/users/me', { body: { username, ...(fullName.trim() && { fullName: fullName.trim() }) } }),
      ),
    onSuccess: (next) => {
      setUser(next);
      notifications.show({ message: 'Saved.' });
    },
    onError: (error) => {
      setAtFields(showAtFields(form, error));
    },
  });
  return (
    <Section title="Profile">
      <form
        onSubmit={form.onSubmit((values) => {
          save.mutate(values);
        })}
      >
        <Stack gap="sm">
          <TextInput label="Username" autoComplete="username" required {...form.getInputProps('username')} />
          <TextInput label="Full name" autoComplete="name" {...form.getInputProps('fullName')} />
          {save.error && !atFields && <Failure error={save.error} />}
          <Group>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

export function Password() {
  const user = useUser();
  const [atFields, setAtFields] = useState(false);
  const form = useForm({ initialValues: { currentPassword: '', newPassword: '' } });
  const change = useMutation({
    mutationFn: (body: typeof form.values) => api.PUT('/api/v1/users/me/password', { body }),
    onSuccess: () => {
      form.reset();
      notifications.show({ message: 'Your password is changed; every other device is signed out.' });
    },
    onError: (error) => {
      setAtFields(showAtFields(form, error));
    },
  });
  return (
    <Section title="Password">
      <form
        onSubmit={form.onSubmit((values) => {
          change.mutate(values);
        })}
      >
        <Stack gap="sm">
          <HiddenUsername username={user.username} />
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput
            label="New password"
            description="At least 8 characters; a few words are better than a few symbols."
            autoComplete="new-password"
            required
            {...form.getInputProps('newPassword')}
          />
          {change.error && !atFields && <Failure error={change.error} />}
          <Group>
            <Button type="submit" loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

export function Leave() {
  const user = useUser();
  const confirm = useConfirm();
  const form = useForm({ initialValues: { password: '' } });
  const leave = useMutation({
    mutationFn: (body: typeof form.values) => api.DELETE('/api/v1/users/me', { body }),
    onSuccess: () => signOut(),
    onError: (error) => {
      showAtFields(form, error);
    },
  });
  const ask = async (values: typeof form.values) => {
    const yes = await confirm({
      title: 'Delete your account?',
      text: 'All your chats, tables, runs, centers and keys are gone at once. This cannot be undone.',
      action: 'Delete everything',
    });
    if (yes) leave.mutate(values);
  };
  return (
    <Section title="Delete my account">
      <form onSubmit={form.onSubmit((values) => void ask(values))}>
        <Stack gap="sm">
          <Text size="sm">All your chats, tables, runs and centers go with it. This cannot be undone.</Text>
          <HiddenUsername username={user.username} />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            {...form.getInputProps('password')}
          />
          {leave.error && <Failure error={leave.error} />}
          <Group>
            <Button type="submit" color="red.9" loading={leave.isPending}>
              Delete my account
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

/** Tells password managers whose password a form is about. */
function HiddenUsername({ username }: { username: string }) {
  return <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />;
}
