import { QueryClient } from '@tanstack/react-query';
import { OfflineError, ProblemError } from '../api/problem';
import { sessionStore } from '../session/session';

/** Asks again only where that can help: when nobody answered, or the service was too busy. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A query that waits in silence for the network would be a spinner without end.
      networkMode: 'always',
      retry: (count, error) =>
        count < 2 && (error instanceof OfflineError || (error instanceof ProblemError && error.status >= 500)),
    },
    mutations: { networkMode: 'always' },
  },
});

/** What one person was shown must not be there for the next. */
let user: string | undefined;
sessionStore.subscribe(() => {
  const session = sessionStore.get();
  if (session.status === 'unknown') return;
  const next = session.status === 'signed-in' ? session.user.id : undefined;
  if (user !== undefined && next !== user) queryClient.clear();
  user = next;
});
