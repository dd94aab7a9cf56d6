import { Anchor, Container, Title } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { Missing } from '../app/missing';
import { useChat } from '../chats/queries';
import { describe, RunCard, useRun } from '../runs/run-card';
import { isGone } from '../ui/gone';
import { useTitle } from '../ui/use-title';

/** A result at its own address, as wide as the window. */
export function ResultPage() {
  const { runId = '' } = useParams();
  const run = useRun(runId);
  const chat = useChat(run.data?.chatId ?? '');
  useTitle(run.data && `${describe(run.data)}${chat.data ? `, ${chat.data.title}` : ''}`);
  if (isGone(run.error)) return <Missing />;
  return (
    <Container fluid px={0}>
      {run.data && (
        <Anchor component={Link} to={`/chats/${run.data.chatId}`} size="sm">
          Back to the chat
        </Anchor>
      )}
      <Title order={1} size="h3" mb="sm" className="breaking">
        Result{chat.data && ` for ${chat.data.title}`}
      </Title>
      <RunCard runId={runId} />
    </Container>
  );
}
