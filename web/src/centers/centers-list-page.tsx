import { Anchor, Badge, Button, Container, FileButton, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { api, data, type Schemas } from '../api/client';
import { Missing } from '../app/missing';
import { useChat, useChatMutation } from '../chats/queries';
import { Failure } from '../ui/failure';
import { num, when } from '../ui/format';
import { isGone } from '../ui/gone';
import { NameForm } from '../ui/name-form';
import { useTitle } from '../ui/use-title';
import { Waiting } from '../ui/waiting';
import { CentersMenu } from './centers-menu';
import { Compare } from './compare';
import { useCentersActions, useCentersOf } from './use-centers';

type Centers = Schemas['CentersDto'];

/** All that a chat has kept: which centers there are, which are in use, and how two of them differ. */
export function CentersListPage() {
  const { chatId = '' } = useParams();
  const chat = useChat(chatId);
  const centers = useCentersOf(chatId);
  useTitle(chat.data && `Centers of ${chat.data.title}`);
  const bring = useChatMutation(chatId, async (file: File) => {
    const body = readBundle(await file.text());
    return data(api.POST('/api/v1/chats/{chatId}/centers', { params: { path: { chatId } }, body }));
  });
  if (isGone(chat.error)) return <Missing />;
  if (chat.isLoadingError) return <Failure error={chat.error} retry={() => void chat.refetch()} />;
  return (
    <Container className="notebook" px={0}>
      <Stack>
        <div>
          <Anchor component={Link} to={`/chats/${chatId}`} size="sm">
            Back to the chat
          </Anchor>
          <Group justify="space-between">
            <Title order={1} size="h2" className="breaking">
              Centers{chat.data && ` of ${chat.data.title}`}
            </Title>
            <FileButton
              accept=".json,application/json"
              onChange={(file) => {
                if (file) bring.mutate(file);
              }}
            >
              {(props) => (
                <Button {...props} size="xs" variant="default" loading={bring.isPending}>
                  Bring a bundle
                </Button>
              )}
            </FileButton>
          </Group>
        </div>
        {bring.error && <Failure error={bring.error} />}
        {centers.error && <Failure error={centers.error} retry={() => void centers.refetch()} />}
        {centers.isPending && <Waiting what="the centers" retry={() => void centers.refetch()} />}
        {centers.isSuccess && centers.items.length === 0 && (
          <Text c="dimmed">
            Nothing is kept yet. Every run that succeeds keeps its centers here; a bundle from another Centroid can be
            brought as well.
          </Text>
        )}
        {centers.items.length > 0 && chat.data && (
          <Paper withBorder p="xs">
            <Table.ScrollContainer
              minWidth={520}
              scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'Centers' } }}
            >
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    {['Version', 'Name', 'Centres', 'Rows', 'Silhouette', 'Kept', ''].map((title) => (
                      <Table.Th key={title}>{title}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {centers.items.map((one) => (
                    <Row key={one.id} centers={one} chat={chat.data} />
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </Paper>
        )}
        {centers.items.length > 1 && <Compare chatId={chatId} centers={centers.items} />}
      </Stack>
    </Container>
  );
}

function Row({ centers, chat }: { centers: Centers; chat: Schemas['ChatDto'] }) {
  const actions = useCentersActions(centers);
  const [renaming, setRenaming] = useState(false);
  const pinned = chat.pinnedCentersId === centers.id;
  const followed = pinned || (chat.pinnedCentersId === null && chat.latestCentersId === centers.id);
  return (
    <Table.Tr>
      <Table.Td>v{centers.version}</Table.Td>
      <Table.Td>
        {renaming ? (
          <NameForm
            label="Name of the centers"
            value={centers.name}
            onSave={actions.rename}
            onClose={() => {
              setRenaming(false);
            }}
          />
        ) : (
          <Group gap="xs" miw="9rem">
            <Anchor component={Link} to={`/centers/${centers.id}`} className="breaking">
              {centers.name}
            </Anchor>
            {followed && (
              <Badge color="green" className="whole">
                {pinned ? 'pinned' : 'in use'}
              </Badge>
            )}
          </Group>
        )}
        {actions.error && <Failure error={actions.error} />}
      </Table.Td>
      <Table.Td>{centers.k}</Table.Td>
      <Table.Td>{num(centers.sizes?.reduce((sum, size) => sum + size, 0))}</Table.Td>
      <Table.Td>{num(centers.metrics?.silhouette)}</Table.Td>
      <Table.Td className="nowrap">
        {when(centers.createdAt)}
        {!centers.runId && ', brought'}
      </Table.Td>
      <Table.Td>
        <CentersMenu
          centers={centers}
          actions={actions}
          pinned={pinned}
          onRename={() => {
            setRenaming(true);
          }}
        />
      </Table.Td>
    </Table.Tr>
  );
}

/** @throws Error for a file that is no JSON; what is in it is for the service to judge */
function readBundle(text: string): Schemas['ImportCentersDto'] {
  try {
    return JSON.parse(text) as Schemas['ImportCentersDto'];
  } catch {
    throw new Error('This file is no JSON. Choose a bundle that was exported as JSON.');
  }
}
