import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';

/** The profiles of all clusters, of however many pages. */
export function useClusters(centersId: string) {
  return useQuery({
    queryKey: [...keys.centers(centersId), 'profiles'],
    queryFn: async () => {
      const all: Schemas['ClusterDto'][] = [];
      let cursor: string | null = null;
      do {
        const query: { limit: number; cursor?: string } = { limit: 100, ...(cursor !== null && { cursor }) };
        const page: Schemas['ClusterPage'] = await data(
          api.GET('/api/v1/centers/{centersId}/clusters', { params: { path: { centersId }, query } }),
        );
        all.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return all;
    },
    enabled: centersId !== '',
  });
}
