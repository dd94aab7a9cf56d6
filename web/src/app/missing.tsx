import { Anchor, Button, Container, Group, Text, Title } from '@mantine/core';
import { Link, useRouteError } from 'react-router';

/** An address that leads nowhere, or to something that is gone or somebody else's. */
export function Missing() {
  return (
    <Container py="xl">
      <Title order={1}>There is nothing here</Title>
      <Text my="md">It was deleted, or it belongs to somebody else, or the address has a typing mistake.</Text>
      <Anchor component={Link} to="/">
        To your chats
      </Anchor>
    </Container>
  );
}

/** The page itself has failed. */
export function Broken() {
  const error = useRouteError();
  return (
    <Container py="xl">
      <Title order={1}>The page stumbled</Title>
      <Text my="md">
        Your data is safe on the service. Loading the page again usually helps; if it does not, this is what happened:
      </Text>
      <Text ff="monospace">{error instanceof Error ? error.message : String(error)}</Text>
      <Group mt="md">
        <Button
          onClick={() => {
            location.reload();
          }}
        >
          Load again
        </Button>
      </Group>
    </Container>
  );
}
