import { Button, Container, Group, Loader, Menu, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { Missing } from '../app/missing';
import { CentersCard } from '../centers/centers-card';
import { DatasetCard } from '../datasets/dataset-card';
import { DropZone } from '../datasets/drop-zone';
import { uploadDataset } from '../datasets/upload';
import { RunCard } from '../runs/run-card';
import { Failure } from '../ui/failure';
import { when } from '../ui/format';
import { keys, useChat, useChatMutation, useMessages, useRunsUnderWay } from './queries';

/** A chat as its notebook: data, runs, results and notes in order, and a place to add to them. */
export function ChatPage() {
  const { chatId = '' } = useParams();
  const chat = useChat(chatId);
  const messages = useMessages(chatId);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = messages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const items = messages.data?.pages.flatMap((page) => page.items) ?? [];
  // A run has its message when it has ended; until then it is shown below them all.
  const told = new Set(items.map((message) => message.runId));
  const underWay = useRunsUnderWay(chatId).filter((run) => !told.has(run.id));
  const end = useRef<HTMLDivElement>(null);
  const newest = underWay.at(-1)?.id ?? items.at(-1)?.id;
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [newest]);

  if (chat.error instanceof ProblemError && chat.error.status === 404) return <Missing />;
  if (chat.error) return <Failure error={chat.error} retry={() => void chat.refetch()} />;
  if (chat.isPending) return <Loader aria-label="Loading the chat" />;
  return (
    <Container className="notebook" px={0}>
      <Header chat={chat.data} />
      <Stack gap="md" mt="md" role="log" aria-label="Notebook">
        {messages.error && <Failure error={messages.error} retry={() => void messages.refetch()} />}
        {items.map((message) => (
          <Entry key={message.id} message={message} />
        ))}
        {underWay.map((run) => (
          <RunCard key={run.id} runId={run.id} />
        ))}
        <div ref={end} />
      </Stack>
      <Composer chatId={chatId} />
    </Container>
  );
}

function Header({ chat }: { chat: Schemas['ChatDto'] }) {
  const navigate = useNavigate();
  const [title, setTitle] = useState<string>();
  const path = { chatId: chat.id };
  const rename = useChatMutation(chat.id, (next: string) =>
    data(api.PATCH('/api/v1/chats/{chatId}', { params: { path }, body: { title: next } })),
  );
  const remove = useChatMutation(chat.id, async () => {
    await api.DELETE('/api/v1/chats/{chatId}', { params: { path } });
    await navigate('/');
  });
  return (
    <Group justify="space-between" wrap="nowrap">
      {title === undefined ? (
        <Title order={1} size="h2">
          {chat.title}
        </Title>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (title.trim()) rename.mutate(title.trim());
            setTitle(undefined);
          }}
        >
          <Group>
            <TextInput
              aria-label="Title"
              value={title}
              maxLength={200}
              autoFocus
              onChange={(event) => {
                setTitle(event.currentTarget.value);
              }}
            />
            <Button type="submit">Rename</Button>
          </Group>
        </form>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" size="xs" aria-label="More about this chat">
            ...
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() => {
              setTitle(chat.title);
            }}
          >
            Rename
          </Menu.Item>
          <Menu.Item
            color="red"
            onClick={() => {
              if (confirm(`Delete "${chat.title}" with its data, runs and centers? This cannot be undone.`)) {
                remove.mutate(undefined);
              }
            }}
          >
            Delete the chat
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function Entry({ message }: { message: Schemas['MessageDto'] }) {
  const { kind, datasetId, runId, centersId } = message;
  if (kind === 'dataset' && datasetId) return <DatasetCard datasetId={datasetId} said={message.text} />;
  if (kind === 'run' && runId) return <RunCard runId={runId} said={message.text} />;
  if (kind === 'centers' && centersId) return <CentersCard centersId={centersId} said={message.text} />;
  return (
    <Paper withBorder p="sm">
      <Text className="note">{message.text}</Text>
      <Text size="xs" c="dimmed">
        {when(message.createdAt)}
      </Text>
    </Paper>
  );
}

function Composer({ chatId }: { chatId: string }) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [progress, setProgress] = useState<number>();
  const upload = useRef<AbortController>(undefined);
  const note = useChatMutation(chatId, (body: string) =>
    data(api.POST('/api/v1/chats/{chatId}/messages', { params: { path: { chatId } }, body: { text: body } })),
  );
  const file = useChatMutation(chatId, async (chosen: File) => {
    upload.current = new AbortController();
    try {
      return await uploadDataset(chatId, chosen, { onProgress: setProgress, signal: upload.current.signal });
    } finally {
      setProgress(undefined);
      await client.invalidateQueries({ queryKey: keys.messages(chatId) });
    }
  });
  const cancelled = file.error instanceof DOMException;
  return (
    <Stack gap="sm" mt="lg" pb="md">
      {file.error && !cancelled && <Failure error={file.error} />}
      {note.error && <Failure error={note.error} />}
      <DropZone
        busy={file.isPending}
        progress={progress}
        onFile={file.mutate}
        onCancel={() => {
          upload.current?.abort();
        }}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!text.trim()) return;
          note.mutate(text.trim(), {
            onSuccess: () => {
              setText('');
            },
          });
        }}
      >
        <Group align="end" wrap="nowrap">
          <Textarea
            flex={1}
            aria-label="Note"
            placeholder="Write a note"
            autosize
            maxRows={8}
            maxLength={20000}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
            }}
          />
          <Button type="submit" loading={note.isPending} disabled={!text.trim()}>
            Send
          </Button>
        </Group>
      </form>
    </Stack>
  );
}
