import { Alert, Button, Group, List, Text } from '@mantine/core';
import { OfflineError, ProblemError } from '../api/problem';

/** What went wrong and what to do next, in the words of the service. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const fields = error instanceof ProblemError ? error.fields : [];
  const seconds = error instanceof ProblemError ? error.retryAfterSeconds : undefined;
  return (
    <Alert color="red" title={title(error)} role="alert">
      <Text size="sm">{error instanceof Error ? error.message : 'Something went wrong.'}</Text>
      {seconds !== undefined && <Text size="sm">Try again in {seconds} s.</Text>}
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

function title(error: unknown): string {
  if (error instanceof OfflineError) return 'No connection';
  if (!(error instanceof ProblemError)) return 'That did not work';
  switch (error.status) {
    case 403:
      return 'That is not allowed here';
    case 404:
      return 'It is not there any more';
    case 429:
      return 'That was too often';
    case 503:
      return 'The service is busy or away';
    default:
      return 'That did not work';
  }
}
