import { Button, Group, Loader, NavLink, ScrollArea, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue, useIntersection } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { Link, NavLink as RouterLink } from 'react-router';
import { Failure } from '../ui/failure';
import { useChats } from './queries';

/** The chats of whoever is signed in: searched, newest activity first, more as one scrolls. */
export function ChatList() {
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
        <Button component={Link} to="/" size="xs">
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
      <ScrollArea flex={1} type="auto">
        {chats.error && <Failure error={chats.error} retry={() => void chats.refetch()} />}
        {chats.isPending && <Loader size="sm" aria-label="Loading chats" />}
        {items.map((chat) => (
          <NavLink
            key={chat.id}
            className="chat-link"
            component={RouterLink}
            to={`/chats/${chat.id}`}
            label={chat.title}
          />
        ))}
        {chats.isSuccess && items.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {q ? `No chat is called "${q}".` : 'No chats yet: drop a table to begin.'}
          </Text>
        )}
        <div ref={ref} />
      </ScrollArea>
    </Stack>
  );
}
