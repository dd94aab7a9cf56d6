import { Anchor, Badge, Group, Paper, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useChat } from '../chats/queries';
import { Failure } from '../ui/failure';
import { count } from '../ui/format';
import { Gone, isGone } from '../ui/gone';
import { NameForm } from '../ui/name-form';
import { Waiting } from '../ui/waiting';
import { CentersMenu } from './centers-menu';
import { useCenters, useCentersActions } from './use-centers';

/** Kept centers: their version and name, and whether the chat's predictions follow them. */
export function CentersCard({ centersId, said }: { centersId: string; said: string }) {
  const centers = useCenters(centersId);
  const chat = useChat(centers.data?.chatId ?? '');
  const actions = useCentersActions(centers.data);
  const [renaming, setRenaming] = useState(false);
  if (isGone(centers.error)) return <Gone said={said} what="They have" />;
  if (centers.isLoadingError) return <Failure error={centers.error} retry={() => void centers.refetch()} />;
  if (centers.isPending) return <Waiting what="the centers" retry={() => void centers.refetch()} />;
  const { version, k, name } = centers.data;
  const pinned = chat.data?.pinnedCentersId === centersId;
  const followed = pinned || (chat.data?.pinnedCentersId === null && chat.data.latestCentersId === centersId);
  return (
    <Paper withBorder p="sm" component="section" aria-label={`Centers, version ${version}`}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap="xs">
          <Badge variant="light">v{version}</Badge>
          {renaming ? (
            <NameForm
              label="Name of the centers"
              value={name}
              onSave={actions.rename}
              onClose={() => {
                setRenaming(false);
              }}
            />
          ) : (
            <Anchor component={Link} to={`/centers/${centersId}`} fw={600} className="breaking">
              {name}
            </Anchor>
          )}
          <Text size="sm" c="dimmed">
            {count(k, 'centre')}
          </Text>
          {followed && <Badge color="green">{pinned ? 'pinned' : 'in use'}</Badge>}
        </Group>
        <CentersMenu
          centers={centers.data}
          actions={actions}
          pinned={pinned}
          onRename={() => {
            setRenaming(true);
          }}
        />
      </Group>
      {actions.error && <Failure error={actions.error} />}
    </Paper>
  );
}
