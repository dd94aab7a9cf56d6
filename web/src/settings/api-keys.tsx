import { Alert, Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data, type Schemas } from '../api/client';
import { useConfirm } from '../ui/confirm';
import { Copyable } from '../ui/copy';
import { Failure } from '../ui/failure';
import { when } from '../ui/format';
import { ListState } from './list-state';
import { NewKey } from './new-key';
import { Section } from './section';
import { listKey, useList } from './use-list';

type Key = Schemas['ApiKeyDto'];

/** Keys for programs: made, shown once, revoked. */
export function ApiKeys() {
  const client = useQueryClient();
  const confirm = useConfirm();
  const [made, setMade] = useState<Schemas['CreatedApiKeyDto']>();
  const keys = useList('api-keys', (query) => data(api.GET('/api/v1/users/me/api-keys', { params: { query } })));
  const refresh = () => client.invalidateQueries({ queryKey: listKey('api-keys') });
  const revoke = useMutation({
    mutationFn: (keyId: string) => api.DELETE('/api/v1/users/me/api-keys/{keyId}', { params: { path: { keyId } } }),
    onSettled: refresh,
  });
  const ask = async ({ id, name }: Key) => {
    const yes = await confirm({
      title: `Revoke the key "${name}"?`,
      text: 'Programs that use it are refused from this moment on. This cannot be undone.',
      action: 'Revoke the key',
    });
    if (yes) {
      if (made?.id === id) setMade(undefined);
      revoke.mutate(id);
    }
  };
  return (
    <Stack>
      <Section title="A new API key">
        <NewKey
          onMade={(key) => {
            setMade(key);
            void refresh();
          }}
        />
      </Section>
      {made && (
        <Alert color="green" title={`The key "${made.name}" is shown this once`} role="alert">
          <Stack gap="sm">
            <Text size="sm">Keep it where your program finds it. Nobody can show it again, not even this service.</Text>
            <Copyable text={made.key} label="the key" />
            <Group>
              <Button
                size="xs"
                onClick={() => {
                  setMade(undefined);
                }}
              >
                I have kept it
              </Button>
            </Group>
          </Stack>
        </Alert>
      )}
      <Section title="API keys">
        <Stack gap="sm" align="start">
          {revoke.error && <Failure error={revoke.error} />}
          <Table>
            <Table.Tbody>
              {keys.items.map((key) => (
                <Table.Tr key={key.id}>
                  <Table.Td>
                    <Text size="sm" fw={600} className="breaking">
                      {key.name}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {key.prefix}..., made {when(key.createdAt)}, {life(key)},{' '}
                      {key.lastUsedAt ? `last used ${when(key.lastUsedAt)}` : 'never used'}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Group gap={4}>
                      {key.scopes.map((scope) => (
                        <Badge key={scope} variant="default">
                          {scope}
                        </Badge>
                      ))}
                    </Group>
                  </Table.Td>
                  <Table.Td ta="end">
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={revoke.isPending && revoke.variables === key.id}
                      onClick={() => void ask(key)}
                    >
                      Revoke
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <ListState list={keys} what="your keys" empty="No keys yet. A program needs one to ask for clusters." />
        </Stack>
      </Section>
    </Stack>
  );
}

function life({ expiresAt }: Key): string {
  if (!expiresAt) return 'does not expire';
  return `${new Date(expiresAt).getTime() < Date.now() ? 'expired' : 'expires'} ${when(expiresAt)}`;
}
