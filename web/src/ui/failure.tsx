import { Alert, Button, Group, List, Text } from '@mantine/core';
import { ProblemError } from '../api/problem';

/** What went wrong and what to do next, in the words of the service. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const fields = error instanceof ProblemError ? error.fields : [];
  return (
    <Alert color="red" title="That did not work" role="alert">
      <Text size="sm">{error instanceof Error ? error.message : 'Something went wrong.'}</Text>
      {fields.length > 1 && (
        <List size="sm" mt="xs">
          {fields.map((field) => (
            <List.Item key={`${field.path} ${field.message}`}>
              {field.path}: {field.message}
            </List.Item>
          ))}
        </List>
      )}
      {retry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
