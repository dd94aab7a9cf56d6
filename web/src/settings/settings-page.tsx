import { Button, Container, Group, Paper, PasswordInput, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, data } from '../api/client';
import { setUser, signOut } from '../session/session';
import { useUser } from '../session/use-session';
import { Failure } from '../ui/failure';
import { when } from '../ui/format';

const SESSIONS = ['sessions'];

/** One's own account. */
export function SettingsPage() {
  return (
    <Container size="sm" px={0}>
      <Title order={1} size="h2" mb="md">
        Settings
      </Title>
      <Stack>
        <Profile />
        <Password />
        <Sessions />
        <Leave />
      </Stack>
    </Container>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function Profile() {
  const user = useUser();
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
          {save.error && <Failure error={save.error} />}
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

function Password() {
  const form = useForm({ initialValues: { currentPassword: '', newPassword: '' } });
  const change = useMutation({
    mutationFn: (body: typeof form.values) => api.PUT('/api/v1/users/me/password', { body }),
    onSuccess: () => {
      form.reset();
      notifications.show({ message: 'Your password is changed; every other device is signed out.' });
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
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            required
            {...form.getInputProps('newPassword')}
          />
          {change.error && <Failure error={change.error} />}
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

function Sessions() {
  const client = useQueryClient();
  const sessions = useQuery({
    queryKey: SESSIONS,
    queryFn: () => data(api.GET('/api/v1/users/me/sessions', { params: { query: { limit: 100 } } })),
  });
  const end = useMutation({
    mutationFn: (sessionId: string) =>
      api.DELETE('/api/v1/users/me/sessions/{sessionId}', { params: { path: { sessionId } } }),
    onSuccess: () => client.invalidateQueries({ queryKey: SESSIONS }),
  });
  return (
    <Section title="Signed-in devices">
      {sessions.error && <Failure error={sessions.error} retry={() => void sessions.refetch()} />}
      {end.error && <Failure error={end.error} />}
      <Table>
        <Table.Tbody>
          {sessions.data?.items.map(({ id, current, userAgent, lastUsedAt }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <Text size="sm" lineClamp={1}>
                  {userAgent ?? 'an unknown program'}
                </Text>
                <Text size="xs" c="dimmed">
                  last used {when(lastUsedAt)}
                </Text>
              </Table.Td>
              <Table.Td>
                {current ? (
                  <Text size="sm">this one</Text>
                ) : (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => {
                      end.mutate(id);
                    }}
                  >
                    Sign out
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

function Leave() {
  const form = useForm({ initialValues: { password: '' } });
  const leave = useMutation({
    mutationFn: (body: typeof form.values) => api.DELETE('/api/v1/users/me', { body }),
    onSuccess: () => signOut(),
  });
  return (
    <Section title="Delete my account">
      <form
        onSubmit={form.onSubmit((values) => {
          leave.mutate(values);
        })}
      >
        <Stack gap="sm">
          <Text size="sm">All your chats, tables, runs and centers go with it. This cannot be undone.</Text>
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
