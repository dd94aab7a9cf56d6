import { AppShell, Burger, Button, Group, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect, useRef } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { ChatList } from '../chats/chat-list';
import { signOut, type User } from '../session/session';
import { Waiting } from '../ui/waiting';
import { OfflineBanner } from './offline-banner';
import { ThemeSwitch } from './theme-switch';

/** The side bar of chats beside whatever is open; a drawer where there is no room. */
export function Layout({ user }: { user: User }) {
  const location = useLocation();
  const [opened, { toggle, close }] = useDisclosure();
  const main = useRef<HTMLElement>(null);
  useEffect(close, [location.pathname, close]);
  return (
    <AppShell
      header={{ height: { base: 48, sm: 0 } }}
      navbar={{ width: 272, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <Button
        className="skip"
        size="xs"
        onClick={() => {
          main.current?.focus();
        }}
      >
        Skip to the content
      </Button>
      <AppShell.Header hiddenFrom="sm" px="sm">
        <Group h="100%">
          <Burger opened={opened} onClick={toggle} size="sm" aria-label="Chats" aria-expanded={opened} />
          <Text fw={650}>Centroid</Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Chats">
        <AppShell.Section grow display="flex" mih={0}>
          <ChatList onPick={close} />
        </AppShell.Section>
        <AppShell.Section>
          <Group justify="space-between" pt="sm" wrap="nowrap">
            <UnstyledButton component={Link} to="/settings" fz="sm" miw={0}>
              <Text size="sm" truncate>
                {user.fullName ?? user.username}
              </Text>
              <Text size="xs" c="dimmed">
                Settings
              </Text>
            </UnstyledButton>
            <Group gap="xs" wrap="nowrap">
              <ThemeSwitch />
              <Button size="compact-sm" variant="default" onClick={() => void signOut()}>
                Sign out
              </Button>
            </Group>
          </Group>
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main ref={main} tabIndex={-1} className="content">
        <OfflineBanner />
        <Suspense fallback={<Waiting what="the screen" />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}
