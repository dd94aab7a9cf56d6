import { Button, Group, ScrollArea, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue, useIntersection } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { Link, NavLink } from 'react-router';
import { api, data, type Schemas } from '../api/client';
import { Failure } from '../ui/failure';
import { NameForm } from '../ui/name-form';
import { Waiting } from '../ui/waiting';
import { ChatMenu } from './chat-menu';
import { useChatMutation, useChats } from './queries';

/** The chats of whoever is signed in: searched, newest activity first, more as one scrolls. */
export function ChatList({ onPick }: { onPick: () => void }) {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 250);
  const chats = useChats(q);
  const { ref, entry } = useIntersection();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = chats;
  useEffect(() => {
    if (entry?.isIntersecting && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [entry, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const items = chats.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="sm" flex={1} mih={0} component="nav" aria-label="Chats">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Centroid
        </Title>
        <Button component={Link} to="/" size="xs" onClick={onPick}>
          New chat
        </Button>
      </Group>
      <TextInput
        type="search"
        aria-label="Search chats"
        placeholder="Search"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
      />
      <ScrollArea flex={1} type="auto" viewportProps={{ tabIndex: -1 }}>
        {chats.isLoadingError && <Failure error={chats.error} retry={() => void chats.refetch()} />}
        {chats.isPending && <Waiting what="your chats" retry={() => void chats.refetch()} />}
        <ul className="chat-list">
          {items.map((chat) => (
            <ChatItem key={chat.id} chat={chat} onPick={onPick} />
          ))}
        </ul>
        {chats.isSuccess && items.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {q ? `No chat is called "${q}".` : 'No chats yet: drop a table to begin.'}
          </Text>
        )}
        {isFetchingNextPage && <Waiting what="more chats" />}
        <div ref={ref} className="list-end" />
      </ScrollArea>
    </Stack>
  );
}

function ChatItem({ chat, onPick }: { chat: Schemas['ChatDto']; onPick: () => void }) {
  const [renaming, setRenaming] = useState(false);
  const rename = useRename(chat.id);
  if (renaming) {
    return (
      <li>
        <NameForm
          label={`New title of ${chat.title}`}
          value={chat.title}
          onSave={rename.mutate}
          onClose={() => {
            setRenaming(false);
          }}
        />
      </li>
    );
  }
  return (
    <li className="chat-item">
      <NavLink to={`/chats/${chat.id}`} className="chat-link" title={chat.title} onClick={onPick}>
        {rename.isPending ? rename.variables : chat.title}
      </NavLink>
      <ChatMenu
        chat={chat}
        onRename={() => {
          setRenaming(true);
        }}
      />
    </li>
  );
}

export function useRename(chatId: string) {
  return useChatMutation(chatId, (title: string) =>
    data(api.PATCH('/api/v1/chats/{chatId}', { params: { path: { chatId } }, body: { title } })),
  );
}
