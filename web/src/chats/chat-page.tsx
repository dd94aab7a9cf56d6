import { Anchor, Container, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link, useParams } from 'react-router';
import type { Schemas } from '../api/client';
import { Missing } from '../app/missing';
import { CentersCard } from '../centers/centers-card';
import { DatasetCard } from '../datasets/dataset-card';
import { RunCard } from '../runs/run-card';
import { Failure } from '../ui/failure';
import { when } from '../ui/format';
import { isGone } from '../ui/gone';
import { NameForm } from '../ui/name-form';
import { useTitle } from '../ui/use-title';
import { Waiting } from '../ui/waiting';
import { useRename } from './chat-list';
import { ChatMenu } from './chat-menu';
import { Composer } from './composer';
import { useChat, useMessages, useRunsUnderWay } from './queries';

/** A chat as its notebook: data, runs, results and notes in order, and a place to add to them. */
export function ChatPage() {
  const { chatId = '' } = useParams();
  // What was half written in one chat is not for the next.
  return <Chat key={chatId} chatId={chatId} />;
}

function Chat({ chatId }: { chatId: string }) {
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
  useTitle(chat.data?.title);

  if (isGone(chat.error)) return <Missing />;
  if (chat.isLoadingError) return <Failure error={chat.error} retry={() => void chat.refetch()} />;
  if (chat.isPending) return <Waiting what="the chat" retry={() => void chat.refetch()} />;
  return (
    <Container className="notebook" px={0}>
      <Header chat={chat.data} />
      <Stack gap="md" mt="md" role="log" aria-label="Notebook">
        {messages.isLoadingError && <Failure error={messages.error} retry={() => void messages.refetch()} />}
        {messages.isPending && <Waiting what="the notebook" retry={() => void messages.refetch()} />}
        {items.map((message) => (
          <Entry key={message.id} message={message} />
        ))}
        {underWay.map((run) => (
          <RunCard key={run.id} runId={run.id} />
        ))}
        <div ref={end} />
      </Stack>
      <Composer chatId={chatId} empty={messages.isSuccess && items.length === 0} />
    </Container>
  );
}

function Header({ chat }: { chat: Schemas['ChatDto'] }) {
  const [renaming, setRenaming] = useState(false);
  const rename = useRename(chat.id);
  return (
    <Stack gap="xs">
      <Group justify="space-between" wrap="nowrap">
        {renaming ? (
          <NameForm
            label="Title"
            value={chat.title}
            onSave={rename.mutate}
            onClose={() => {
              setRenaming(false);
            }}
          />
        ) : (
          <Title order={1} size="h2" className="breaking">
            {rename.isPending ? rename.variables : chat.title}
          </Title>
        )}
        <Group gap="sm" wrap="nowrap">
          {chat.latestCentersId && (
            <Anchor component={Link} to={`/chats/${chat.id}/centers`} size="sm">
              Centers
            </Anchor>
          )}
          <ChatMenu
            chat={chat}
            onRename={() => {
              setRenaming(true);
            }}
          />
        </Group>
      </Group>
      {rename.error && <Failure error={rename.error} />}
    </Stack>
  );
}

function Entry({ message }: { message: Schemas['MessageDto'] }) {
  const { kind, datasetId, runId, centersId } = message;
  if (kind === 'dataset' && datasetId) return <DatasetCard datasetId={datasetId} said={message.text} />;
  if (kind === 'run' && runId) return <RunCard runId={runId} said={message.text} />;
  if (kind === 'centers' && centersId) return <CentersCard centersId={centersId} said={message.text} />;
  return (
    <Paper withBorder p="sm" className={message.author === 'user' ? 'own-note' : undefined}>
      <Text className="note">{message.text}</Text>
      <Text size="xs" c="dimmed">
        {when(message.createdAt)}
      </Text>
    </Paper>
  );
}
