import { Anchor, Container, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api, data } from '../api/client';
import { DropZone } from '../datasets/drop-zone';
import { useUpload } from '../datasets/use-upload';
import { useTitle } from '../ui/use-title';
import { keys } from './queries';
import { Samples } from './samples';

/** The empty page: one sentence, one place to drop a table, three tables to try. */
export function Welcome() {
  useTitle('New chat');
  const navigate = useNavigate();
  const client = useQueryClient();
  const [opened, setOpened] = useState<string>();
  const upload = useUpload(
    async (file) => {
      const title = file.name.replace(/(\.[a-z]+)+$/i, '').slice(0, 200) || 'Untitled';
      const { id } = await data(api.POST('/api/v1/chats', { body: { title } }));
      const path = { chatId: id };
      // A chat that was opened for this file alone is of no use without it.
      return { chatId: id, undo: () => api.DELETE('/api/v1/chats/{chatId}', { params: { path } }) };
    },
    (chatId, all) => {
      void client.invalidateQueries({ queryKey: keys.chats });
      if (all) void navigate(`/chats/${chatId}`);
      else setOpened(chatId);
    },
  );
  return (
    <Container size="sm" py="xl" className="notebook">
      <Stack gap="lg">
        <Title order={1}>What belongs together here?</Title>
        <Text>Drop a table. Centroid finds the groups in it, shows them, and says what sets them apart.</Text>
        <DropZone upload={upload} />
        {opened && (
          <Text>
            The other files are in{' '}
            <Anchor component={Link} to={`/chats/${opened}`} underline="always">
              a chat of their own
            </Anchor>
            .
          </Text>
        )}
        <Title order={2} size="h4">
          Or try one of these
        </Title>
        <Samples upload={upload} />
      </Stack>
    </Container>
  );
}
