import { Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from 'react-router';
import { api, data } from '../api/client';
import { useChatMutation } from '../chats/queries';
import { Failure } from '../ui/failure';

/** Writes what was found into the chat, where it stays in order with all else. */
export function KeepNote({ chatId, text }: { chatId: string; text: string }) {
  const keep = useChatMutation(chatId, (body: string) =>
    data(api.POST('/api/v1/chats/{chatId}/messages', { params: { path: { chatId } }, body: { text: body } })),
  );
  const kept = keep.isSuccess && keep.variables === text;
  return (
    <>
      <Group gap="sm">
        <Button
          size="xs"
          variant="default"
          loading={keep.isPending}
          disabled={kept}
          onClick={() => {
            keep.mutate(text);
          }}
        >
          Note it in the chat
        </Button>
        <Text size="sm" role="status">
          {kept && (
            <>
              It is in{' '}
              <Anchor component={Link} to={`/chats/${chatId}`} inherit underline="always">
                the chat
              </Anchor>
              .
            </>
          )}
        </Text>
      </Group>
      {keep.error && <Failure error={keep.error} />}
    </>
  );
}
