import { Container, Stack, Tabs, Title } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { Missing } from '../app/missing';
import { useTitle } from '../ui/use-title';
import { Leave, Password, Profile } from './account';
import { Activity } from './activity';
import { ApiKeys } from './api-keys';
import { Sessions } from './sessions';

const PARTS = { account: 'Account', keys: 'API keys', devices: 'Devices', activity: 'Activity' } as const;
type Part = keyof typeof PARTS;

/** One's own account, part by part, each at an address of its own. */
export function SettingsPage() {
  const { part = 'account' } = useParams();
  const navigate = useNavigate();
  const known = part in PARTS;
  useTitle(known ? `${PARTS[part as Part]}, settings` : 'Settings');
  if (!known) return <Missing />;
  return (
    <Container size="md" px={0}>
      <Title order={1} size="h2" mb="md">
        Settings
      </Title>
      <Tabs value={part} onChange={(next) => void navigate(`/settings/${next ?? ''}`)} keepMounted={false}>
        <Tabs.List mb="md">
          {Object.entries(PARTS).map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="account">
          <Stack>
            <Profile />
            <Password />
            <Leave />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="keys">
          <ApiKeys />
        </Tabs.Panel>
        <Tabs.Panel value="devices">
          <Sessions />
        </Tabs.Panel>
        <Tabs.Panel value="activity">
          <Activity />
        </Tabs.Panel>
      </Tabs>
    </Container>
  );
}
