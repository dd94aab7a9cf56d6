import { Anchor, Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';

/** Keeps another number of clusters that the run tried; nothing is trained anew. */
export function KeepButton({ run, k }: { run: Schemas['RunDto']; k: number }) {
  const client = useQueryClient();
  const keep = useMutation({
    mutationFn: () =>
      data(api.POST('/api/v1/runs/{runId}/centers', { params: { path: { runId: run.id } }, body: { k } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.chat(run.chatId) }),
  });
  if (keep.data) {
    return (
      <Anchor component={Link} to={`/centers/${keep.data.id}`} size="sm">
        Kept as version {keep.data.version}
      </Anchor>
    );
  }
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Keep ${k} clusters`}
        loading={keep.isPending}
        onClick={() => {
          keep.mutate();
        }}
      >
        Keep
      </Button>
      {keep.error && (
        <Text size="xs" c="red" role="alert">
          {keep.error.message}
        </Text>
      )}
    </>
  );
}
