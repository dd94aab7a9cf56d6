import { Button, Group, Paper, Stack, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '../api/client';
import { ChooseFiles, DropSign, UploadState } from '../datasets/drop-zone';
import { useFileDrop } from '../datasets/use-file-drop';
import { useUpload } from '../datasets/use-upload';
import { Failure } from '../ui/failure';
import { keys, useChatMutation } from './queries';
import { Samples } from './samples';

/** Where a chat is added to: a note, a file that is chosen, or one dropped anywhere on the window. */
export function Composer({ chatId, empty }: { chatId: string; empty: boolean }) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const note = useChatMutation(chatId, (body: string) =>
    data(api.POST('/api/v1/chats/{chatId}/messages', { params: { path: { chatId } }, body: { text: body } })),
  );
  const upload = useUpload(
    () => Promise.resolve({ chatId }),
    () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.chat(chatId) }),
        client.invalidateQueries({ queryKey: keys.chats }),
      ]),
  );
  const over = useFileDrop(upload.send);
  const send = () => {
    const body = text.trim();
    if (!body || note.isPending) return;
    note.mutate(body, {
      onSuccess: () => {
        setText('');
      },
    });
  };
  return (
    <Stack gap="sm" mt="lg" pb="md">
      {empty && !upload.busy && (
        <>
          <Text>Nothing here yet. Drop a table anywhere, choose one below, or try one of these:</Text>
          <Samples upload={upload} />
        </>
      )}
      {note.error && <Failure error={note.error} />}
      <UploadState upload={upload} />
      <Paper withBorder p="xs">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <Textarea
            variant="unstyled"
            aria-label="Note"
            placeholder="Write a note, or drop a table anywhere"
            autosize
            minRows={1}
            maxRows={8}
            maxLength={20000}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
            }}
            onKeyDown={(event) => {
              // As in chat applications; a new line is Shift and Enter.
              if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
                event.preventDefault();
                send();
              }
            }}
          />
          <Group justify="space-between">
            <ChooseFiles upload={upload} />
            <Button type="submit" size="xs" loading={note.isPending} disabled={!text.trim()}>
              Send
            </Button>
          </Group>
        </form>
      </Paper>
      {over && <DropSign />}
    </Stack>
  );
}
