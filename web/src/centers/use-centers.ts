import { useQuery } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { keys } from '../chats/queries';

export function useCenters(centersId: string) {
  return useQuery({
    queryKey: keys.centers(centersId),
    queryFn: () => data(api.GET('/api/v1/centers/{centersId}', { params: { path: { centersId } } })),
    enabled: centersId !== '',
  });
}
