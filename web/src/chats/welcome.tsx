import { Container, SimpleGrid, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api, data } from '../api/client';
import { uploadDataset } from '../datasets/upload';
import { DropZone } from '../datasets/drop-zone';
import { SAMPLES, type Sample } from '../datasets/samples';
import { Failure } from '../ui/failure';
import { keys } from './queries';

/** The empty page: one sentence, one place to drop a table, three tables to try. */
export function Welcome() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [progress, setProgress] = useState<number>();
  const start = useMutation({
    mutationFn: async (file: File) => {
      const title = file.name.replace(/(\.[a-z]+)+$/i, '') || 'Untitled';
      const chat = await data(api.POST('/api/v1/chats', { body: { title: title.slice(0, 200) } }));
      try {
        await uploadDataset(chat.id, file, { onProgress: setProgress });
      } catch (error) {
        // A chat that was opened for this file alone is of no use without it.
        await api.DELETE('/api/v1/chats/{chatId}', { params: { path: { chatId: chat.id } } });
        throw error;
      }
      return chat.id;
    },
    onSuccess: (chatId) => navigate(`/chats/${chatId}`),
    onSettled: async () => {
      setProgress(undefined);
      await client.invalidateQueries({ queryKey: keys.chats });
    },
  });
  const take = async (sample: Sample) => {
    start.mutate(await sample.load());
  };
  return (
    <Container size="sm" py="xl" className="notebook">
      <Stack gap="lg">
        <Title order={1}>What belongs together here?</Title>
        <Text>Drop a table. Centroid finds the groups in it, shows them, and says what sets them apart.</Text>
        <DropZone busy={start.isPending} progress={progress} onFile={start.mutate} />
        {start.error && <Failure error={start.error} />}
        <Title order={2} size="h4">
          Or try one of these
        </Title>
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          {SAMPLES.map((sample) => (
            <UnstyledButton
              key={sample.name}
              className="drop-target"
              p="md"
              disabled={start.isPending}
              onClick={() => void take(sample)}
            >
              <Text fw={600}>{sample.title}</Text>
              <Text size="sm" c="dimmed">
                {sample.about}
              </Text>
            </UnstyledButton>
          ))}
        </SimpleGrid>
      </Stack>
    </Container>
  );
}
