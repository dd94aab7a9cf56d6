import { Button, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { Failure } from '../ui/failure';
import { when } from '../ui/format';
import { device } from './device';
import { ListState } from './list-state';
import { Section } from './section';
import { listKey, useList } from './use-list';

/** The devices that are signed in, and the way to sign one out. */
export function Sessions() {
  const client = useQueryClient();
  const sessions = useList('sessions', (query) => data(api.GET('/api/v1/users/me/sessions', { params: { query } })));
  const end = useMutation({
    mutationFn: (sessionId: string) =>
      api.DELETE('/api/v1/users/me/sessions/{sessionId}', { params: { path: { sessionId } } }),
    onSettled: () => client.invalidateQueries({ queryKey: listKey('sessions') }),
  });
  return (
    <Section title="Signed-in devices">
      <Stack gap="sm" align="start">
        {end.error && <Failure error={end.error} />}
        <Table>
          <Table.Tbody>
            {sessions.items.map(({ id, current, userAgent, address, createdAt, lastUsedAt }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Text size="sm" title={userAgent ?? undefined}>
                    {device(userAgent)}, from {address}
                  </Text>
                  <Text size="xs" c="dimmed">
                    since {when(createdAt)}, last used {when(lastUsedAt)}
                  </Text>
                </Table.Td>
                <Table.Td ta="end">
                  {current ? (
                    <Text size="sm">this one</Text>
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={end.isPending && end.variables === id}
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
        <ListState list={sessions} what="your devices" empty="No device is signed in." />
      </Stack>
    </Section>
  );
}
