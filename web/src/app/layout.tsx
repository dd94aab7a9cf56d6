import { AppShell, Burger, Center, Group, Loader, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect } from 'react';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { ChatList } from '../chats/chat-list';
import { signOut } from '../session/session';
import { useSession } from '../session/use-session';
import { ThemeSwitch } from './theme-switch';

/** The side bar of chats beside whatever is open; a drawer where there is no room. */
export function Layout() {
  const session = useSession();
  const location = useLocation();
  const [opened, { toggle, close }] = useDisclosure();
  useEffect(close, [location.pathname, close]);
  if (session.status === 'unknown') {
    return (
      <Center mih="100vh" aria-live="polite">
        <Loader aria-label="Signing in" />
      </Center>
    );
  }
  if (session.status === 'signed-out') return <Navigate to="/sign-in" state={{ from: location.pathname }} replace />;
  return (
    <AppShell
      header={{ height: { base: 48, sm: 0 } }}
      navbar={{ width: 272, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header hiddenFrom="sm" px="sm">
        <Group h="100%">
          <Burger opened={opened} onClick={toggle} size="sm" aria-label="Chats" aria-expanded={opened} />
          <Text fw={650}>Centroid</Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Chats">
        <AppShell.Section grow display="flex" mih={0}>
          <ChatList />
        </AppShell.Section>
        <AppShell.Section>
          <Group justify="space-between" pt="sm">
            <UnstyledButton component={Link} to="/settings" fz="sm">
              {session.user.fullName ?? session.user.username}
            </UnstyledButton>
            <Group gap="xs">
              <ThemeSwitch />
              <UnstyledButton fz="sm" onClick={() => void signOut()}>
                Sign out
              </UnstyledButton>
            </Group>
          </Group>
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
