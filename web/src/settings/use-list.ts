import { useInfiniteQuery } from '@tanstack/react-query';

interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

/** A list of the account, newest first, a page at a time. */
export function useList<T>(name: string, read: (query: { limit: number; cursor?: string }) => Promise<PageOf<T>>) {
  const list = useInfiniteQuery({
    queryKey: ['account', name],
    queryFn: ({ pageParam }) => read({ limit: 50, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) ?? [] };
}

export function listKey(name: string) {
  return ['account', name];
}
