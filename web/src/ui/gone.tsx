import { Paper, Text } from '@mantine/core';
import { ProblemError } from '../api/problem';

/** Whether something was there once, or never: the service tells no difference. */
export function isGone(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 404;
}

/** In the place of something that was deleted, here or elsewhere: what was said of it stays. */
export function Gone({ said, what }: { said?: string | undefined; what: string }) {
  return (
    <Paper withBorder p="sm">
      <Text size="sm" c="dimmed">
        {said} {what} been deleted since.
      </Text>
    </Paper>
  );
}
