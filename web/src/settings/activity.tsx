import { Stack, Table, Text } from '@mantine/core';
import { api, data } from '../api/client';
import { when } from '../ui/format';
import { ListState } from './list-state';
import { Section } from './section';
import { useList } from './use-list';

const SAID: Record<string, string> = {
  'account.registered': 'The account was made',
  'account.deleted': 'The account was deleted',
  'account.disabled': 'The account was disabled by the operator',
  'account.enabled': 'The account was enabled by the operator',
  'session.opened': 'A device signed in',
  'session.refused': 'A sign-in was refused',
  'session.ended': 'A device was signed out',
  'session.replayed': 'A spent sign-in was used again, so its device was signed out',
  'password.changed': 'The password was changed',
  'password.refused': 'A wrong password was given',
  'password.reset': 'The password was reset by the operator',
  'key.created': 'An API key was made',
  'key.revoked': 'An API key was revoked',
  'key.refused': 'A call with an API key was refused',
  'chat.deleted': 'A chat was deleted',
  'dataset.deleted': 'A table was deleted',
  'centers.deleted': 'Centers were deleted',
  'centers.exported': 'Centers were exported',
};
/** What an owner who did not do it should look into. */
const GRAVE = /refused|replayed|reset|disabled/;

/** What was done to the account and with it, newest first. */
export function Activity() {
  const activity = useList('activity', (query) => data(api.GET('/api/v1/users/me/activity', { params: { query } })));
  return (
    <Section title="Activity">
      <Stack gap="sm" align="start">
        <Text size="sm" c="dimmed">
          If something here was not you, change your password: every other device is signed out with it.
        </Text>
        <Table>
          <Table.Tbody>
            {activity.items.map(({ id, at, event, address }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Text size="sm" fw={GRAVE.test(event) ? 650 : undefined}>
                    {SAID[event] ?? event}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="sm" c="dimmed">
                    {address ?? 'at the machine'}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="sm" c="dimmed">
                    {when(at)}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <ListState list={activity} what="what happened" empty="Nothing has happened yet." />
      </Stack>
    </Section>
  );
}
