import {
  keepPreviousData,
  type QueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { api, data, type Schemas } from '../api/client';

/** The keys of what is cached, in one place, so that what changes and what is shown cannot miss each other. */
export const keys = {
  chats: ['chats'] as const,
  chat: (chatId: string) => ['chat', chatId] as const,
  messages: (chatId: string) => ['chat', chatId, 'messages'] as const,
  centersOf: (chatId: string) => ['chat', chatId, 'centers'] as const,
  dataset: (datasetId: string) => ['dataset', datasetId] as const,
  run: (runId: string) => ['run', runId] as const,
  centers: (centersId: string) => ['centers', centersId] as const,
} satisfies Record<string, QueryKey | ((id: string) => QueryKey)>;

export function useChats(q: string) {
  return useInfiniteQuery({
    queryKey: [...keys.chats, q],
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/api/v1/chats', {
          params: { query: { limit: 50, ...(q && { q }), ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    // While somebody types, the list does not blink.
    placeholderData: keepPreviousData,
  });
}

export function useChat(chatId: string) {
  return useQuery({
    queryKey: keys.chat(chatId),
    queryFn: () => data(api.GET('/api/v1/chats/{chatId}', { params: { path: { chatId } } })),
    enabled: chatId !== '',
  });
}

export function useMessages(chatId: string) {
  return useInfiniteQuery({
    queryKey: keys.messages(chatId),
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/api/v1/chats/{chatId}/messages', {
          params: { path: { chatId }, query: { limit: 100, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** The latest runs of a chat, newest first; undefined until they are known. */
export function useRunsOf(chatId: string): Schemas['RunDto'][] | undefined {
  const runs = useQuery({
    queryKey: [...keys.chat(chatId), 'runs'],
    queryFn: () =>
      data(api.GET('/api/v1/chats/{chatId}/runs', { params: { path: { chatId }, query: { limit: 100 } } })),
    enabled: chatId !== '',
  });
  return runs.data?.items;
}

/** The runs of a chat that are queued or running, oldest first. */
export function useRunsUnderWay(chatId: string): Schemas['RunDto'][] {
  const runs = useRunsOf(chatId);
  return runs?.filter(({ status }) => status === 'queued' || status === 'running').reverse() ?? [];
}

/** What changes chats also changes their order in the side bar. */
export function useChatMutation<Input, Result>(
  chatId: string | undefined,
  mutationFn: (input: Input) => Promise<Result>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.chats }),
        chatId && client.invalidateQueries({ queryKey: keys.chat(chatId) }),
      ]),
  });
}
