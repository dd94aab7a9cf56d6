import { Anchor, Container, Title } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { Missing } from '../app/missing';
import { RunCard, useRun } from '../runs/run-card';
import { isGone } from '../ui/gone';

/** A result at its own address, as wide as the window. */
export function ResultPage() {
  const { runId = '' } = useParams();
  const run = useRun(runId);
  if (isGone(run.error)) return <Missing />;
  return (
    <Container fluid px={0}>
      <Title order={1} size="h3" mb="sm">
        Result
      </Title>
      {run.data && (
        <Anchor component={Link} to={`/chats/${run.data.chatId}`} size="sm">
          Back to the chat
        </Anchor>
      )}
      <RunCard runId={runId} />
    </Container>
  );
}
