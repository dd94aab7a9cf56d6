import { Badge, Button, Group, Paper, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '../api/client';
import { ProblemError } from '../api/problem';
import { keys, useChat } from '../chats/queries';
import { Failure } from '../ui/failure';
import { count } from '../ui/format';
import { useCenters } from './use-centers';

/** Kept centers: their version and name, and whether the chat's predictions follow them. */
export function CentersCard({ centersId, said }: { centersId: string; said: string }) {
  const client = useQueryClient();
  const centers = useCenters(centersId);
  const chat = useChat(centers.data?.chatId ?? '');
  const [name, setName] = useState<string>();
  const chatId = centers.data?.chatId ?? '';
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.centers(centersId) }),
      client.invalidateQueries({ queryKey: keys.chat(chatId) }),
    ]);
  const change = useMutation({ mutationFn: (act: () => Promise<unknown>) => act(), onSuccess: refresh });
  if (centers.error instanceof ProblemError && centers.error.status === 404) {
    return (
      <Paper withBorder p="sm">
        <Text c="dimmed">{said} They have been deleted since.</Text>
      </Paper>
    );
  }
  if (!centers.data) return null;
  const { version, k } = centers.data;
  const pinned = chat.data?.pinnedCentersId === centersId;
  const followed = pinned || (chat.data?.pinnedCentersId === null && chat.data.latestCentersId === centersId);
  const path = { centersId };
  const pin = (to: string | null) => () =>
    data(api.PATCH('/api/v1/chats/{chatId}', { params: { path: { chatId } }, body: { pinnedCentersId: to } }));
  return (
    <Paper withBorder p="sm" component="section" aria-label={`Centers, version ${version}`}>
      <Group justify="space-between">
        <Group gap="xs">
          <Badge variant="light">v{version}</Badge>
          {name === undefined ? (
            <Text fw={600}>{centers.data.name}</Text>
          ) : (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                const next = name.trim();
                if (next) {
                  change.mutate(() =>
                    data(api.PATCH('/api/v1/centers/{centersId}', { params: { path }, body: { name: next } })),
                  );
                }
                setName(undefined);
              }}
            >
              <Group gap="xs">
                <TextInput
                  size="xs"
                  aria-label="Name of the centers"
                  value={name}
                  maxLength={200}
                  autoFocus
                  onChange={(event) => {
                    setName(event.currentTarget.value);
                  }}
                />
                <Button size="compact-xs" type="submit">
                  Save
                </Button>
              </Group>
            </form>
          )}
          <Text size="sm" c="dimmed">
            {count(k, 'centre')}
          </Text>
          {followed && <Badge color="green">{pinned ? 'pinned' : 'in use'}</Badge>}
        </Group>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              setName(centers.data.name);
            }}
          >
            Rename
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            aria-pressed={pinned}
            onClick={() => {
              change.mutate(pin(pinned ? null : centersId));
            }}
          >
            {pinned ? 'Unpin' : 'Pin'}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              if (
                confirm(
                  'Delete these centers? Programs that ask for them by id will find nothing. This cannot be undone.',
                )
              ) {
                change.mutate(() => api.DELETE('/api/v1/centers/{centersId}', { params: { path } }));
              }
            }}
          >
            Delete
          </Button>
        </Group>
      </Group>
      {change.error && <Failure error={change.error} />}
    </Paper>
  );
}
