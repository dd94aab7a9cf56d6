import { Button, Text } from '@mantine/core';
import { Failure } from '../ui/failure';
import { Waiting } from '../ui/waiting';

interface Props {
  list: {
    isPending: boolean;
    error: Error | null;
    items: unknown[];
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => Promise<unknown>;
    refetch: () => Promise<unknown>;
  };
  what: string;
  empty: string;
}

/** What stands below a list: that it comes, that it failed, that it is empty, or that there is more. */
export function ListState({ list, what, empty }: Props) {
  if (list.error && list.items.length === 0) return <Failure error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <Waiting what={what} retry={() => void list.refetch()} />;
  if (list.items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {empty}
      </Text>
    );
  }
  if (!list.hasNextPage) return null;
  return (
    <Button size="xs" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      Show more
    </Button>
  );
}
