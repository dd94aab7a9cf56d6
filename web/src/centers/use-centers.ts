import { queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';
import { useConfirm } from '../ui/confirm';

type Centers = Schemas['CentersDto'];

export function centersQuery(centersId: string) {
  return queryOptions({
    queryKey: keys.centers(centersId),
    queryFn: () => data(api.GET('/api/v1/centers/{centersId}', { params: { path: { centersId } } })),
  });
}

export function useCenters(centersId: string) {
  return useQuery({ ...centersQuery(centersId), enabled: centersId !== '' });
}

/** All centers of a chat, newest first. */
export function useCentersOf(chatId: string) {
  const list = useInfiniteQuery({
    queryKey: keys.centersOf(chatId),
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/api/v1/chats/{chatId}/centers', {
          params: { path: { chatId }, query: { limit: 100, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    enabled: chatId !== '',
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) ?? [] };
}

/** What can be done with kept centers. */
export function useCentersActions(centers: Pick<Centers, 'id' | 'chatId' | 'name' | 'version'> | undefined) {
  const client = useQueryClient();
  const confirm = useConfirm();
  const path = { centersId: centers?.id ?? '' };
  const chatId = centers?.chatId ?? '';
  const change = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.centers(path.centersId) }),
        client.invalidateQueries({ queryKey: keys.chat(chatId) }),
      ]),
  });
  const pin = (to: string | null) => {
    change.mutate(() =>
      data(api.PATCH('/api/v1/chats/{chatId}', { params: { path: { chatId } }, body: { pinnedCentersId: to } })),
    );
  };
  return {
    error: change.error,
    busy: change.isPending,
    rename: (name: string) => {
      change.mutate(() => data(api.PATCH('/api/v1/centers/{centersId}', { params: { path }, body: { name } })));
    },
    pin: () => {
      pin(path.centersId);
    },
    unpin: () => {
      pin(null);
    },
    /** @returns whether somebody has said yes */
    remove: async (): Promise<boolean> => {
      const yes = await confirm({
        title: `Delete version ${centers?.version ?? ''}, "${centers?.name ?? ''}"?`,
        text: 'Programs that ask for these centers by their id will find nothing. This cannot be undone.',
        action: 'Delete the centers',
      });
      if (yes) await change.mutateAsync(() => api.DELETE('/api/v1/centers/{centersId}', { params: { path } }));
      return yes;
    },
  };
}
